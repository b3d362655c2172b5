// Every place where our own code waits for the disk, by name: one place in the sources for each name. The power-loss tests switch each
// of them off in turn and demand that something breaks, and tests/layering counts both; RocksDB's own syncs are told apart by the file
// they concern (tests/support).
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
    object_sealed_again,      // objects: the same, when a seal is asked for that was done before
    object_remove,            // objects: the removal of an object
    data_parent,              // server: the entry of the data folder in its parent
    key_parent,               // server: the entry of a folder for its keys in its parent
    key_file,                 // server: the content of a key or certificate that it made
    key_directory,            // server: its entry
    home_parent,              // client: the entry of the home in its parent
    evidence_parent,          // client: the entry of the folder of evidence in the home
    whole_file,               // client: the content of a small file, before it takes its name
    whole_file_directory,     // client: the name
    spool_parent,             // client: the entry of the spool folder in the home
    spool_file,               // client: the ciphertext of a document that is about to be uploaded
    spool_directory,          // client: its entry
    got_file,       // client: the content of a document that was opened, before it takes its name
    got_directory,  // client: the name
};

inline constexpr std::array<std::string_view, 30> kSyncPointNames{
    "watermark_made",       "watermark_first",   "watermark_closed",
    "store_directory",      "store_parent",      "purge_directory",
    "checkpoint_directory", "checkpoint_parent", "object_root",
    "object_root_parent",   "object_upload",     "object_upload_directory",
    "object_adopted",       "object_seal_file",  "object_seal_directory",
    "object_sealed_again",  "object_remove",     "data_parent",
    "key_parent",           "key_file",          "key_directory",
    "home_parent",          "evidence_parent",   "whole_file",
    "whole_file_directory", "spool_parent",      "spool_file",
    "spool_directory",      "got_file",          "got_directory"};

[[nodiscard]] constexpr std::string_view name(SyncPoint point) {
    return kSyncPointNames[static_cast<std::size_t>(point)];
}

}  // namespace serai::storage::file
