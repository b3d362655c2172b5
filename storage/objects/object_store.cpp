#include "storage/objects/object_store.hpp"

#include "storage/file/crash_point.hpp"
#include "storage/file/file_system.hpp"
#include "storage/objects/upload.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace serai::storage::objects {
namespace {

namespace errc = boost::system::errc;
using Path = std::filesystem::path;

std::string file_name(const ObjectId& id) {
    return to_hex(id.value());
}

std::optional<ObjectId> parse_file_name(const std::string& name) {
    const auto bytes = array_from_hex<16>(name);
    if (!bytes || to_hex(*bytes) != name) {
        return std::nullopt;
    }
    return ObjectId{*bytes};
}

class SealedReader final : public ObjectReader {
  public:
    SealedReader(std::unique_ptr<file::File> file, std::uint64_t size)
        : file_(std::move(file)), size_(size) {}

    std::uint64_t size() const override { return size_; }

    Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        if (offset > size_ || out.size() > size_ - offset) {
            return ObjectError::out_of_range;
        }
        const auto n = file_->read(offset, out);
        if (!n || *n != out.size()) {
            return ObjectError::unavailable;
        }
        return {};
    }

  private:
    std::unique_ptr<file::File> file_;
    std::uint64_t size_;
};

Result<Digest> digest_of(const ObjectReader& reader) {
    crypto::Sha256 hash;
    Bytes chunk(1024 * 1024);
    for (std::uint64_t offset = 0; offset < reader.size();) {
        const auto n = std::min<std::uint64_t>(chunk.size(), reader.size() - offset);
        const std::span<std::uint8_t> part{chunk.data(), static_cast<std::size_t>(n)};
        SERAI_CHECK(reader.read(offset, part));
        hash.update(part);
        offset += n;
    }
    return hash.finish();
}

}  // namespace

class ObjectStore::Impl {
  public:
    Impl(file::FileSystem& files, Path directory, const ObjectOptions& options)
        : files_(files),
          directory_(std::move(directory)),
          writeback_bytes_(options.writeback_bytes),
          on_failure_(options.on_failure) {}

    Result<void> make_folders(std::string& why);
    Result<void> begin(const ObjectId& id);
    Result<void> append(const ObjectId& id,
                        std::uint64_t offset,
                        ByteView bytes,
                        std::uint64_t max_size);
    Result<std::uint64_t> size(const ObjectId& id);
    Result<std::uint64_t> durable_size(const ObjectId& id);
    Result<void> seal(const ObjectId& id, std::uint64_t length, const Digest& digest);
    Result<void> remove(const ObjectId& id);
    Result<std::shared_ptr<const ObjectReader>> open_sealed(const ObjectId& id);
    Result<std::vector<UploadInfo>> list_uploads();
    Result<std::vector<ObjectId>> list_sealed();

    [[nodiscard]] bool is_writable() const { return !latched_; }

  private:
    // What is known of one object's upload; calls about the object hold its mutex.
    struct Slot {
        std::mutex mutex;
        std::optional<Upload> upload;  // open, if it was used since the start
        bool retired = false;          // no longer in the map: look again
    };

    // The object's slot, locked for as long as this lives.
    struct Held {
        std::shared_ptr<Slot> slot;
        std::unique_lock<std::mutex> lock;
    };

    Held hold(const ObjectId& id);
    void retire(const ObjectId& id, Slot& slot);
    Result<Upload*> find(const ObjectId& id, Slot& slot);
    Result<void> seal_upload(const ObjectId& id, Slot& slot);
    Result<void> seal_again(const ObjectId& id, std::uint64_t length, const Digest& digest);
    Result<bool> remove_file(const Path& path);
    Result<void> sync_folder(const Path& folder, file::SyncPoint point);

    // After a failed change nobody knows what the disk holds. But a file or folder that could not be opened for want of
    // descriptors was not changed, and can be opened later.
    ObjectError latch(const ErrorCode& error) {
        const bool may_pass =
            error == errc::too_many_files_open || error == errc::too_many_files_open_in_system;
        if (!may_pass && !latched_.exchange(true) && on_failure_) {
            on_failure_(error);
        }
        return ObjectError::unavailable;
    }

    // Not found and no space are answers; everything else latches.
    ObjectError judge(const ErrorCode& error) {
        if (error == make_error_code(ObjectError::no_space)) {
            return ObjectError::no_space;
        }
        return error == errc::no_such_file_or_directory ? ObjectError::not_found : latch(error);
    }

    [[nodiscard]] Path uploads() const { return directory_ / "uploads"; }

    [[nodiscard]] Path sealed() const { return directory_ / "sealed"; }

    file::FileSystem& files_;
    Path directory_;
    std::uint64_t writeback_bytes_;
    std::function<void(const ErrorCode&)> on_failure_;
    std::atomic<bool> latched_{false};

    std::mutex slots_mutex_;
    std::unordered_map<ObjectId, std::shared_ptr<Slot>> slots_;
};

Result<void> ObjectStore::Impl::make_folders(std::string& why) {
    const auto attempt = [&](const Result<void>& step, const char* what) -> Result<void> {
        if (!step && step.error() != errc::file_exists) {
            why = "cannot open the object store in " + directory_.string() + ": " + what + ": " +
                  step.error().message();
            return ObjectError::unavailable;
        }
        return {};
    };
    const auto parent = std::filesystem::absolute(directory_).parent_path();
    for (const auto& folder : {directory_, uploads(), sealed()}) {
        SERAI_CHECK(attempt(files_.create_directory(folder), "a folder cannot be made"));
    }
    SERAI_CHECK(attempt(files_.sync_directory(directory_, file::SyncPoint::object_root),
                        "the folder cannot be synced"));
    SERAI_CHECK(attempt(files_.sync_directory(parent, file::SyncPoint::object_root_parent),
                        "the folder's parent cannot be synced"));

    // Copies that were being made when the program ended.
    const auto names = files_.list(uploads());
    if (!names) {
        return attempt(names.error(), "the uploads cannot be listed");
    }
    for (const auto& name : *names) {
        if (!parse_file_name(name)) {
            SERAI_CHECK(attempt(files_.remove(uploads() / name), "a leftover cannot be removed"));
        }
    }
    return {};
}

ObjectStore::Impl::Held ObjectStore::Impl::hold(const ObjectId& id) {
    while (true) {
        std::shared_ptr<Slot> slot;
        {
            const std::scoped_lock lock{slots_mutex_};
            auto& entry = slots_[id];
            if (!entry) {
                entry = std::make_shared<Slot>();
            }
            slot = entry;
        }
        std::unique_lock lock{slot->mutex};
        if (!slot->retired) {
            return {std::move(slot), std::move(lock)};
        }
    }
}

// The slot's mutex is held; whoever waits for it sees that it is retired and asks the map again.
void ObjectStore::Impl::retire(const ObjectId& id, Slot& slot) {
    slot.upload.reset();
    slot.retired = true;
    const std::scoped_lock lock{slots_mutex_};
    slots_.erase(id);
}

Result<Upload*> ObjectStore::Impl::find(const ObjectId& id, Slot& slot) {
    if (latched_) {
        return ObjectError::unavailable;
    }
    if (!slot.upload) {
        auto upload = Upload::adopt(files_, uploads() / file_name(id), writeback_bytes_);
        if (!upload) {
            retire(id, slot);
            return judge(upload.error());
        }
        slot.upload.emplace(std::move(*upload));
    }
    return &*slot.upload;
}

Result<void> ObjectStore::Impl::begin(const ObjectId& id) {
    if (latched_) {
        return ObjectError::unavailable;
    }
    const auto held = hold(id);
    const auto is_sealed = exists(files_, sealed() / file_name(id));
    if (!is_sealed) {
        return ObjectError::unavailable;
    }
    if (*is_sealed) {
        retire(id, *held.slot);
        return ObjectError::exists;
    }
    if (held.slot->upload) {
        return ObjectError::exists;
    }
    auto upload = Upload::create(files_, uploads() / file_name(id), writeback_bytes_);
    if (!upload) {
        retire(id, *held.slot);
        return upload.error() == errc::file_exists ? ObjectError::exists : judge(upload.error());
    }
    held.slot->upload.emplace(std::move(*upload));
    return {};
}

Result<void> ObjectStore::Impl::append(const ObjectId& id,
                                       std::uint64_t offset,
                                       ByteView bytes,
                                       std::uint64_t max_size) {
    const auto held = hold(id);
    SERAI_TRY(upload, find(id, *held.slot));
    if (offset != upload->size()) {
        return ObjectError::offset_mismatch;
    }
    if (offset > max_size || bytes.size() > max_size - offset) {
        return ObjectError::limit_reached;
    }
    if (const auto added = upload->append(bytes); !added) {
        return judge(added.error());
    }
    SERAI_CRASH_POINT("objects.appended");
    return {};
}

Result<std::uint64_t> ObjectStore::Impl::size(const ObjectId& id) {
    const auto held = hold(id);
    SERAI_TRY(upload, find(id, *held.slot));
    return upload->size();
}

Result<std::uint64_t> ObjectStore::Impl::durable_size(const ObjectId& id) {
    const auto held = hold(id);
    SERAI_TRY(upload, find(id, *held.slot));
    if (const auto synced = upload->sync(file::SyncPoint::object_upload); !synced) {
        return latch(synced.error());
    }
    SERAI_CHECK(sync_folder(uploads(), file::SyncPoint::object_upload_directory));
    return upload->size();
}

Result<void> ObjectStore::Impl::seal(const ObjectId& id,
                                     std::uint64_t length,
                                     const Digest& digest) {
    const auto held = hold(id);
    const auto upload = find(id, *held.slot);
    if (!upload) {
        return upload.error() == make_error_code(ObjectError::not_found)
                   ? seal_again(id, length, digest)
                   : upload.error();
    }
    if ((*upload)->size() != length) {
        return ObjectError::incomplete;
    }
    if ((*upload)->digest() != digest) {
        return ObjectError::digest_mismatch;
    }
    return seal_upload(id, *held.slot);
}

// First the bytes, then the name: no name among the sealed ever stands for less than the whole object.
Result<void> ObjectStore::Impl::seal_upload(const ObjectId& id, Slot& slot) {
    if (const auto synced = slot.upload->sync(file::SyncPoint::object_seal_file); !synced) {
        return latch(synced.error());
    }
    SERAI_CRASH_POINT("objects.seal.synced");
    const auto renamed = files_.rename(uploads() / file_name(id), sealed() / file_name(id));
    if (!renamed) {
        return latch(renamed.error());
    }
    SERAI_CRASH_POINT("objects.seal.renamed");
    const auto synced = sync_folder(sealed(), file::SyncPoint::object_seal_directory);
    SERAI_CRASH_POINT("objects.seal.durable");
    retire(
        id,
        slot);  // also if that failed: it is no upload any more, and sealing again syncs the folder again
    return synced;
}

// A crash may have come between the rename and the caller's commit, or even before the folder was synced.
Result<void> ObjectStore::Impl::seal_again(const ObjectId& id,
                                           std::uint64_t length,
                                           const Digest& digest) {
    SERAI_TRY(reader, open_sealed(id));
    if (reader->size() != length) {
        return ObjectError::incomplete;
    }
    SERAI_TRY(found, digest_of(*reader));
    if (found != digest) {
        return ObjectError::digest_mismatch;
    }
    return sync_folder(sealed(), file::SyncPoint::object_sealed_again);
}

Result<std::shared_ptr<const ObjectReader>> ObjectStore::Impl::open_sealed(const ObjectId& id) {
    auto file = files_.open(sealed() / file_name(id), file::OpenMode::read);
    if (!file) {
        return file.error() == errc::no_such_file_or_directory ? ObjectError::not_found
                                                               : ObjectError::unavailable;
    }
    const auto size = (*file)->size();
    if (!size) {
        return ObjectError::unavailable;
    }
    return std::shared_ptr<const ObjectReader>{
        std::make_shared<SealedReader>(std::move(*file), *size)};
}

// True if there was one.
Result<bool> ObjectStore::Impl::remove_file(const Path& path) {
    const auto removed = files_.remove(path);
    if (!removed && removed.error() != errc::no_such_file_or_directory) {
        return latch(removed.error());
    }
    return removed.has_value();
}

Result<void> ObjectStore::Impl::sync_folder(const Path& folder, file::SyncPoint point) {
    if (const auto synced = files_.sync_directory(folder, point); !synced) {
        return latch(synced.error());
    }
    return {};
}

Result<void> ObjectStore::Impl::remove(const ObjectId& id) {
    if (latched_) {
        return ObjectError::unavailable;
    }
    const auto held = hold(id);
    for (const auto& folder : {uploads(), sealed()}) {
        SERAI_CHECK(remove_file(folder / file_name(id)));
        // Also if there was none: a process that died may have removed it without coming to this line.
        SERAI_CHECK(sync_folder(folder, file::SyncPoint::object_remove));
    }
    retire(id, *held.slot);
    return {};
}

Result<std::vector<UploadInfo>> ObjectStore::Impl::list_uploads() {
    const auto names = files_.list(uploads());
    if (!names) {
        return ObjectError::unavailable;
    }
    std::vector<UploadInfo> found;
    for (const auto& name : *names) {
        const auto id = parse_file_name(name);
        const auto status = files_.status(uploads() / name);
        if (id && status) {  // one that vanished since was sealed or removed
            found.push_back({*id, status->size, status->modified});
        }
    }
    return found;
}

Result<std::vector<ObjectId>> ObjectStore::Impl::list_sealed() {
    const auto names = files_.list(sealed());
    if (!names) {
        return ObjectError::unavailable;
    }
    std::vector<ObjectId> found;
    for (const auto& name : *names) {
        if (const auto id = parse_file_name(name)) {
            found.push_back(*id);
        }
    }
    return found;
}

ObjectStore::ObjectStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ObjectStore::~ObjectStore() = default;

Result<std::unique_ptr<ObjectStore>> ObjectStore::open(const Path& directory,
                                                       const ObjectOptions& options,
                                                       std::string& why) {
    auto& files = options.files != nullptr ? *options.files : file::machine_file_system();
    auto impl = std::make_unique<Impl>(files, directory, options);
    SERAI_CHECK(impl->make_folders(why));
    return std::unique_ptr<ObjectStore>{new ObjectStore{std::move(impl)}};
}

Result<void> ObjectStore::begin(const ObjectId& id) {
    return impl_->begin(id);
}

Result<void> ObjectStore::append(const ObjectId& id,
                                 std::uint64_t offset,
                                 ByteView bytes,
                                 std::uint64_t max_size) {
    return impl_->append(id, offset, bytes, max_size);
}

Result<std::uint64_t> ObjectStore::size(const ObjectId& id) {
    return impl_->size(id);
}

Result<std::uint64_t> ObjectStore::durable_size(const ObjectId& id) {
    return impl_->durable_size(id);
}

Result<void> ObjectStore::seal(const ObjectId& id, std::uint64_t length, const Digest& digest) {
    return impl_->seal(id, length, digest);
}

Result<std::shared_ptr<const ObjectReader>> ObjectStore::open_sealed(const ObjectId& id) {
    return impl_->open_sealed(id);
}

Result<Bytes> ObjectStore::read(const ObjectId& id, std::uint64_t offset, std::size_t n) {
    SERAI_TRY(reader, impl_->open_sealed(id));
    if (offset > reader->size() || n > reader->size() - offset) {
        return ObjectError::out_of_range;  // before anything of that size is allocated
    }
    Bytes bytes(n);
    SERAI_CHECK(reader->read(offset, bytes));
    return bytes;
}

Result<void> ObjectStore::remove(const ObjectId& id) {
    return impl_->remove(id);
}

Result<std::vector<UploadInfo>> ObjectStore::list_uploads() {
    return impl_->list_uploads();
}

Result<std::vector<ObjectId>> ObjectStore::list_sealed() {
    return impl_->list_sealed();
}

bool ObjectStore::is_writable() const {
    return impl_->is_writable();
}

}  // namespace serai::storage::objects
