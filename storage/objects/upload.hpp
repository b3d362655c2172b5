// One upload while it grows: its open file, its size, and the hash of its bytes so far. Internal to the object store.
#pragma once

#include "crypto/primitive/hash.hpp"
#include "storage/file/file_system.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace serai::storage::objects {

// Not thread-safe. Errors are the file system's, but for no_space: then the upload is as it was.
class Upload {
  public:
    // The empty file `path`, which must not exist.
    static Result<Upload> create(file::FileSystem& files,
                                 const std::filesystem::path& path,
                                 std::uint64_t writeback_bytes);

    // Copies the upload that another run left at `path` into a fresh file, which takes its place.
    static Result<Upload> adopt(file::FileSystem& files,
                                const std::filesystem::path& path,
                                std::uint64_t writeback_bytes);

    [[nodiscard]] std::uint64_t size() const { return size_; }

    [[nodiscard]] Digest digest() const { return crypto::Sha256{hash_}.finish(); }

    Result<void> append(ByteView bytes);

    Result<void> sync(file::SyncPoint point) { return file_->sync(point); }

  private:
    Upload(std::unique_ptr<file::File> file, std::uint64_t writeback_bytes)
        : file_(std::move(file)), writeback_bytes_(writeback_bytes) {}

    Result<void> copy_from(const file::File& old);
    Result<void> pace();

    std::unique_ptr<file::File> file_;
    std::uint64_t writeback_bytes_;
    std::uint64_t size_ = 0;
    std::uint64_t paced_ = 0;  // writing back has been started up to here
    crypto::Sha256 hash_;
};

// A path for the copy that adopt makes; leftovers of it are of no use.
[[nodiscard]] std::filesystem::path fresh_path(const std::filesystem::path& path);

}  // namespace serai::storage::objects
