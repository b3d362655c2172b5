// How we use RocksDB. Internal to the store, and to the benchmark that compares with bare RocksDB under the same options.
#pragma once

#include "storage/kv/rocks_store.hpp"

#include <rocksdb/options.h>

#include <memory>

namespace serai::storage::kv {

// The returned env is the one that opens files by options.rocks_files; it must outlive the database.
[[nodiscard]] std::unique_ptr<rocksdb::Env> make_rocks_env(const RocksOptions& options);

[[nodiscard]] rocksdb::DBOptions make_db_options(const RocksOptions& options, rocksdb::Env* env);

// `cache` is shared by all column families.
[[nodiscard]] rocksdb::ColumnFamilyOptions make_family_options(
    const RocksOptions& options, const std::shared_ptr<rocksdb::Cache>& cache);

// Returns when the log is on the disk.
[[nodiscard]] rocksdb::WriteOptions durable_write();

}  // namespace serai::storage::kv
