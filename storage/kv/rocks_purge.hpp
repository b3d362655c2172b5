// Erasing for good: after the deletion is durable, no file may hold the old bytes. Internal to the rocks_* files.
#pragma once

#include "storage/kv/rocks_database.hpp"

#include <span>

namespace serai::storage::kv {

// `keys` of `family` are deleted already. Flushes all column families, so that the logs that held the records are of no use;
// rewrites every table that may hold one; waits until the logs and tables of before are unlinked (a read that is under way
// keeps its tables for as long as it lasts), and makes that durable. unavailable if the files are still there after a minute.
Result<void> rewrite_without(RocksDatabase& base,
                             rocksdb::ColumnFamilyHandle* family,
                             std::span<const ByteView> keys);

// The same for all keys in [begin, end), of which none needs to be deleted: what they were before is gone afterwards.
Result<void> rewrite_range(RocksDatabase& base,
                           rocksdb::ColumnFamilyHandle* family,
                           ByteView begin,
                           ByteView end);

}  // namespace serai::storage::kv
