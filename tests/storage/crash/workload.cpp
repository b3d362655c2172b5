#include "tests/storage/crash/workload.hpp"

#include "crypto/primitive/hash.hpp"

#include <cstdlib>
#include <random>

namespace serai::tests::crash {
namespace {

using namespace storage::kv;
using storage::objects::ObjectError;
using storage::objects::ObjectStore;

constexpr std::uint64_t kLogs = 3;
constexpr std::uint64_t kStepsPerObject = 10;
constexpr std::uint64_t kTrimmedBehind = 40;  // the third log keeps this many records at most

Key log_name(std::uint64_t log) {
    return make_key(static_cast<std::uint8_t>('L'), log);
}

Key counter_key() {
    return Key{as_bytes("counter")};
}

Key object_key(std::uint64_t n) {
    return make_key(static_cast<std::uint8_t>('O'), n);
}

ObjectId object_id(std::uint64_t n) {
    ByteArray<16> id{};
    const auto key = make_key(n);
    std::copy(key.begin(), key.end(), id.begin());
    return ObjectId{id};
}

// A size between one byte and several blocks of RocksDB's log, and bytes that follow from the step alone.
Bytes record(std::uint64_t n, std::uint64_t log) {
    std::minstd_rand random{static_cast<unsigned>(n * 7 + log + 1)};
    const std::size_t size = random() % 20 == 0 ? 1 + random() % 70'000 : 1 + random() % 1500;
    return Bytes(size, static_cast<std::uint8_t>(n * 31 + log));
}

Bytes object_content(std::uint64_t n) {
    return Bytes(1 + (n * 7919) % 30'000, static_cast<std::uint8_t>(n));
}

Result<void> put_object(ObjectStore& objects, std::uint64_t n) {
    const auto bytes = object_content(n);
    const auto id = object_id(n);
    if (const auto begun = objects.begin(id);
        !begun && begun.error() != make_error_code(ObjectError::exists)) {
        return begun.error();
    }
    const auto size = objects.size(id);
    if (size && *size < bytes.size()) {
        SERAI_CHECK(objects.append(id, *size, ByteView{bytes}.subspan(*size), bytes.size()));
    } else if (!size && size.error() != make_error_code(ObjectError::not_found)) {
        return size.error();
    }
    return objects.seal(id, bytes.size(), crypto::sha256(bytes));
}

std::string check_log(const Store& store, std::uint64_t log, std::uint64_t last) {
    const auto name = log_name(log);
    const auto bounds = store.bounds(name);
    if (!bounds || bounds->tail != last) {
        return "log " + std::to_string(log) + " does not end with step " + std::to_string(last);
    }
    const bool is_trimmed = log + 1 == kLogs && last > kTrimmedBehind;
    if (bounds->first != (is_trimmed ? last - kTrimmedBehind : 0)) {
        return "log " + std::to_string(log) + " begins in the wrong place";
    }
    for (auto n = bounds->first; n < last;) {
        const auto page = store.read(name, n, 100);
        if (!page || page->records.empty()) {
            return "log " + std::to_string(log) + " cannot be read";
        }
        for (const auto& found : page->records) {
            if (found != record(++n, log)) {
                return "log " + std::to_string(log) + " has a wrong record of step " +
                       std::to_string(n);
            }
        }
    }
    return {};
}

}  // namespace

Result<void> run_step(Store& store, ObjectStore& objects, std::uint64_t n) {
    WriteBatch batch;
    if (n % kStepsPerObject == 0) {
        SERAI_CHECK(put_object(objects, n));
        batch.expect_absent(Space::openings, object_key(n));
        batch.put(Space::openings, object_key(n), object_id(n).value());
    }
    for (std::uint64_t log = 0; log < kLogs; ++log) {
        batch.append(log_name(log), n - 1, record(n, log));
    }
    if (n > kTrimmedBehind) {
        batch.trim(log_name(kLogs - 1), n - kTrimmedBehind);
    }
    batch.put(Space::state, counter_key(), make_key(n));
    return store.commit(batch);
}

Result<std::uint64_t> last_step(const Store& store) {
    SERAI_TRY(counter, store.get(Space::state, counter_key()));
    std::uint64_t n = 0;
    for (const auto byte : counter.value_or(Bytes{})) {
        n = (n << 8) | byte;
    }
    return n;
}

std::string find_fault(const Store& store, ObjectStore& objects, std::uint64_t acknowledged) {
    const auto last = last_step(store);
    if (!last) {
        return "the counter cannot be read";
    }
    if (*last < acknowledged) {
        return "step " + std::to_string(acknowledged) + " was acknowledged, but " +
               std::to_string(*last) + " is the last";
    }
    for (std::uint64_t log = 0; log < kLogs; ++log) {
        if (auto fault = check_log(store, log, *last); !fault.empty()) {
            return fault;
        }
    }
    for (auto n = kStepsPerObject; n <= *last; n += kStepsPerObject) {
        const auto bytes = object_content(n);
        const auto named = store.get(Space::openings, object_key(n));
        const auto found = objects.read(object_id(n), 0, bytes.size());
        if (!named || !*named || !found || *found != bytes) {
            return "the object of step " + std::to_string(n) + " is not there";
        }
    }
    return {};
}

int crash_runs(int otherwise) {
    const char* runs = std::getenv("SERAI_CRASH_RUNS");
    return runs == nullptr ? otherwise : std::atoi(runs);
}

}  // namespace serai::tests::crash
