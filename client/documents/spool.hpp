// The folder in which ciphertext waits for its upload: one file per document, encrypted once, so that an upload that was interrupted
// goes on with the same bytes.
#pragma once

#include "client/error.hpp"
#include "crypto/document/chunked_encryption.hpp"
#include "crypto/document/manifest.hpp"
#include "protocol/network/statement.hpp"
#include "storage/file/file_system.hpp"

#include <filesystem>
#include <set>
#include <string>

namespace serai::client::documents {

// One thread. `files` and `folder` must outlive it.
class Spool {
  public:
    Spool(storage::file::FileSystem& files, const std::filesystem::path& folder)
        : files_(files), folder_(folder) {}

    [[nodiscard]] std::filesystem::path file(const protocol::network::DocumentId& document) const;

    [[nodiscard]] bool holds(const protocol::network::DocumentId& document) const;

    // Encrypts manifest.true_length bytes of `source`, padding added, into the document's file, and fills in what the manifest says of
    // the ciphertext. The file and its entry are durable when it returns. file_failed.
    Result<void> fill(const std::filesystem::path& source,
                      crypto::document::Encryptor encryptor,
                      crypto::document::Manifest& manifest);

    // Nothing depends on its being gone: remove_others comes again.
    void remove(const protocol::network::DocumentId& document);

    // Ciphertext of all documents but these (hexadecimal ids).
    void remove_others(const std::set<std::string>& named);

  private:
    storage::file::FileSystem& files_;
    const std::filesystem::path& folder_;
};

}  // namespace serai::client::documents
