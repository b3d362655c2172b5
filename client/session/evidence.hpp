// What is kept when a server was caught in a lie: one file per lie, written and synced before the command fails, readable by
// people and by other tools. Anybody can check it against the genesis.
#pragma once

#include "client/error.hpp"
#include "protocol/base/bytes.hpp"
#include "storage/file/file_system.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace serai::client::session {

// Named pieces: text as it is, bytes as hexadecimal.
class EvidenceFile {
  public:
    explicit EvidenceFile(std::string_view accusation);

    EvidenceFile& text(std::string_view name, std::string_view value);
    EvidenceFile& bytes(std::string_view name, ByteView value);

    [[nodiscard]] const std::string& content() const { return content_; }

  private:
    std::string content_;
};

// The folder of such files. Made when first needed.
class EvidenceLocker {
  public:
    // `files` must outlive it.
    EvidenceLocker(std::filesystem::path folder,
                   Diagnostics& diagnostics,
                   storage::file::FileSystem& files = storage::file::machine_file_system())
        : folder_(std::move(folder)), diagnostics_(&diagnostics), files_(&files) {}

    // Keeps the file of something that proves nothing against the server. Gives its name; nullopt if it cannot be written.
    std::optional<std::filesystem::path> keep(const EvidenceFile& file);

    // Keeps the file and returns server_lied, with `accusation` and the file's name in the diagnostics. If it cannot be written,
    // the words say that instead of a name; the lie is reported either way.
    ErrorCode accuse(std::string accusation, const EvidenceFile& file);

  private:
    std::filesystem::path folder_;
    Diagnostics* diagnostics_;
    storage::file::FileSystem* files_;
};

}  // namespace serai::client::session
