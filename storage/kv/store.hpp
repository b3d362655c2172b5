// The one interface between Serai and whatever keeps its records: sorted keys, numbered logs, atomic durable commits.
//
// Small enough that a replicated engine can stand behind it, and nothing of any engine shows through. Two stores implement
// it: RocksStore (rocks_store.hpp) and, for tests, MemoryStore (memory_store.hpp); tests/storage/kv runs one suite on both.
//
// The store knows two shapes of data:
// - keys in two spaces (state, openings), raw bytes in memcmp order, each with one record. keyspace.hpp lists them all.
// - logs, named by raw bytes: records numbered from 0 without gaps; appended at the tail, trimmed at the front, never
//   changed. A log comes into being with its first record. Names need not be prefix-free.
//
// Durability: commit returns success only when everything in the batch survives power loss. Reads see nothing else: no read
// ever returns a record of a commit that has not become durable.
//
// Failure: after any failed write or sync the store latches read-only, by itself and for good (open it again to leave that
// state). The commit that met the failure returns `unknown`; every later one returns `unavailable` and has no effect. Reads
// keep answering from what was durable before. Opening again makes whatever is found in the files durable before the first
// read is answered, so that the answer to "did it happen" never changes afterwards.
//
// Thread safety: all functions may be called at any time from any thread, and block. Commits exclude one another; a caller
// who has much to write makes one big batch. Reads do not wait for commits.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "storage/kv/error.hpp"
#include "storage/kv/key.hpp"
#include "storage/kv/write_batch.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace serai::storage::kv {

inline constexpr std::size_t kMaxKey =
    Key::kCapacity;  // bytes of a key or a log's name; at least 1
inline constexpr std::size_t kMaxRecord = 1024 * 1024;  // bytes of one record
inline constexpr std::size_t kMaxBatch =
    64 * 1024 * 1024;                                   // bytes of keys and records in one batch
inline constexpr std::size_t kMaxPageEntries = 65'536;  // limits above this are lowered to it
inline constexpr std::size_t kMaxPageBytes = 16 * 1024 * 1024;  // likewise

enum class Direction : std::uint8_t { forward, backward };

// The keys k with begin <= k < end in one space. An empty begin or end is no bound on that side.
struct ScanRequest {
    Space space = Space::state;
    Bytes begin;
    Bytes end;
    Direction direction = Direction::forward;
    std::size_t max_entries = 1024;  // at least 1
    std::size_t max_bytes =
        1024 * 1024;  // of keys and records; at least one entry is returned even if it is larger

    // Every key that begins with `prefix`.
    [[nodiscard]] static ScanRequest prefix(Space space, ByteView prefix);
};

struct ScanEntry {
    Bytes key;
    Bytes value;
    bool operator==(const ScanEntry&) const = default;
};

struct ScanPage {
    std::vector<ScanEntry> entries;  // in the request's direction
    bool more = false;               // the range holds more than this page
};

// The request for what follows `page`, which must not be empty. It is a new snapshot.
[[nodiscard]] ScanRequest next_page(const ScanRequest& request, const ScanPage& page);

// A log holds the records first <= n < tail. A log never written is {0, 0}.
struct LogBounds {
    std::uint64_t first = 0;
    std::uint64_t tail = 0;
    bool operator==(const LogBounds&) const = default;
};

struct LogPage {
    std::uint64_t first = 0;  // number of records[0]; those that follow have the next numbers
    std::vector<Bytes> records;
    std::uint64_t tail =
        0;  // of the log, in the same snapshot: there is more if first + records.size() < tail
};

struct Health {
    bool writable = true;
    std::string detail;  // why not, for the server's log; never holds keys or records
};

class Store {
  public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // No call may be running. Closes cleanly; a store that is destroyed has lost nothing that was acknowledged.
    virtual ~Store() = default;

    // Does all of `batch` or nothing, and returns when it is durable. An empty batch succeeds at once, also read-only.
    // conflict, too_large, invalid: nothing was written; the store goes on. unknown: see above. unavailable: nothing written.
    virtual Result<void> commit(const WriteBatch& batch) = 0;

    // The record of `key`; nullopt if there is none. corrupt if the disk's bytes fail their checksum.
    [[nodiscard]] virtual Result<std::optional<Bytes>> get(Space space, ByteView key) const = 0;

    // As get for each key, in the order given, all from one snapshot.
    [[nodiscard]] virtual Result<std::vector<std::optional<Bytes>>> multi_get(
        Space space, std::span<const ByteView> keys) const = 0;

    // One page of a range, from one snapshot.
    [[nodiscard]] virtual Result<ScanPage> scan(const ScanRequest& request) const = 0;

    [[nodiscard]] virtual Result<LogBounds> bounds(ByteView log) const = 0;

    // The records from `from` on, dense: at most max_records (at least 1) and, after the first, at most max_bytes of them.
    // Empty if from is the tail. trimmed, out_of_range; corrupt if a record between first and tail is missing.
    [[nodiscard]] virtual Result<LogPage> read(ByteView log,
                                               std::uint64_t from,
                                               std::size_t max_records,
                                               std::size_t max_bytes = 1024 * 1024) const = 0;

    // Names of logs that hold or held records: those greater than `after` (empty: from the start), at most max_names, in the
    // order of (length, bytes). For the consistency check; one seek per name.
    [[nodiscard]] virtual Result<std::vector<Bytes>> list_logs(ByteView after,
                                                               std::size_t max_names) const = 0;

    // Erases the keys, and returns when no file of this store holds their records any more, and the removal of the old files
    // is durable. Slow (it rewrites files); commits and reads go on meanwhile. Checkpoints made earlier are not touched.
    // After `unknown` or `unavailable` the records may still be in some file: call again after opening.
    virtual Result<void> purge(Space space, std::span<const ByteView> keys) = 0;

    // Sees to it that the keys of a range [begin, end) have in no file of this store another record than their present one: those that
    // were overwritten and erased before the call are gone when it returns, as after purge(). Slow, likewise.
    virtual Result<void> forget(Space space, ByteView begin, ByteView end) = 0;

    // A complete copy as of now in `directory`, which must not exist and must be on the same file system. It is durable on
    // return, and can be opened as a store. Not counted as a write: a failure leaves the store as it was.
    virtual Result<void> checkpoint(const std::filesystem::path& directory) = 0;

    [[nodiscard]] virtual Health health() const = 0;

    // A commit of nothing but WriteBatch::trim.
    Result<void> trim(ByteView log, std::uint64_t keep_from);
};

}  // namespace serai::storage::kv
