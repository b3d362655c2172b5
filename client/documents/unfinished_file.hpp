// A file that is there only once it is whole: written beside the target, removed unless it was kept.
#pragma once

#include "client/error.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/network/statement.hpp"
#include "storage/file/file_system.hpp"

#include <filesystem>
#include <memory>

namespace serai::client::documents {

// Its name until then holds the document's id: it is never a file of the user's, and what a killed process left behind is replaced. One
// thread. `files` must outlive it.
class UnfinishedFile {
  public:
    UnfinishedFile(storage::file::FileSystem& files,
                   std::filesystem::path target,
                   const protocol::network::DocumentId& document);
    UnfinishedFile(const UnfinishedFile&) = delete;
    UnfinishedFile& operator=(const UnfinishedFile&) = delete;
    ~UnfinishedFile();

    // False if it could not be made; then nothing else may be called.
    [[nodiscard]] bool ok() const { return file_ != nullptr; }

    // Appends. file_failed.
    Result<void> write(ByteView bytes);

    // Gives it its name; content and name survive power loss when this returns. file_failed. Nothing may be written afterwards.
    Result<void> keep();

  private:
    storage::file::FileSystem& files_;
    std::filesystem::path target_;
    std::filesystem::path path_;
    std::unique_ptr<storage::file::File> file_;
    std::uint64_t size_ = 0;
    bool named_ = false;
};

}  // namespace serai::client::documents
