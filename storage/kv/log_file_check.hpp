// Finds the damage to RocksDB's write-ahead logs and manifest that RocksDB itself would take for their end.
//
// Both are sequences of 32 KiB blocks of records: checksum (CRC-32C, masked) u32 | length u16 | type u8 | content, integers
// little-endian; the checksum covers type and content. A process that dies leaves an unfinished record at the end, so
// RocksDB, in the mode that we use, ends quietly at a record that is longer than the rest of the file. But a flipped bit in
// the length of a finished record looks the same, and so does one that turns its type into that of a recycled log: all that
// follows would be dropped in silence. Every other change RocksDB finds by the checksum, and refuses to start.
//
// This check goes over the headers and refuses
// - a type that we never write (we do not recycle logs);
// - an empty header that is followed by anything but zeros to the end of the file;
// - an unfinished record whose content, up to some shorter length, has the checksum in its header: it was finished once.
#pragma once

#include "protocol/base/bytes.hpp"
#include "storage/file/file_system.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace serai::storage::kv {

// A sentence that says what is wrong in the content of one file, with its offset; nullopt if nothing is.
[[nodiscard]] std::optional<std::string> find_log_damage(ByteView content);

// Checks every log and manifest of the RocksDB folder `directory`. corrupt, and the sentence in `why`. Reads all of them.
Result<void> check_log_files(file::FileSystem& files,
                             const std::filesystem::path& directory,
                             std::string& why);

}  // namespace serai::storage::kv
