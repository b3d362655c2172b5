#include "client/documents/unfinished_file.hpp"

#include "storage/file/durable.hpp"

namespace serai::client::documents {

namespace file = storage::file;

UnfinishedFile::UnfinishedFile(file::FileSystem& files,
                               std::filesystem::path target,
                               const protocol::network::DocumentId& document)
    : files_(files),
      target_(std::move(target)),
      path_(target_.string() + "." + to_hex(document.value()) + ".part") {
    static_cast<void>(files_.remove(path_));
    auto made = files_.open(path_, file::OpenMode::create_new);
    if (made) {
        file_ = std::move(*made);
    }
}

UnfinishedFile::~UnfinishedFile() {
    if (file_ && !named_) {
        static_cast<void>(files_.remove(path_));
    }
}

Result<void> UnfinishedFile::write(ByteView bytes) {
    if (!file_->write(size_, bytes)) {
        return ClientError::file_failed;
    }
    size_ += bytes.size();
    return {};
}

Result<void> UnfinishedFile::keep() {
    if (!file_->sync(file::SyncPoint::got_file) || !files_.rename(path_, target_)) {
        return ClientError::file_failed;
    }
    named_ = true;
    if (!files_.sync_directory(file::folder_of(target_), file::SyncPoint::got_directory)) {
        return ClientError::file_failed;
    }
    return {};
}

}  // namespace serai::client::documents
