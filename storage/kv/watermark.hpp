// The lower bound of what a store has acknowledged, kept outside RocksDB so that a log whose end was cut off or damaged
// cannot pass for a shorter log.
//
// The file holds RocksDB's sequence number of the newest acknowledged commit, twice, in two disk sectors that are written in
// turn. It is written after the commit is durable and before the caller hears of it, and is not synced then: after a process
// died it is exact, after power loss it may be older, and it is never newer than what is durable.
#pragma once

#include "storage/file/file_system.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace serai::storage::kv {

class Watermark {
  public:
    // Makes the file and syncs it; the caller syncs the folder.
    static Result<Watermark> create(file::FileSystem& files,
                                    const std::filesystem::path& path,
                                    std::uint64_t sequence);

    // StoreError::corrupt if neither sector holds a valid number; the error of the file system if there is no file.
    static Result<Watermark> open(file::FileSystem& files, const std::filesystem::path& path);

    [[nodiscard]] std::uint64_t sequence() const { return sequence_; }

    // `sequence` is durable. Not thread-safe.
    Result<void> advance(std::uint64_t sequence);

    Result<void> sync(file::SyncPoint point);

  private:
    Watermark(std::unique_ptr<file::File> file, std::uint64_t sequence, std::uint64_t next_sector)
        : file_(std::move(file)), sequence_(sequence), next_sector_(next_sector) {}

    std::unique_ptr<file::File> file_;
    std::uint64_t sequence_;
    std::uint64_t next_sector_;
};

}  // namespace serai::storage::kv
