#include "tests/support/traces.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bitset>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

namespace serai::tests {
namespace {

constexpr std::uint64_t kMask = 0xa5c3'96f0'3c5a'690f;
constexpr std::size_t kHead = sizeof(std::uint64_t);
constexpr std::size_t kFewBytes = 10;  // a random run of 16 hardly ever has so few different ones

std::uint64_t masked_at(const std::uint8_t* bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, kHead);
    return value ^ kMask;
}

std::array<std::uint8_t, Traces::kRun> masked_run(const std::uint8_t* bytes) {
    std::array<std::uint8_t, Traces::kRun> out;
    for (std::size_t i = 0; i < Traces::kRun; i += kHead) {
        const std::uint64_t part = masked_at(bytes + i);
        std::memcpy(out.data() + i, &part, kHead);
    }
    return out;
}

std::uint64_t head_of(const std::array<std::uint8_t, Traces::kRun>& masked) {
    std::uint64_t head = 0;
    std::memcpy(&head, masked.data(), kHead);
    return head;
}

bool is_telling(const std::array<std::uint8_t, Traces::kRun>& masked) {
    // The mask is the same for the same place only, so it is taken off, one byte at a time.
    std::array<std::uint8_t, kHead> mask;
    std::memcpy(mask.data(), &kMask, kHead);
    std::bitset<256> seen;
    for (std::size_t i = 0; i < Traces::kRun; ++i) {
        seen.set(masked[i] ^ mask[i % kHead]);
    }
    return seen.count() > kFewBytes;
}

std::size_t filter_place(std::uint64_t head, std::size_t bits) {
    constexpr std::uint64_t kMix = 0x9e37'79b9'7f4a'7c15;
    return static_cast<std::size_t>((head * kMix) >> 20U) % bits;
}

struct Mapping {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

std::vector<Mapping> writable_mappings(pid_t process) {
    std::ifstream maps{"/proc/" + std::to_string(process) + "/maps"};
    std::vector<Mapping> found;
    std::string line;
    while (std::getline(maps, line)) {
        std::istringstream fields{line};
        Mapping mapping;
        char dash = 0;
        std::string rights;
        fields >> std::hex >> mapping.begin >> dash >> mapping.end >> rights;
        if (rights.starts_with("rw")) {
            found.push_back(mapping);
        }
    }
    return found;
}

}  // namespace

void Traces::insert(const Masked& masked) {
    if (has(masked)) {
        return;
    }
    const std::uint64_t head = head_of(masked);
    runs_[head].push_back(masked);
    filter_[filter_place(head, kFilterBits)] = true;
    ++size_;
}

bool Traces::has(const Masked& masked) const {
    const auto place = runs_.find(head_of(masked));
    return place != runs_.end() && std::ranges::find(place->second, masked) != place->second.end();
}

void Traces::add(ByteView bytes) {
    for (std::size_t i = 0; i + kRun <= bytes.size(); ++i) {
        const Masked masked = masked_run(bytes.data() + i);
        if (is_telling(masked)) {
            insert(masked);
        }
    }
}

Traces Traces::without(const Traces& other) const {
    Traces out;
    for (const auto& [head, runs] : runs_) {
        for (const Masked& run : runs) {
            if (!other.has(run)) {
                out.insert(run);
            }
        }
    }
    return out;
}

void Traces::search(ByteView bytes, Found& found) const {
    for (std::size_t i = 0; i + kRun <= bytes.size(); ++i) {
        const std::uint64_t head = masked_at(bytes.data() + i);
        if (!filter_[filter_place(head, kFilterBits)]) {
            continue;
        }
        const auto place = runs_.find(head);
        if (place == runs_.end()) {
            continue;
        }
        const Masked masked = masked_run(bytes.data() + i);
        for (const Masked& run : place->second) {
            if (run == masked) {
                found.push_back(&run);
            }
        }
    }
}

namespace {

template <class Found>
std::size_t distinct(const Found& found) {
    return std::set<typename Found::value_type>(found.begin(), found.end()).size();
}

}  // namespace

std::size_t Traces::count_in(ByteView bytes) const {
    Found found;
    search(bytes, found);
    return distinct(found);
}

std::size_t Traces::count_in_process(pid_t process) const {
    const int memory =
        ::open(("/proc/" + std::to_string(process) + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
    if (memory < 0) {
        throw std::runtime_error{"the memory of a process cannot be read"};
    }
    constexpr std::size_t kChunk = 1024 * 1024;
    Bytes chunk(kChunk);
    Found found;
    for (const Mapping& mapping : writable_mappings(process)) {
        // Chunks overlap, so that no run falls between two.
        for (std::uint64_t at = mapping.begin; at < mapping.end; at += kChunk - kRun) {
            const auto wanted = std::min<std::uint64_t>(kChunk, mapping.end - at);
            const auto got = ::pread(memory, chunk.data(), wanted, static_cast<off_t>(at));
            if (got > 0) {
                search(ByteView{chunk}.first(static_cast<std::size_t>(got)), found);
            }
        }
    }
    ::close(memory);
    return distinct(found);
}

std::size_t Traces::count_in_files(const std::filesystem::path& folder) const {
    Found found;
    for (const auto& file : std::filesystem::recursive_directory_iterator{folder}) {
        if (file.is_regular_file()) {
            std::ifstream in{file.path(), std::ios::binary};
            const Bytes content{std::istreambuf_iterator<char>{in}, {}};
            search(content, found);
        }
    }
    return distinct(found);
}

}  // namespace serai::tests
