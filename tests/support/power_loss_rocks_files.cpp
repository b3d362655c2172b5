#include "tests/support/power_loss_rocks_files.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdarg>

namespace serai::tests {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus powerless() {
    return IOStatus::IOError("injected by the test");
}

std::string kind_of(const std::string& path) {
    const auto name = std::filesystem::path{path}.filename().string();
    if (name.ends_with(".log")) {
        return "wal";
    }
    if (name.ends_with(".sst")) {
        return "table";
    }
    if (name.starts_with("MANIFEST-")) {
        return "manifest";
    }
    if (name.ends_with(".dbtmp") || name == "CURRENT") {
        return "current";
    }
    return "other";
}

class TrackedWritable final : public rocksdb::FSWritableFileOwnerWrapper {
  public:
    TrackedWritable(PowerLossDisk& disk,
                    PowerLossDisk::InodePtr inode,
                    std::string kind,
                    std::uint64_t size,
                    std::unique_ptr<rocksdb::FSWritableFile>&& real)
        : FSWritableFileOwnerWrapper(std::move(real)),
          disk_(disk),
          inode_(std::move(inode)),
          kind_(std::move(kind)),
          size_(size) {}

    IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* dbg) override {
        return write(size_, data.size(), [&] { return target()->Append(data, options, dbg); });
    }

    IOStatus Append(const Slice& data,
                    const IOOptions& options,
                    const rocksdb::DataVerificationInfo& info,
                    IODebugContext* dbg) override {
        return write(
            size_, data.size(), [&] { return target()->Append(data, options, info, dbg); });
    }

    IOStatus PositionedAppend(const Slice& data,
                              std::uint64_t offset,
                              const IOOptions& options,
                              IODebugContext* dbg) override {
        return write(offset, data.size(), [&] {
            return target()->PositionedAppend(data, offset, options, dbg);
        });
    }

    IOStatus PositionedAppend(const Slice& data,
                              std::uint64_t offset,
                              const IOOptions& options,
                              const rocksdb::DataVerificationInfo& info,
                              IODebugContext* dbg) override {
        return write(offset, data.size(), [&] {
            return target()->PositionedAppend(data, offset, options, info, dbg);
        });
    }

    IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* dbg) override {
        const std::scoped_lock lock{disk_.mutex()};
        if (!disk_.admit(kind_ + ".write")) {
            return powerless();
        }
        disk_.note_truncate(*inode_, size);
        size_ = size;
        return target()->Truncate(size, options, dbg);
    }

    IOStatus Sync(const IOOptions& options, IODebugContext* dbg) override {
        return sync([&] { return target()->Flush(options, dbg); });
    }

    IOStatus Fsync(const IOOptions& options, IODebugContext* dbg) override {
        return sync([&] { return target()->Flush(options, dbg); });
    }

  private:
    template <class Write>
    IOStatus write(std::uint64_t offset, std::size_t size, Write&& real) {
        const std::scoped_lock lock{disk_.mutex()};
        if (!disk_.admit(kind_ + ".write")) {
            return powerless();
        }
        disk_.note_write(*inode_, offset, size);
        size_ = std::max(size_, offset + size);
        return real();
    }

    template <class Flush>
    IOStatus sync(Flush&& flush) {
        const std::scoped_lock lock{disk_.mutex()};
        if (!disk_.admit(kind_)) {
            return powerless();
        }
        disk_.note_synced(*inode_, kind_);
        return flush();
    }

    PowerLossDisk& disk_;
    PowerLossDisk::InodePtr inode_;
    std::string kind_;
    std::uint64_t size_;
};

class TrackedDirectory final : public rocksdb::FSDirectoryWrapper {
  public:
    TrackedDirectory(PowerLossDisk& disk,
                     std::string path,
                     std::unique_ptr<rocksdb::FSDirectory>&& real)
        : FSDirectoryWrapper(std::move(real)), disk_(disk), path_(std::move(path)) {}

    IOStatus Fsync(const IOOptions&, IODebugContext*) override { return sync(); }

    IOStatus FsyncWithDirOptions(const IOOptions&,
                                 IODebugContext*,
                                 const rocksdb::DirFsyncOptions&) override {
        return sync();
    }

  private:
    IOStatus sync() {
        const std::scoped_lock lock{disk_.mutex()};
        if (!disk_.admit("directory")) {
            return powerless();
        }
        disk_.note_directory_synced(path_, "directory");
        return IOStatus::OK();
    }

    PowerLossDisk& disk_;
    std::string path_;
};

class SilentLogger final : public rocksdb::Logger {
  public:
    using Logger::Logv;

    void Logv(const char*, va_list) override {}

    size_t GetLogFileSize() const override { return 0; }
};

class TrackedFiles final : public rocksdb::FileSystemWrapper {
  public:
    explicit TrackedFiles(PowerLossDisk& disk)
        : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(disk) {}

    const char* Name() const override { return "PowerLossRocksFiles"; }

    IOStatus NewWritableFile(const std::string& path,
                             const FileOptions& options,
                             std::unique_ptr<rocksdb::FSWritableFile>* file,
                             IODebugContext* dbg) override {
        const std::scoped_lock lock{disk_.mutex()};
        if (!disk_.admit(kind_of(path) + ".create")) {
            return powerless();
        }
        // An existing file is emptied, which must be undone like any other change.
        auto inode = disk_.find(path);
        if (inode) {
            disk_.note_truncate(*inode, 0);
        }
        std::unique_ptr<rocksdb::FSWritableFile> real;
        auto status = target()->NewWritableFile(path, options, &real, dbg);
        if (status.ok()) {
            if (!inode) {
                inode = disk_.note_created(path);
            }
            *file =
                std::make_unique<TrackedWritable>(disk_, inode, kind_of(path), 0, std::move(real));
        }
        return status;
    }

    IOStatus ReopenWritableFile(const std::string&,
                                const FileOptions&,
                                std::unique_ptr<rocksdb::FSWritableFile>*,
                                IODebugContext*) override {
        return IOStatus::NotSupported("files are not reopened");
    }

    IOStatus ReuseWritableFile(const std::string&,
                               const std::string&,
                               const FileOptions&,
                               std::unique_ptr<rocksdb::FSWritableFile>*,
                               IODebugContext*) override {
        return IOStatus::NotSupported("logs are not recycled");
    }

    IOStatus NewRandomRWFile(const std::string&,
                             const FileOptions&,
                             std::unique_ptr<rocksdb::FSRandomRWFile>*,
                             IODebugContext*) override {
        return IOStatus::NotSupported("files are not changed in place");
    }

    IOStatus NewDirectory(const std::string& path,
                          const IOOptions& options,
                          std::unique_ptr<rocksdb::FSDirectory>* directory,
                          IODebugContext* dbg) override {
        std::unique_ptr<rocksdb::FSDirectory> real;
        auto status = target()->NewDirectory(path, options, &real, dbg);
        if (status.ok()) {
            *directory = std::make_unique<TrackedDirectory>(disk_, path, std::move(real));
        }
        return status;
    }

    IOStatus DeleteFile(const std::string& path,
                        const IOOptions& options,
                        IODebugContext* dbg) override {
        return change("remove", [&] {
            auto status = target()->DeleteFile(path, options, dbg);
            if (status.ok() && disk_.find(path)) {
                disk_.note_removed(path);
            }
            return status;
        });
    }

    IOStatus Truncate(const std::string& path,
                      std::size_t size,
                      const IOOptions& options,
                      IODebugContext* dbg) override {
        return change(kind_of(path) + ".write", [&] {
            if (const auto inode = disk_.find(path)) {
                disk_.note_truncate(*inode, size);
            }
            return target()->Truncate(path, size, options, dbg);
        });
    }

    IOStatus CreateDir(const std::string& path,
                       const IOOptions& options,
                       IODebugContext* dbg) override {
        return change("mkdir", [&] {
            auto status = target()->CreateDir(path, options, dbg);
            if (status.ok()) {
                disk_.note_directory_created(path);
            }
            return status;
        });
    }

    IOStatus CreateDirIfMissing(const std::string& path,
                                const IOOptions& options,
                                IODebugContext* dbg) override {
        const std::scoped_lock lock{disk_.mutex()};
        return disk_.find(path) ? IOStatus::OK() : CreateDir(path, options, dbg);
    }

    IOStatus DeleteDir(const std::string& path,
                       const IOOptions& options,
                       IODebugContext* dbg) override {
        return change("remove", [&] {
            auto status = target()->DeleteDir(path, options, dbg);
            if (status.ok()) {
                disk_.note_removed(path);
            }
            return status;
        });
    }

    IOStatus RenameFile(const std::string& from,
                        const std::string& to,
                        const IOOptions& options,
                        IODebugContext* dbg) override {
        return change("rename", [&] {
            auto status = target()->RenameFile(from, to, options, dbg);
            if (status.ok()) {
                disk_.note_renamed(from, to);
            }
            return status;
        });
    }

    IOStatus LinkFile(const std::string& from,
                      const std::string& to,
                      const IOOptions& options,
                      IODebugContext* dbg) override {
        return change("link", [&] {
            auto status = target()->LinkFile(from, to, options, dbg);
            if (status.ok()) {
                disk_.note_linked(from, to);
            }
            return status;
        });
    }

    IOStatus LockFile(const std::string& path,
                      const IOOptions& options,
                      rocksdb::FileLock** file_lock,
                      IODebugContext* dbg) override {
        const std::scoped_lock lock{disk_.mutex()};
        auto status = target()->LockFile(path, options, file_lock, dbg);
        if (status.ok() && !disk_.find(path)) {
            disk_.note_created(path);
        }
        return status;
    }

    // RocksDB's text log is of no interest, and would be written past this class.
    IOStatus NewLogger(const std::string&,
                       const IOOptions&,
                       std::shared_ptr<rocksdb::Logger>* logger,
                       IODebugContext*) override {
        *logger = std::make_shared<SilentLogger>();
        return IOStatus::OK();
    }

  private:
    template <class Change>
    IOStatus change(const std::string& name, Change&& real) {
        const std::scoped_lock lock{disk_.mutex()};
        return disk_.admit(name) ? real() : powerless();
    }

    PowerLossDisk& disk_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> make_power_loss_rocks_files(PowerLossDisk& disk) {
    return std::make_shared<TrackedFiles>(disk);
}

}  // namespace serai::tests
