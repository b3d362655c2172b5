#include "client/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace serai::client {
namespace {

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

    [[nodiscard]] bool ok() const { return fd_ >= 0; }

  private:
    int fd_;
};

bool write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n <= 0) {
            return false;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
}

bool sync_folder(const std::filesystem::path& folder) {
    const Descriptor fd{
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return fd.ok() && ::fsync(fd.get()) == 0;
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
    const Descriptor fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd.ok()) {
        return ClientError::file_failed;
    }
    Bytes content;
    constexpr std::size_t kStep = 64 * 1024;
    while (true) {
        const std::size_t before = content.size();
        content.resize(before + kStep);
        const ssize_t n = ::read(fd.get(), content.data() + before, kStep);
        content.resize(before + static_cast<std::size_t>(n < 0 ? 0 : n));
        if (n < 0 || content.size() > max_bytes) {
            return ClientError::file_failed;
        }
        if (n == 0) {
            return content;
        }
    }
}

Result<void> make_durable(const std::filesystem::path& path) {
    const Descriptor fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd.ok() || ::fsync(fd.get()) != 0 || !sync_folder(path.parent_path())) {
        return ClientError::file_failed;
    }
    return {};
}

Result<void> write_file_durably(const std::filesystem::path& path, ByteView content) {
    const std::filesystem::path unfinished = path.string() + ".new";
    {
        constexpr mode_t kOwnerOnly = 0600;
        const Descriptor fd{
            ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly)};
        if (!fd.ok() || !write_all(fd.get(), content) || ::fsync(fd.get()) != 0) {
            return ClientError::file_failed;
        }
    }
    std::error_code error;
    std::filesystem::rename(unfinished, path, error);
    if (error || !sync_folder(path.parent_path())) {
        return ClientError::file_failed;
    }
    return {};
}

}  // namespace serai::client
