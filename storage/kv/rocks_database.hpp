// An open RocksDB with our column families, and how it is opened. Internal to the rocks_* files.
#pragma once

#include "storage/kv/rocks_latch.hpp"
#include "storage/kv/rocks_store.hpp"
#include "storage/kv/watermark.hpp"

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace serai::storage::kv {

inline constexpr std::uint64_t kStoreFormat = 3;

// Owns everything in the order in which it has to go away.
struct RocksDatabase {
    std::filesystem::path directory;  // of the store
    file::FileSystem* files = nullptr;
    std::unique_ptr<rocksdb::Env> env;
    std::shared_ptr<RocksLatch> latch;
    std::optional<Watermark> watermark;
    std::unique_ptr<rocksdb::DB> db;
    std::vector<rocksdb::ColumnFamilyHandle*> families;  // default, state, logs, openings

    RocksDatabase() = default;
    RocksDatabase(const RocksDatabase&) = delete;
    RocksDatabase& operator=(const RocksDatabase&) = delete;
    ~RocksDatabase();

    [[nodiscard]] std::filesystem::path rocks_directory() const { return directory / "db"; }

    [[nodiscard]] rocksdb::ColumnFamilyHandle* format() const { return families[0]; }

    [[nodiscard]] rocksdb::ColumnFamilyHandle* state() const { return families[1]; }

    [[nodiscard]] rocksdb::ColumnFamilyHandle* logs() const { return families[2]; }

    [[nodiscard]] rocksdb::ColumnFamilyHandle* openings() const { return families[3]; }

    [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Space space) const {
        return space == Space::state ? state() : openings();
    }

    // Writes every memtable to a synced table; the logs so far are then of no use, and are removed.
    [[nodiscard]] rocksdb::Status flush();
};

// See open_rocks_store.
[[nodiscard]] Result<std::unique_ptr<RocksDatabase>> open_rocks_database(
    const std::filesystem::path& directory, const RocksOptions& options, std::string& why);

}  // namespace serai::storage::kv
