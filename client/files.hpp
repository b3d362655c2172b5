// Small files of the user's: read whole, written whole.
#pragma once

#include "client/error.hpp"
#include "protocol/base/bytes.hpp"
#include "storage/file/file_system.hpp"

#include <filesystem>

namespace serai::client {

// At most max_bytes; file_failed if it is larger or cannot be read.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max_bytes);

// Writes beside the target, syncs, renames, syncs the folder: the file is there whole or not at all. Only the owner may read
// it. file_failed.
Result<void> write_file_durably(
    const std::filesystem::path& path,
    ByteView content,
    storage::file::FileSystem& files = storage::file::machine_file_system());

}  // namespace serai::client
