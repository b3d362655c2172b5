// Small conversions between our types and RocksDB's, and the form of a log in its column family. Internal to the rocks_* files.
#pragma once

#include "storage/kv/store.hpp"

#include <rocksdb/db.h>
#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include <array>
#include <optional>
#include <string>

namespace serai::storage::kv {

[[nodiscard]] inline rocksdb::Slice to_slice(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline ByteView to_view(const rocksdb::Slice& slice) {
    return {reinterpret_cast<const std::uint8_t*>(slice.data()), slice.size()};
}

[[nodiscard]] inline Bytes to_bytes(const rocksdb::Slice& slice) {
    return serai::to_bytes(to_view(slice));
}

// For reads: what the caller is told about a status that is not OK.
[[nodiscard]] inline StoreError read_error(const rocksdb::Status& status) {
    return status.IsCorruption() ? StoreError::corrupt : StoreError::unavailable;
}

// The key of a record: length of the name u8 (never 0) | name | number u64, so that the records of a log lie together in
// order, and no name is a prefix of another.
// The key of a log's first number, written when it is first trimmed: 0 u8 | length of the name u8 | name.
class LogKey {
  public:
    [[nodiscard]] static LogKey record(ByteView log, std::uint64_t number);
    [[nodiscard]] static LogKey first_number(ByteView log);

    [[nodiscard]] rocksdb::Slice slice() const { return to_slice(ByteView{bytes_}.first(size_)); }

  private:
    void add(ByteView bytes);

    std::array<std::uint8_t, 2 + kMaxKey + 8> bytes_;
    std::size_t size_ = 0;
};

// The number at the end of a record's key if it is one of `log`.
[[nodiscard]] std::optional<std::uint64_t> record_number(ByteView log, const rocksdb::Slice& key);

// The name in either kind of key; nullopt if the key has neither form.
[[nodiscard]] std::optional<ByteView> log_name(const rocksdb::Slice& key);

[[nodiscard]] Bytes encode_number(std::uint64_t number);
[[nodiscard]] std::optional<std::uint64_t> decode_number(ByteView bytes);

// The bounds of `log`, by an iterator over the logs' column family.
[[nodiscard]] Result<LogBounds> find_bounds(rocksdb::Iterator& iterator, ByteView log);

// As Store::list_logs, by an iterator over the logs' column family.
[[nodiscard]] Result<std::vector<Bytes>> list_log_names(rocksdb::Iterator& iterator,
                                                        ByteView after,
                                                        std::size_t max_names);

}  // namespace serai::storage::kv
