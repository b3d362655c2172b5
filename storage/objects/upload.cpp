#include "storage/objects/upload.hpp"

#include "storage/objects/error.hpp"

#include <algorithm>

namespace serai::storage::objects {
namespace {

constexpr std::size_t kCopyChunk = 1024 * 1024;  // bytes

bool means_full(const ErrorCode& error) {
    namespace errc = boost::system::errc;
    return error == errc::no_space_on_device || error == errc::file_too_large ||
           error == ErrorCode{EDQUOT, boost::system::system_category()};
}

}  // namespace

std::filesystem::path fresh_path(const std::filesystem::path& path) {
    return path.string() + ".new";
}

Result<Upload> Upload::create(file::FileSystem& files,
                              const std::filesystem::path& path,
                              std::uint64_t writeback_bytes) {
    auto file = files.open(path, file::OpenMode::create_new);
    if (!file) {
        return means_full(file.error()) ? make_error_code(ObjectError::no_space) : file.error();
    }
    return Upload{std::move(*file), writeback_bytes};
}

Result<Upload> Upload::adopt(file::FileSystem& files,
                             const std::filesystem::path& path,
                             std::uint64_t writeback_bytes) {
    SERAI_TRY(old, files.open(path, file::OpenMode::read));
    const auto fresh = fresh_path(path);
    SERAI_TRY(upload, create(files, fresh, writeback_bytes));
    auto copied = upload.copy_from(*old);
    if (copied) {
        copied = files.rename(fresh, path);
    }
    if (!copied) {
        static_cast<void>(files.remove(fresh));
        return copied.error();
    }
    return std::move(upload);
}

Result<void> Upload::copy_from(const file::File& old) {
    Bytes chunk(kCopyChunk);
    while (true) {
        SERAI_TRY(n, old.read(size_, chunk));
        if (n == 0) {
            // The copy takes the old one's place, which may have been promised to the uploader; its name may become durable
            // with that of any other upload.
            return sync(file::SyncPoint::object_adopted);
        }
        SERAI_CHECK(append(ByteView{chunk}.first(n)));
    }
}

Result<void> Upload::append(ByteView bytes) {
    if (const auto written = file_->write(size_, bytes); !written) {
        if (means_full(written.error()) && file_->truncate(size_)) {
            return ObjectError::no_space;
        }
        return written.error();
    }
    hash_.update(bytes);
    size_ += bytes.size();
    return pace();
}

Result<void> Upload::pace() {
    while (size_ - paced_ >= writeback_bytes_) {
        SERAI_CHECK(file_->pace_writeback(paced_, writeback_bytes_));
        paced_ += writeback_bytes_;
    }
    return {};
}

}  // namespace serai::storage::objects
