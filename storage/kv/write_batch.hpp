// What one commit is to do, all of it or nothing.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/codec/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace serai::storage::kv {

// Where a key lives. Each is a column family of its own on the disk, since openings must be erasable (purge).
enum class Space : std::uint8_t { state = 0, openings = 1 };

// Preconditions are judged against the store as it is before the batch, except for the numbers of appends, which count the
// batch's own. Then the effects happen in the order in which they were added; the last one to touch a key wins.
//
// Keys, names of logs and records are copied once, into one buffer; the arguments need not outlive the call. A batch that is
// cleared keeps its memory, so one that is used again allocates nothing. Not thread-safe. Copyable, movable.
class WriteBatch {
  public:
    enum class Kind : std::uint8_t { expect_absent, expect_tail, put, erase, append, trim };

    // One step. The views live until the batch is changed or destroyed.
    struct Step {
        Kind kind;
        Space space;           // of expect_absent, put and erase
        ByteView key;          // or the name of the log
        ByteView value;        // of put and append
        std::uint64_t number;  // of append, expect_tail and trim
    };

    // Conflict if `key` is present. Together with a put of the same key this is how something is done once: the key names
    // the request.
    void expect_absent(Space space, ByteView key);

    // Conflict unless the next record of `log` would get `tail` as its number. Not needed beside an append to the same log.
    void expect_tail(ByteView log, std::uint64_t tail);

    void put(Space space, ByteView key, ByteView value);

    // As put, with the structure encoded straight into the batch.
    template <protocol::codec::Encodable T>
    void put_encoded(Space space, ByteView key, const T& value) {
        const auto mark = begin(Kind::put, space, key, 0);
        protocol::codec::Writer writer{arena_};
        value.encode(writer);
        end(mark);
    }

    // Erasing what is not there is no error.
    void erase(Space space, ByteView key);

    // Appends the record that gets `number` in `log`; conflict unless that is the log's tail at this point of the batch
    // (0 for a log never written). So an append is always conditional, and a record always knows its own number.
    void append(ByteView log, std::uint64_t number, ByteView record);

    template <protocol::codec::Encodable T>
    void append_encoded(ByteView log, std::uint64_t number, const T& record) {
        const auto mark = begin(Kind::append, Space::state, log, number);
        protocol::codec::Writer writer{arena_};
        record.encode(writer);
        end(mark);
    }

    // Drops the records of `log` before `keep_from`; nothing happens if they are gone already. Conflict if keep_from is
    // beyond the tail at this point of the batch. Numbers are never used again, not even if nothing is left. This frees
    // space in time but does not erase at once: for that there is Store::purge.
    void trim(ByteView log, std::uint64_t keep_from);

    // Adds every step of `other`, in order; `other` is not this batch.
    void merge(const WriteBatch& other);

    void clear();

    // Room for this many bytes of keys and records without allocating.
    void reserve(std::size_t bytes) { arena_.reserve(bytes); }

    [[nodiscard]] bool empty() const { return steps_.empty(); }

    [[nodiscard]] std::size_t size() const { return steps_.size(); }

    // Bytes of keys, names and records together.
    [[nodiscard]] std::size_t bytes() const { return arena_.size(); }

    [[nodiscard]] Step step(std::size_t i) const;

  private:
    struct Entry {
        std::size_t offset;      // in arena_: the key, then at once the value
        std::size_t value_size;  // bytes
        std::uint64_t number;
        std::uint32_t key_size;  // bytes
        Kind kind;
        Space space;
    };

    std::size_t begin(Kind kind, Space space, ByteView key, std::uint64_t number);
    void end(std::size_t entry);
    void add(Kind kind, Space space, ByteView key, ByteView value, std::uint64_t number);

    Bytes arena_;
    std::vector<Entry> steps_;
};

}  // namespace serai::storage::kv
