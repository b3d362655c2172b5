// The store on this machine's disk: RocksDB behind Store. RocksDB is named in the rocks_* files of this folder only.
//
// Layout of a store's folder (docs/storage-format.md):
//   db/          RocksDB's files, three column families and the default one, which holds the format version
//   watermark    the newest acknowledged sequence number (watermark.hpp)
//
// Opening refuses (corrupt), and changes nothing in the folder, if any log or manifest shows a record that was changed
// (log_file_check.hpp and RocksDB's checksums), if a closed log is missing or shorter than it was, or if what the logs yield
// ends before the watermark. It accepts an unfinished record at the end of a log: that is what a process leaves that died
// while writing a commit it had not acknowledged. Two things cannot be told from that and are accepted after a power loss
// that left the watermark behind: the loss of the newest records as a whole, and a newest record with several errors, one of
// them in its length. The audit log's witnesses are the answer to a disk that forgets what it confirmed.
//
// One process may have it open at a time.
#pragma once

#include "storage/kv/store.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace rocksdb {
class FileSystem;
}

namespace serai::storage::file {
class FileSystem;
}

namespace serai::storage::kv {

struct RocksOptions {
    std::size_t write_buffer_bytes =
        64 * 1024 * 1024;  // of each column family, before it is flushed
    // So many tables of a column family are merged at once. Each has a part of every log of its time, so merging writes all of it again.
    int tables_per_merge = 10;
    std::size_t block_cache_bytes = 128 * 1024 * 1024;  // of all column families together
    // Logs beyond this are flushed and dropped; it bounds the time that opening takes after a crash.
    std::size_t max_wal_bytes = 128 * 1024 * 1024;

    // For tests: the file systems under RocksDB and under our own files. Null is the machine's. `files` must outlive the store.
    std::shared_ptr<rocksdb::FileSystem> rocks_files;
    file::FileSystem* files = nullptr;
};

// Opens the store in `directory`, which is made if it is not there (its parent must be). On an error, `why` says in one
// sentence what is wrong and where, for the person who starts the program.
// corrupt, unavailable (among other things: open in another process), wrong_format.
[[nodiscard]] Result<std::unique_ptr<Store>> open_rocks_store(
    const std::filesystem::path& directory, const RocksOptions& options, std::string& why);

}  // namespace serai::storage::kv
