#include "storage/kv/rocks_purge.hpp"

#include "storage/file/file_system.hpp"
#include "storage/kv/rocks_base.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

namespace serai::storage::kv {
namespace {

using Names = std::set<std::string>;

// Files of the database's folder that are not empty and have this ending.
Result<Names> list(RocksDatabase& base, std::string_view suffix) {
    const auto names = base.files->list(base.rocks_directory());
    if (!names) {
        return StoreError::unavailable;
    }
    Names found;
    for (const auto& name : *names) {
        // RocksDB keeps an empty log of a former run for a while; there is nothing in it to erase.
        const auto status = base.files->status(base.rocks_directory() / name);
        if (name.ends_with(suffix) && status && status->size > 0) {
            found.insert(name);
        }
    }
    return found;
}

// Tables that reads are answered from now. The others in the folder are either on their way out, or being written and will
// be among these soon.
Names live_tables(RocksDatabase& base) {
    std::vector<rocksdb::LiveFileMetaData> tables;
    base.db->GetLiveFilesMetaData(&tables);
    Names names;
    for (const auto& table : tables) {
        names.insert(std::filesystem::path{table.name}.filename().string());  // it begins with '/'
    }
    return names;
}

// Waits until each of `old` is either unlinked or live.
Result<void> wait_until_gone(RocksDatabase& base, Names old) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (true) {
        SERAI_TRY(present, list(base, ""));
        const Names live = live_tables(base);
        std::erase_if(old, [&](const std::string& name) {
            return !present.contains(name) || live.contains(name);
        });
        if (old.empty()) {
            return {};
        }
        if (std::chrono::steady_clock::now() > deadline) {
            return StoreError::unavailable;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
}

rocksdb::Status compact(RocksDatabase& base,
                        rocksdb::ColumnFamilyHandle* family,
                        ByteView first,
                        ByteView last) {
    rocksdb::CompactRangeOptions options;
    // Also a table that already lies at the bottom, where nothing else would ever rewrite it.
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    options.exclusive_manual_compaction = true;
    const auto from = to_slice(first);
    const auto to = to_slice(last);
    return base.db->CompactRange(options, family, &from, &to);
}

// Flushes, rewrites by `compact_all`, and waits until nothing of before is left.
template <class CompactAll>
Result<void> rewrite(RocksDatabase& base, CompactAll compact_all) {
    SERAI_TRY(old_logs, list(base, ".log"));
    if (!base.flush().ok() || !compact_all().ok()) {
        return StoreError::unavailable;
    }
    SERAI_TRY(old, list(base, ".sst"));
    old.merge(old_logs);
    SERAI_CHECK(wait_until_gone(base, std::move(old)));
    if (!base.files->sync_directory(base.rocks_directory(), file::SyncPoint::purge_directory)) {
        return StoreError::unavailable;
    }
    return {};
}

}  // namespace

Result<void> rewrite_without(RocksDatabase& base,
                             rocksdb::ColumnFamilyHandle* family,
                             std::span<const ByteView> keys) {
    if (keys.empty()) {
        return {};
    }
    return rewrite(base, [&] {
        for (const ByteView key : keys) {
            if (const auto status = compact(base, family, key, key); !status.ok()) {
                return status;
            }
        }
        return rocksdb::Status::OK();
    });
}

Result<void> rewrite_range(RocksDatabase& base,
                           rocksdb::ColumnFamilyHandle* family,
                           ByteView begin,
                           ByteView end) {
    return rewrite(base, [&] { return compact(base, family, begin, end); });
}

}  // namespace serai::storage::kv
