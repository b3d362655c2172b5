#include "client/files.hpp"

#include "storage/file/durable.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace serai::client {

namespace file = storage::file;

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

Result<void> write_file_durably(const std::filesystem::path& path,
                                ByteView content,
                                file::FileSystem& files) {
    const std::filesystem::path unfinished = path.string() + ".new";
    // What a process left behind that died here.
    static_cast<void>(files.remove(unfinished));
    const auto written = [&]() -> Result<void> {
        {
            SERAI_TRY(file, files.open(unfinished, file::OpenMode::create_new));
            SERAI_CHECK(file->write(0, content));
            SERAI_CHECK(file->sync(file::SyncPoint::whole_file));
        }
        SERAI_CHECK(files.rename(unfinished, path));
        return files.sync_directory(file::folder_of(path), file::SyncPoint::whole_file_directory);
    }();
    return written ? Result<void>{} : Result<void>{ClientError::file_failed};
}

}  // namespace serai::client
