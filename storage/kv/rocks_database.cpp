#include "storage/kv/rocks_database.hpp"

#include "storage/file/file_system.hpp"
#include "storage/kv/log_file_check.hpp"
#include "storage/kv/rocks_base.hpp"
#include "storage/kv/rocks_options.hpp"

#include <rocksdb/cache.h>

#include <utility>

namespace serai::storage::kv {
namespace {

using Families = std::vector<rocksdb::ColumnFamilyDescriptor>;

constexpr const char* kFormatKey = "format";

Families make_families(const RocksOptions& options) {
    const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes);
    const auto family = make_family_options(options, cache);
    return {{rocksdb::kDefaultColumnFamilyName, family},
            {"state", family},
            {"logs", family},
            {"openings", family}};
}

// One attempt to open a store; collects the sentence for the person who starts the program.
class Opening {
  public:
    Opening(const std::filesystem::path& directory, const RocksOptions& options, std::string& why)
        : options_(options), why_(why), base_(std::make_unique<RocksDatabase>()) {
        base_->directory = directory;
        base_->files = options.files != nullptr ? options.files : &file::machine_file_system();
        base_->env = make_rocks_env(options);
        base_->latch = std::make_shared<RocksLatch>();
        db_options_ = make_db_options(options, base_->env.get());
    }

    Result<std::unique_ptr<RocksDatabase>> run() {
        SERAI_CHECK(make_folder());
        SERAI_CHECK(lock());
        const auto ready = judge_before_opening();
        unlock();
        SERAI_CHECK(ready);
        SERAI_CHECK(open());
        SERAI_CHECK(finish());
        return std::move(base_);
    }

  private:
    ErrorCode fail(StoreError error, std::string sentence) {
        why_ = "cannot open the store in " + base_->directory.string() + ": " + std::move(sentence);
        return error;
    }

    // For failures of the machine: nothing is said about the content.
    ErrorCode fail_io(const std::string& what, const ErrorCode& error) {
        return fail(StoreError::unavailable, what + ": " + error.message());
    }

    ErrorCode fail_rocks(const std::string& what, const rocksdb::Status& status) {
        const bool damaged = status.IsCorruption() || status.IsInvalidArgument() ||
                             status.IsNotFound() || status.IsPathNotFound();
        return fail(damaged ? StoreError::corrupt : StoreError::unavailable,
                    what + ": " + status.ToString());
    }

    [[nodiscard]] std::filesystem::path watermark_path() const {
        return base_->directory / "watermark";
    }

    Result<void> make_folder();
    Result<void> make_watermark();
    Result<void> lock();
    void unlock();
    Result<void> judge_before_opening();
    Result<void> judge_replay();
    Result<void> check_sequence(rocksdb::SequenceNumber sequence);
    Result<void> check_format(const rocksdb::Status& status, const std::string& record);
    Result<void> open();
    Result<void> finish();

    const RocksOptions& options_;
    std::string& why_;
    std::unique_ptr<RocksDatabase> base_;
    rocksdb::DBOptions db_options_;
    rocksdb::FileLock* lock_ = nullptr;
};

// The folders and the watermark are durable before RocksDB writes its first byte.
Result<void> Opening::make_folder() {
    auto& files = *base_->files;
    const auto& directory = base_->directory;
    const auto have_folder = exists(files, directory);
    const auto have_watermark = exists(files, watermark_path());
    const auto have_rocks = exists(files, base_->rocks_directory());
    if (!have_folder || !have_watermark || !have_rocks) {
        return fail_io("its folder cannot be looked at",
                       have_folder ? (have_watermark ? have_rocks : have_watermark).error()
                                   : have_folder.error());
    }
    if (!*have_watermark && *have_rocks) {
        const auto have_current = exists(files, base_->rocks_directory() / "CURRENT");
        if (!have_current || *have_current) {
            return fail(StoreError::corrupt, "the file 'watermark' is missing");
        }
    }

    if (!*have_folder) {
        if (const auto made = files.create_directory(directory); !made) {
            return fail_io("its folder cannot be made", made.error());
        }
    }
    // Also when the folders are there: the process that made them may have died before it came to this.
    const auto parent = std::filesystem::absolute(directory).parent_path();
    if (const auto s = files.sync_directory(parent, file::SyncPoint::store_parent); !s) {
        return fail_io("its folder's parent cannot be synced", s.error());
    }
    if (!*have_watermark) {
        SERAI_CHECK(make_watermark());
    }
    if (!*have_rocks) {
        if (const auto made = files.create_directory(base_->rocks_directory()); !made) {
            return fail_io("the folder 'db' cannot be made", made.error());
        }
    }
    if (const auto s = files.sync_directory(directory, file::SyncPoint::store_directory); !s) {
        return fail_io("its folder cannot be synced", s.error());
    }
    return {};
}

// Under another name until its content is durable, so that a file of this name is always whole.
Result<void> Opening::make_watermark() {
    auto& files = *base_->files;
    const auto fresh = base_->directory / "watermark.new";
    const auto leftover = exists(files, fresh);
    if (leftover && *leftover) {
        if (const auto gone = files.remove(fresh); !gone) {
            return fail_io("the file 'watermark.new' cannot be removed", gone.error());
        }
    }
    if (const auto made = Watermark::create(files, fresh, 0); !made) {
        return fail_io("the file 'watermark.new' cannot be made", made.error());
    }
    if (const auto named = files.rename(fresh, watermark_path()); !named) {
        return fail_io("the file 'watermark' cannot be made", named.error());
    }
    return {};
}

Result<void> Opening::lock() {
    const auto path = (base_->rocks_directory() / "LOCK").string();
    const auto status = base_->env->LockFile(path, &lock_);
    if (!status.ok()) {
        return fail(StoreError::unavailable, "it is in use: " + status.ToString());
    }
    return {};
}

void Opening::unlock() {
    if (lock_ != nullptr) {
        base_->env->UnlockFile(lock_).PermitUncheckedError();
        lock_ = nullptr;
    }
}

// Everything that can refuse, before anything in the folder changes.
Result<void> Opening::judge_before_opening() {
    auto watermark = Watermark::open(*base_->files, watermark_path());
    if (!watermark) {
        return watermark.error() == make_error_code(StoreError::corrupt)
                   ? fail(StoreError::corrupt, "the file 'watermark' is damaged")
                   : fail_io("the file 'watermark' cannot be read", watermark.error());
    }
    base_->watermark.emplace(std::move(*watermark));

    std::string damage;
    if (const auto whole = check_log_files(*base_->files, base_->rocks_directory(), damage);
        !whole) {
        return damage.empty() ? fail_io("the logs cannot be read", whole.error())
                              : fail(StoreError::corrupt, "db/" + damage);
    }
    // Sequence 0: the store was never finished being made, and nothing was ever acknowledged.
    return base_->watermark->sequence() == 0 ? Result<void>{} : judge_replay();
}

// Replays the logs in memory only. A real open would write the result down and remove the logs, the evidence with them.
Result<void> Opening::judge_replay() {
    auto db_options = db_options_;
    db_options.max_open_files = 64;  // the real open looks at every table
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    rocksdb::DB* raw = nullptr;
    const auto status = rocksdb::DB::OpenForReadOnly(
        db_options, base_->rocks_directory().string(), make_families(options_), &families, &raw);
    if (!status.ok()) {
        return fail_rocks("its files do not replay", status);
    }
    RocksDatabase replayed;
    replayed.db.reset(raw);
    replayed.families = std::move(families);

    SERAI_CHECK(check_sequence(replayed.db->GetLatestSequenceNumber()));
    std::string record;
    const auto found = replayed.db->Get({}, replayed.format(), kFormatKey, &record);
    return check_format(found, record);
}

Result<void> Opening::check_sequence(rocksdb::SequenceNumber sequence) {
    const auto acknowledged = base_->watermark->sequence();
    if (sequence >= acknowledged) {
        return {};
    }
    return fail(StoreError::corrupt,
                "acknowledged records are missing: the logs end at sequence " +
                    std::to_string(sequence) + ", the watermark is " +
                    std::to_string(acknowledged));
}

Result<void> Opening::check_format(const rocksdb::Status& status, const std::string& record) {
    if (!status.ok()) {
        return fail_rocks("its format record cannot be read", status);
    }
    const auto format = decode_number(as_bytes(record));
    if (!format) {
        return fail(StoreError::corrupt, "its format record is damaged");
    }
    if (*format != kStoreFormat) {
        return fail(StoreError::wrong_format,
                    "it has format " + std::to_string(*format) + ", this program writes " +
                        std::to_string(kStoreFormat));
    }
    return {};
}

Result<void> Opening::open() {
    const bool unfinished = base_->watermark->sequence() == 0;
    db_options_.create_if_missing = unfinished;
    db_options_.create_missing_column_families = unfinished;
    db_options_.listeners.push_back(base_->latch);
    rocksdb::DB* raw = nullptr;
    const auto status = rocksdb::DB::Open(db_options_,
                                          base_->rocks_directory().string(),
                                          make_families(options_),
                                          &base_->families,
                                          &raw);
    if (!status.ok()) {
        return fail_rocks("RocksDB", status);
    }
    base_->db.reset(raw);
    return check_sequence(base_->db->GetLatestSequenceNumber());
}

Result<void> Opening::finish() {
    // RocksDB has written what it replayed into synced tables already (avoid_flush_during_recovery is off); this leaves no
    // room for doubt, and costs nothing when there is nothing to write.
    if (const auto status = base_->flush(); !status.ok()) {
        return fail_rocks("what was replayed cannot be made durable", status);
    }
    if (base_->watermark->sequence() > 0) {
        return {};
    }
    const auto number = encode_number(kStoreFormat);
    const auto written =
        base_->db->Put(durable_write(), base_->format(), kFormatKey, to_slice(number));
    if (!written.ok()) {
        return fail_rocks("its format record cannot be written", written);
    }
    // From here on a missing database is a loss, not a beginning.
    auto& watermark = *base_->watermark;
    auto marked = watermark.advance(base_->db->GetLatestSequenceNumber());
    if (marked) {
        marked = watermark.sync(file::SyncPoint::watermark_first);
    }
    if (!marked) {
        return fail_io("the file 'watermark' cannot be written", marked.error());
    }
    return {};
}

}  // namespace

RocksDatabase::~RocksDatabase() {
    if (db) {
        for (auto* handle : families) {
            db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
        }
        db->Close().PermitUncheckedError();
    }
}

rocksdb::Status RocksDatabase::flush() {
    rocksdb::FlushOptions options;
    options.wait = true;
    options.allow_write_stall = true;
    return db->Flush(options, families);
}

Result<std::unique_ptr<RocksDatabase>> open_rocks_database(const std::filesystem::path& directory,
                                                           const RocksOptions& options,
                                                           std::string& why) {
    return Opening{directory, options, why}.run();
}

}  // namespace serai::storage::kv
