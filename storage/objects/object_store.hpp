// The ciphertext of documents: one append-only file per object, outside the key-value store.
//
// An object is first an upload: it grows at its end, nobody can read it, and it may be abandoned. Sealing it, once length and
// SHA-256 agree with what the uploader says, makes it readable and unchangeable. Sealing makes the bytes durable and nothing
// else: it is the commit of the manifest, afterwards, that makes a document exist. So a sealed object without a record is the
// leftover of a crash, and list_sealed finds it.
//
// Folder: uploads/<32 hex digits> and sealed/<32 hex digits>, nothing else.
//
// After a failed write, sync or rename (a full disk and a want of descriptors aside) the store latches read-only, for good: nobody knows any more what
// the disk holds. Reading sealed objects goes on. After a restart an upload is copied into a fresh file when it is first
// touched: the kernel may think that the old one's bytes are on the disk although writing them failed.
//
// Thread safety: all functions may be called from any thread, and block. Calls about one object exclude one another, calls
// about different objects do not.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"
#include "storage/objects/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace serai::storage::file {
class FileSystem;
}

namespace serai::storage::objects {

struct ObjectOptions {
    // Writing back starts whenever an upload has grown by this much (bytes), and the stretch before is waited for, so that no
    // upload has much more than twice this in memory, and sealing has little left to write.
    std::uint64_t writeback_bytes = 4 * 1024 * 1024;

    // For tests. Null is the machine's. Must outlive the store.
    file::FileSystem* files = nullptr;

    // Told once, on the thread that found out, why the store latched. Empty: nobody is told.
    std::function<void(const ErrorCode&)> on_failure;
};

struct UploadInfo {
    ObjectId id;
    std::uint64_t size = 0;  // bytes
    std::chrono::system_clock::time_point last_write;
};

// A sealed object, open for reading. It can be read for as long as it is held, even after the object was removed: whoever
// serves it has to end the transfer himself. Thread-safe.
class ObjectReader {
  public:
    ObjectReader() = default;
    ObjectReader(const ObjectReader&) = delete;
    ObjectReader& operator=(const ObjectReader&) = delete;
    virtual ~ObjectReader() = default;

    [[nodiscard]] virtual std::uint64_t size() const = 0;

    // Fills `out` from `offset` on. out_of_range if the object ends before; unavailable.
    virtual Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;
};

class ObjectStore {
  public:
    // Opens the folder, or makes it (its parent must be there). unavailable, with a sentence in `why`.
    [[nodiscard]] static Result<std::unique_ptr<ObjectStore>> open(
        const std::filesystem::path& directory, const ObjectOptions& options, std::string& why);

    ~ObjectStore();
    ObjectStore(const ObjectStore&) = delete;
    ObjectStore& operator=(const ObjectStore&) = delete;

    // Starts an empty upload. exists, no_space, unavailable.
    Result<void> begin(const ObjectId& id);

    // Adds `bytes` at `offset`, which must be the upload's end; it must not grow beyond max_size. What was added is not
    // durable yet (durable_size, seal). not_found, offset_mismatch, limit_reached, no_space, unavailable.
    Result<void> append(const ObjectId& id,
                        std::uint64_t offset,
                        ByteView bytes,
                        std::uint64_t max_size);

    // Bytes uploaded so far, which may be lost in a power failure. not_found, unavailable.
    [[nodiscard]] Result<std::uint64_t> size(const ObjectId& id);

    // Makes what was uploaded so far durable, and returns its size: what a client may be told that it need not send again.
    // not_found, unavailable.
    Result<std::uint64_t> durable_size(const ObjectId& id);

    // Ends the upload: checks length and digest (computed as the bytes came in, so this is quick), and when the object is durable and readable. Sealing what is sealed already succeeds if length and digest agree
    // (it reads the whole object), so that it can be repeated after a crash. not_found, incomplete, digest_mismatch, unavailable.
    Result<void> seal(const ObjectId& id, std::uint64_t length, const Digest& digest);

    // not_found for anything but a sealed object.
    [[nodiscard]] Result<std::shared_ptr<const ObjectReader>> open_sealed(const ObjectId& id);

    // n bytes of a sealed object. As open_sealed and ObjectReader::read.
    [[nodiscard]] Result<Bytes> read(const ObjectId& id, std::uint64_t offset, std::size_t n);

    // Removes an upload or a sealed object; returns when the removal is durable. Success if there is neither. unavailable.
    Result<void> remove(const ObjectId& id);

    // Every upload, in no order; old ones are abandoned, and it is the caller who says how old.
    [[nodiscard]] Result<std::vector<UploadInfo>> list_uploads();

    // Every sealed object, in no order.
    [[nodiscard]] Result<std::vector<ObjectId>> list_sealed();

    [[nodiscard]] bool is_writable() const;

  private:
    class Impl;

    explicit ObjectStore(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace serai::storage::objects
