#include "storage/file/file_system.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace serai::storage::file {
namespace {

ErrorCode last_error() {
    return {errno, boost::system::system_category()};
}

// Calls `system_call` again for as long as a signal interrupts it.
template <class Call>
auto retry(Call&& system_call) {
    auto result = system_call();
    while (result < 0 && errno == EINTR) {
        result = system_call();
    }
    return result;
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    ~Descriptor() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }

    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

class PosixFile final : public File {
  public:
    explicit PosixFile(int fd) : fd_(fd) {}

    Result<void> write(std::uint64_t offset, ByteView bytes) override {
        while (!bytes.empty()) {
            const auto n = retry([&] {
                return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
            });
            if (n < 0) {
                return last_error();
            }
            offset += static_cast<std::uint64_t>(n);
            bytes = bytes.subspan(static_cast<std::size_t>(n));
        }
        return {};
    }

    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        std::size_t done = 0;
        while (done < out.size()) {
            const auto n = retry([&] {
                return ::pread(fd_.get(),
                               out.data() + done,
                               out.size() - done,
                               static_cast<off_t>(offset + done));
            });
            if (n < 0) {
                return last_error();
            }
            if (n == 0) {
                break;
            }
            done += static_cast<std::size_t>(n);
        }
        return done;
    }

    Result<std::uint64_t> size() const override {
        struct stat info {};

        if (::fstat(fd_.get(), &info) != 0) {
            return last_error();
        }
        return static_cast<std::uint64_t>(info.st_size);
    }

    Result<void> truncate(std::uint64_t size) override {
        if (retry([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }) != 0) {
            return last_error();
        }
        return {};
    }

    Result<void> sync(SyncPoint /*point*/) override {
        if (retry([&] { return ::fdatasync(fd_.get()); }) != 0) {
            return last_error();
        }
        return {};
    }

    Result<void> pace_writeback(std::uint64_t offset, std::uint64_t size) override {
        if (offset >= size) {
            constexpr unsigned kWait =
                SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
            if (!range(offset - size, size, kWait)) {
                return last_error();
            }
        }
        if (!range(offset, size, SYNC_FILE_RANGE_WRITE)) {
            return last_error();
        }
        return {};
    }

  private:
    bool range(std::uint64_t offset, std::uint64_t size, unsigned flags) {
        const int result = retry([&] {
            return ::sync_file_range(
                fd_.get(), static_cast<off64_t>(offset), static_cast<off64_t>(size), flags);
        });
        // Some file systems (overlays, network mounts) do not know the call; it is only pacing.
        return result == 0 || errno == ENOSYS || errno == EINVAL || errno == ESPIPE;
    }

    Descriptor fd_;
};

int flags_of(OpenMode mode) {
    switch (mode) {
        case OpenMode::read:
            return O_RDONLY | O_CLOEXEC;
        case OpenMode::write:
            return O_RDWR | O_CLOEXEC;
        case OpenMode::create_new:
        case OpenMode::create_public:
            return O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    }
    return O_RDONLY | O_CLOEXEC;
}

class PosixFileSystem final : public FileSystem {
  public:
    Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override {
        const mode_t permissions = mode == OpenMode::create_public ? 0644 : 0600;
        const int fd = retry([&] { return ::open(path.c_str(), flags_of(mode), permissions); });
        if (fd < 0) {
            return last_error();
        }
        return std::unique_ptr<File>{std::make_unique<PosixFile>(fd)};
    }

    Result<FileStatus> status(const Path& path) override {
        struct stat info {};

        if (::stat(path.c_str(), &info) != 0) {
            return last_error();
        }
        const auto modified = std::chrono::seconds{info.st_mtim.tv_sec} +
                              std::chrono::nanoseconds{info.st_mtim.tv_nsec};
        return FileStatus{
            .size = static_cast<std::uint64_t>(info.st_size),
            .modified = std::chrono::system_clock::time_point{
                std::chrono::duration_cast<std::chrono::system_clock::duration>(modified)}};
    }

    Result<std::vector<std::string>> list(const Path& directory) override {
        std::error_code error;
        std::vector<std::string> names;
        std::filesystem::directory_iterator entry{directory, error};
        for (; !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
            names.push_back(entry->path().filename().string());
        }
        if (error) {
            return ErrorCode{error.value(), boost::system::system_category()};
        }
        return names;
    }

    Result<void> create_directory(const Path& path) override {
        if (::mkdir(path.c_str(), 0700) != 0) {
            return last_error();
        }
        return {};
    }

    Result<void> rename(const Path& from, const Path& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) {
            return last_error();
        }
        return {};
    }

    Result<void> remove(const Path& path) override {
        if (::unlink(path.c_str()) != 0) {
            return last_error();
        }
        return {};
    }

    Result<void> remove_tree(const Path& path) override {
        std::error_code error;
        std::filesystem::remove_all(path, error);
        if (error) {
            return ErrorCode{error.value(), boost::system::system_category()};
        }
        return {};
    }

    Result<void> sync_directory(const Path& path, SyncPoint /*point*/) override {
        const Descriptor fd{
            retry([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
        if (fd.get() < 0 || retry([&] { return ::fsync(fd.get()); }) != 0) {
            return last_error();
        }
        return {};
    }
};

}  // namespace

FileSystem& machine_file_system() {
    static PosixFileSystem files;
    return files;
}

Result<bool> exists(FileSystem& files, const std::filesystem::path& path) {
    const auto status = files.status(path);
    if (status) {
        return true;
    }
    if (status.error() == boost::system::errc::no_such_file_or_directory) {
        return false;
    }
    return status.error();
}

}  // namespace serai::storage::file
