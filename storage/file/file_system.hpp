// The seam between our own files and the machine: everything that storage/ does to a file without RocksDB goes through it, and
// whatever else in the project has to be durable, so that tests can lose power, fail a write, or ignore a sync
// (tests/support/power_loss_file_system.hpp). Nothing else calls fsync or its relatives (tests/layering).
//
// Errors are errno values in boost's system category. Thread safety: a FileSystem may be used from any thread; a File may
// be read from any threads, while writes to it must not overlap one another.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "storage/file/sync_point.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace serai::storage::file {

// An open regular file; closed by its destructor, which does not sync.
class File {
  public:
    File() = default;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    virtual ~File() = default;

    // Writes all of `bytes` at `offset` (bytes from the start), or fails with some unknown part of them written.
    virtual Result<void> write(std::uint64_t offset, ByteView bytes) = 0;

    // Reads until `out` is full or the file ends; returns the bytes read.
    [[nodiscard]] virtual Result<std::size_t> read(std::uint64_t offset,
                                                   std::span<std::uint8_t> out) const = 0;

    [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;

    virtual Result<void> truncate(std::uint64_t size) = 0;

    // Returns when content and size survive power loss. Says nothing about the file's entry in its folder. After an error the
    // content is unknown, and syncing again proves nothing: the kernel drops what it could not write.
    virtual Result<void> sync(SyncPoint point) = 0;

    // Starts writing back [offset, offset + size) and waits until the same range before it, `size` bytes, is written. Keeps
    // the dirty part of a growing file small; promises nothing about durability.
    virtual Result<void> pace_writeback(std::uint64_t offset, std::uint64_t size) = 0;
};

struct FileStatus {
    std::uint64_t size = 0;  // bytes
    std::chrono::system_clock::time_point modified;
};

enum class OpenMode : std::uint8_t {
    read,          // must exist
    write,         // must exist; reading and writing
    create_new,    // must not exist; reading and writing; for its owner alone
    create_public  // the same, but everybody may read it
};

class FileSystem {
  public:
    using Path = std::filesystem::path;

    FileSystem() = default;
    FileSystem(const FileSystem&) = delete;
    FileSystem& operator=(const FileSystem&) = delete;
    virtual ~FileSystem() = default;

    [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) = 0;

    // Of a file or folder; no_such_file_or_directory if there is none.
    [[nodiscard]] virtual Result<FileStatus> status(const Path& path) = 0;

    // Names (not paths) in a folder, in no order.
    [[nodiscard]] virtual Result<std::vector<std::string>> list(const Path& directory) = 0;

    // Makes one folder; file_exists if there is something of that name. Only the owner may enter it.
    virtual Result<void> create_directory(const Path& path) = 0;

    // Replaces `to` if it exists. Durable after sync_directory of both folders.
    virtual Result<void> rename(const Path& from, const Path& to) = 0;

    // Unlinks a file.
    virtual Result<void> remove(const Path& path) = 0;

    // A folder and all it holds; success if it is not there.
    virtual Result<void> remove_tree(const Path& path) = 0;

    // Returns when the folder's entries (made, renamed, removed) survive power loss.
    virtual Result<void> sync_directory(const Path& path, SyncPoint point) = 0;
};

// The machine's own; lives as long as the program.
[[nodiscard]] FileSystem& machine_file_system();

// True if there is a file or folder of that name.
[[nodiscard]] Result<bool> exists(FileSystem& files, const std::filesystem::path& path);

}  // namespace serai::storage::file
