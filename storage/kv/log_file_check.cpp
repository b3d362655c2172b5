#include "storage/kv/log_file_check.hpp"

#include "storage/kv/error.hpp"

#include <boost/crc.hpp>

#include <algorithm>
#include <string_view>

namespace serai::storage::kv {
namespace {

constexpr std::size_t kBlockSize = 32 * 1024;
constexpr std::size_t kHeaderSize = 7;
constexpr std::uint8_t kFirstType = 1;  // full, first, middle, last
constexpr std::uint8_t kLastType = 4;

using Crc32c = boost::crc_optimal<32, 0x1EDC'6F41, 0xFFFF'FFFF, 0xFFFF'FFFF, true, true>;

struct Header {
    std::uint32_t masked_crc;
    std::size_t length;
    std::uint8_t type;
};

Header read_header(ByteView bytes) {
    std::uint32_t crc = 0;
    for (std::size_t i = 4; i-- > 0;) {
        crc = (crc << 8) | bytes[i];
    }
    return {
        .masked_crc = crc,
        .length = static_cast<std::size_t>(bytes[4]) | (static_cast<std::size_t>(bytes[5]) << 8),
        .type = bytes[6]};
}

std::uint32_t unmask(std::uint32_t masked) {
    const std::uint32_t rotated = masked - 0xA282'EAD8U;
    return (rotated >> 17) | (rotated << 15);
}

// True if `content`, cut at some length, is what the header's checksum was made of.
bool was_finished(const Header& header, ByteView content) {
    const std::uint32_t expected = unmask(header.masked_crc);
    Crc32c crc;
    crc.process_byte(header.type);
    for (const std::uint8_t byte : content) {
        if (crc.checksum() == expected) {
            return true;
        }
        crc.process_byte(byte);
    }
    return crc.checksum() == expected;
}

bool all_zero(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::string at(std::size_t offset, std::string_view what) {
    return std::string{what} + " at offset " + std::to_string(offset);
}

}  // namespace

std::optional<std::string> find_log_damage(ByteView content) {
    std::size_t place = 0;
    while (place < content.size()) {
        const std::size_t block_end =
            std::min(content.size(), (place / kBlockSize + 1) * kBlockSize);
        if (block_end - place < kHeaderSize) {
            place = block_end;  // the unused end of a block, or an unfinished header
            continue;
        }
        const Header header = read_header(content.subspan(place));
        if (header.type == 0 && header.length == 0) {
            if (!all_zero(content.subspan(place))) {
                return at(place, "an empty header before the end of the log");
            }
            return std::nullopt;
        }
        if (header.type < kFirstType || header.type > kLastType) {
            return at(place, "a record of a type that is never written");
        }
        const std::size_t start = place + kHeaderSize;
        if (header.length > block_end - start) {
            const bool last_block = block_end == content.size();
            if (!last_block || was_finished(header, content.subspan(start, block_end - start))) {
                return at(place, "a record with a wrong length");
            }
            return std::nullopt;
        }
        place = start + header.length;
    }
    return std::nullopt;
}

namespace {

Result<Bytes> read_all(file::FileSystem& files, const std::filesystem::path& path) {
    SERAI_TRY(file, files.open(path, file::OpenMode::read));
    SERAI_TRY(size, file->size());
    Bytes content(size);
    SERAI_TRY(n, file->read(0, content));
    content.resize(n);
    return content;
}

}  // namespace

Result<void> check_log_files(file::FileSystem& files,
                             const std::filesystem::path& directory,
                             std::string& why) {
    SERAI_TRY(names, files.list(directory));
    for (const auto& name : names) {
        if (!name.ends_with(".log") && !name.starts_with("MANIFEST-")) {
            continue;
        }
        SERAI_TRY(content, read_all(files, directory / name));
        if (const auto damage = find_log_damage(content)) {
            why = name + ": " + *damage;
            return StoreError::corrupt;
        }
    }
    return {};
}

}  // namespace serai::storage::kv
