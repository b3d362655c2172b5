// Every place where our own code waits for the disk, by name. The power-loss tests switch each of them off in turn and
// demand that something breaks; RocksDB's own syncs are told apart by the file they concern (tests/support).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace serai::storage::file {

enum class SyncPoint : std::uint8_t {
    watermark_made,           // kv: the acknowledged sequence, when its file is made
    watermark_first,          // kv: the same, when the store has been made
    watermark_closed,         // kv: the same, when the store is closed
    store_directory,          // kv: the entries of the store's own folder
    store_parent,             // kv: the entry of the store's folder in its parent
    purge_directory,          // kv: the removal of files that held purged records
    checkpoint_directory,     // kv: the entries of a checkpoint's folder
    checkpoint_parent,        // kv: the entry of a checkpoint's folder in its parent
    object_root,              // objects: the two folders, when they are made
    object_root_parent,       // objects: the entry of the root in its parent
    object_upload,            // objects: what a client is told is durable of its upload
    object_upload_directory,  // objects: that upload's entry
    object_adopted,           // objects: the copy of an upload that another run left
    object_seal_file,         // objects: the content of an object that is being sealed
    object_seal_directory,    // objects: its entry among the sealed
    object_remove,            // objects: the removal of an object
};

inline constexpr std::array<std::string_view, 16> kSyncPointNames{"watermark_made",
                                                                  "watermark_first",
                                                                  "watermark_closed",
                                                                  "store_directory",
                                                                  "store_parent",
                                                                  "purge_directory",
                                                                  "checkpoint_directory",
                                                                  "checkpoint_parent",
                                                                  "object_root",
                                                                  "object_root_parent",
                                                                  "object_upload",
                                                                  "object_upload_directory",
                                                                  "object_adopted",
                                                                  "object_seal_file",
                                                                  "object_seal_directory",
                                                                  "object_remove"};

[[nodiscard]] constexpr std::string_view name(SyncPoint point) {
    return kSyncPointNames[static_cast<std::size_t>(point)];
}

}  // namespace serai::storage::file
