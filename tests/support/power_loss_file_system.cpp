#include "tests/support/power_loss_file_system.hpp"

#include <boost/system/errc.hpp>

namespace serai::tests {
namespace {

using namespace storage::file;

ErrorCode io_error() {
    return {boost::system::errc::io_error, boost::system::system_category()};
}

ErrorCode full() {
    return {boost::system::errc::no_space_on_device, boost::system::system_category()};
}

ErrorCode no_descriptor() {
    return {boost::system::errc::too_many_files_open, boost::system::system_category()};
}

class TrackedFile final : public File {
  public:
    TrackedFile(PowerLossDisk& disk, PowerLossDisk::InodePtr inode, std::unique_ptr<File> real)
        : disk_(disk), inode_(std::move(inode)), real_(std::move(real)) {}

    Result<void> write(std::uint64_t offset, ByteView bytes) override {
        const std::scoped_lock lock{disk_.mutex()};
        if (!disk_.admit("file.write")) {
            return io_error();
        }
        disk_.note_write(*inode_, offset, bytes.size());
        if (disk_.take_failure("file.write.full")) {
            SERAI_CHECK(real_->write(offset, bytes.first(bytes.size() / 2)));
            return full();
        }
        return real_->write(offset, bytes);
    }

    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        return real_->read(offset, out);
    }

    Result<std::uint64_t> size() const override { return real_->size(); }

    Result<void> truncate(std::uint64_t size) override {
        const std::scoped_lock lock{disk_.mutex()};
        if (!disk_.admit("file.truncate")) {
            return io_error();
        }
        disk_.note_truncate(*inode_, size);
        return real_->truncate(size);
    }

    Result<void> sync(SyncPoint point) override {
        const std::scoped_lock lock{disk_.mutex()};
        const std::string name{storage::file::name(point)};
        if (!disk_.admit(name)) {
            return io_error();
        }
        disk_.note_synced(*inode_, name);
        return {};
    }

    Result<void> pace_writeback(std::uint64_t, std::uint64_t) override {
        const std::scoped_lock lock{disk_.mutex()};
        return disk_.admit("file.writeback") ? Result<void>{} : io_error();
    }

  private:
    PowerLossDisk& disk_;
    PowerLossDisk::InodePtr inode_;
    std::unique_ptr<File> real_;
};

class TrackedFileSystem final : public FileSystem {
  public:
    explicit TrackedFileSystem(PowerLossDisk& disk) : disk_(disk) {}

    Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override {
        const std::scoped_lock lock{disk_.mutex()};
        const bool creates = mode == OpenMode::create_new || mode == OpenMode::create_public;
        if (creates && !disk_.admit("file.create")) {
            return io_error();
        }
        if (creates && disk_.take_failure("file.create.full")) {
            return full();
        }
        if (disk_.take_failure("file.open.descriptors")) {
            return no_descriptor();
        }
        SERAI_TRY(real, real_.open(path, mode));
        auto inode = creates ? disk_.note_created(path) : disk_.find(path);
        return std::unique_ptr<File>{
            std::make_unique<TrackedFile>(disk_, std::move(inode), std::move(real))};
    }

    Result<FileStatus> status(const Path& path) override { return real_.status(path); }

    Result<std::vector<std::string>> list(const Path& directory) override {
        return real_.list(directory);
    }

    Result<void> create_directory(const Path& path) override {
        const std::scoped_lock lock{disk_.mutex()};
        if (!disk_.admit("file.mkdir")) {
            return io_error();
        }
        SERAI_CHECK(real_.create_directory(path));
        disk_.note_directory_created(path);
        return {};
    }

    Result<void> rename(const Path& from, const Path& to) override {
        const std::scoped_lock lock{disk_.mutex()};
        if (!disk_.admit("file.rename")) {
            return io_error();
        }
        SERAI_CHECK(real_.rename(from, to));
        disk_.note_renamed(from, to);
        return {};
    }

    Result<void> remove(const Path& path) override {
        const std::scoped_lock lock{disk_.mutex()};
        if (!disk_.admit("file.remove")) {
            return io_error();
        }
        SERAI_CHECK(real_.remove(path));
        disk_.note_removed(path);
        return {};
    }

    Result<void> remove_tree(const Path& path) override {
        const std::scoped_lock lock{disk_.mutex()};
        if (!disk_.admit("file.remove")) {
            return io_error();
        }
        SERAI_CHECK(real_.remove_tree(path));
        if (disk_.find(path)) {
            disk_.note_removed(path);
        }
        return {};
    }

    Result<void> sync_directory(const Path& path, SyncPoint point) override {
        const std::scoped_lock lock{disk_.mutex()};
        const std::string name{storage::file::name(point)};
        if (disk_.take_failure("file.open_directory.descriptors")) {
            return no_descriptor();
        }
        if (!disk_.admit(name)) {
            return io_error();
        }
        disk_.note_directory_synced(path, name);
        return {};
    }

  private:
    PowerLossDisk& disk_;
    FileSystem& real_ = machine_file_system();
};

}  // namespace

std::unique_ptr<storage::file::FileSystem> make_power_loss_file_system(PowerLossDisk& disk) {
    return std::make_unique<TrackedFileSystem>(disk);
}

}  // namespace serai::tests
