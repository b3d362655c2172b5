// The requests that a retry is recognised by: those under way, and those whose verdict is kept.
#pragma once

#include "storage/commit/request.hpp"
#include "storage/kv/store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace serai::storage::commit {

// A kept verdict as it is stored: struct { opaque device_key[32]; opaque request_id[16]; opaque digest[32]; uint64 time;
// optional<uint64> leaf; opaque body<V>; } KeptVerdict. Seen in place: the body lives as long as what it was decoded from.
struct KeptVerdict {
    RequestKey key;
    Digest digest{};  // of the request
    UnixMillis time;
    std::optional<LogIndex> leaf;  // of its entry, if it has one
    ByteView body;

    void encode(protocol::codec::Writer& writer) const;
    static Result<KeptVerdict> decode(protocol::codec::Reader& reader);
};

inline constexpr std::uint8_t kVerdictRowVersion = 1;

// The verdicts of one row: struct { uint8 version = 1; KeptVerdict verdicts<V>; } VerdictRow, at least one. The views live as
// long as the row.
Result<std::vector<KeptVerdict>> decode_verdict_row(ByteView row);

// Packs the verdicts of a batch into few rows: a row for each would be the only writes of a message that are scattered.
class VerdictRows {
  public:
    // Rows from this number on are free.
    void start_at(std::uint64_t number) { number_ = number; }

    // Returns the number of the row that the verdict will be in.
    std::uint64_t add(const KeptVerdict& verdict, kv::WriteBatch& batch);

    // Writes what has been added and is not written; once for each batch.
    void finish(kv::WriteBatch& batch);

  private:
    std::uint64_t number_ = 0;
    Bytes verdicts_;  // encoded, of row number_
};

struct WindowLimits {
    std::chrono::milliseconds age{};
    std::size_t per_device = 1;  // kept verdicts; at least 1
    std::size_t bytes = 0;       // of all kept bodies
};

// Not thread-safe: the pipeline guards it.
class RequestWindow {
  public:
    explicit RequestWindow(WindowLimits limits) : limits_(limits) {}

    // Fills the window from the store.
    Result<void> load(const kv::Store& store);

    enum class State : std::uint8_t { unknown, reused, under_way, kept };

    [[nodiscard]] State find(const RequestKey& key, const Digest& digest) const;

    // Of a kept one.
    [[nodiscard]] Verdict kept(const RequestKey& key) const;

    // Of an unknown one: it is under way from now on.
    void begin(const RequestKey& key, const Digest& digest, Waiter waiter);

    // Of one under way.
    void wait(const RequestKey& key, Waiter waiter);

    // Those who wait; the request is unknown from now on (refused), or kept, in that row.
    std::vector<Waiter> refuse(const RequestKey& key);
    std::vector<Waiter> keep(const RequestKey& key,
                             UnixMillis time,
                             std::shared_ptr<const Bytes> body,
                             std::uint64_t row);

    // Everybody who waits for anything.
    std::vector<Waiter> abandon_all();

    // Forgets what is over the limits at `now`, and erases in `batch` the rows of which everything was forgotten. What is
    // forgotten and shares its row with others may be known again after a restart, which does no harm.
    void trim(UnixMillis now, kv::WriteBatch& batch);

    // The number after the newest row; once it is loaded.
    [[nodiscard]] std::uint64_t next_row() const { return next_row_; }

  private:
    struct Hash {
        std::size_t operator()(const RequestKey& key) const noexcept {
            return std::hash<RequestId>{}(key.id) ^
                   std::hash<Strong<Hash, Digest>>{}(Strong<Hash, Digest>{key.device});
        }
    };

    struct Entry {
        Digest digest{};
        std::vector<Waiter> waiters;        // while under way
        std::shared_ptr<const Bytes> body;  // once kept
        UnixMillis time;                    // once kept
        std::uint64_t row = 0;              // once kept
    };

    void note_kept(const RequestKey& key, UnixMillis time, std::size_t size);
    [[nodiscard]] bool is_gone(const RequestKey& key, UnixMillis time) const;
    void forget(const RequestKey& key);
    void forget_crowded();

    WindowLimits limits_;
    std::unordered_map<RequestKey, Entry, Hash> entries_;
    std::deque<std::pair<RequestKey, UnixMillis>>
        order_;  // of the kept, the oldest first; may name forgotten ones
    std::map<Digest, std::deque<RequestId>> by_device_;  // of the kept, the oldest first
    std::vector<Digest> crowded_;                        // devices that may be over their limit
    std::size_t bytes_ = 0;                              // of kept bodies
    std::map<std::uint64_t, std::size_t> rows_;          // kept verdicts of each row
    std::vector<std::uint64_t> dead_rows_;               // to be erased
    std::uint64_t next_row_ = 0;
};

}  // namespace serai::storage::commit
