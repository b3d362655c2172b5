// Folders and files that survive power loss, for those who need no more than that. What fails leaves the errno of the step that failed.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "storage/file/file_system.hpp"

#include <filesystem>

namespace serai::storage::file {

// The folder that holds this entry: "." for a bare name.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& path);

// Makes the folder and those missing above it, for their owner alone, each durable before the next. A folder that is there already has its
// entry synced too: the process that made it may have died before it came to that. Safe against another process that does the same.
Result<void> make_folders(FileSystem& files, const std::filesystem::path& folder, SyncPoint parent);

// A new file and its entry, durable when it returns. After an error a part of it may be there.
Result<void> write_new(FileSystem& files,
                       const std::filesystem::path& path,
                       ByteView content,
                       OpenMode mode,
                       SyncPoint content_point,
                       SyncPoint entry_point);

}  // namespace serai::storage::file
