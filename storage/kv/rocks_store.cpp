#include "storage/kv/rocks_store.hpp"

#include "storage/file/crash_point.hpp"
#include "storage/kv/batch_check.hpp"
#include "storage/kv/rocks_base.hpp"
#include "storage/kv/rocks_database.hpp"
#include "storage/kv/rocks_options.hpp"
#include "storage/kv/rocks_purge.hpp"

#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace serai::storage::kv {
namespace {

// Trimming more records than this at once is one range deletion: cheap to write, but slower to read past.
constexpr std::uint64_t kMaxSingleDeletes = 256;
constexpr std::size_t kMaxKnownLogs = 65'536;

class RocksStore final : public Store {
  public:
    explicit RocksStore(std::unique_ptr<RocksDatabase> base) : base_(std::move(base)) {}

    ~RocksStore() override;

    Result<void> commit(const WriteBatch& batch) override;
    Result<std::optional<Bytes>> get(Space space, ByteView key) const override;
    Result<std::vector<std::optional<Bytes>>> multi_get(
        Space space, std::span<const ByteView> keys) const override;
    Result<ScanPage> scan(const ScanRequest& request) const override;
    Result<LogBounds> bounds(ByteView log) const override;
    Result<LogPage> read(ByteView log,
                         std::uint64_t from,
                         std::size_t max_records,
                         std::size_t max_bytes) const override;
    Result<std::vector<Bytes>> list_logs(ByteView after, std::size_t max_names) const override;
    Result<void> purge(Space space, std::span<const ByteView> keys) override;
    Result<void> forget(Space space, ByteView begin, ByteView end) override;
    Result<void> checkpoint(const std::filesystem::path& directory) override;
    Health health() const override;

  private:
    class Base;

    Result<void> write(const WriteBatch& batch, const std::vector<LogChange>& logs);
    void fill(const WriteBatch& batch, const std::vector<LogChange>& logs);
    void fill_appends();
    void fill_trim(const LogChange& log);
    void remember(const std::vector<LogChange>& logs);
    Result<void> copy_to(const std::filesystem::path& directory);

    [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(
        rocksdb::ColumnFamilyHandle* family, const rocksdb::ReadOptions& options = {}) const {
        return std::unique_ptr<rocksdb::Iterator>{base_->db->NewIterator(options, family)};
    }

    std::unique_ptr<RocksDatabase> base_;

    std::mutex writer_;  // held through the synced write; guards what follows
    rocksdb::WriteBatch batch_;
    std::vector<WriteBatch::Step> appends_;  // of the batch that is being filled
    std::unordered_map<std::string, LogBounds> known_logs_;
};

// What the batch is judged against: the database, with the bounds of the logs written lately from memory.
class RocksStore::Base final : public BatchBase {
  public:
    explicit Base(const RocksStore& store) : store_(store) {}

    Result<bool> present(Space space, ByteView key) const override {
        const auto& db = *store_.base_;
        rocksdb::PinnableSlice record;
        const auto status = db.db->Get({}, db.family(space), to_slice(key), &record);
        if (!status.ok() && !status.IsNotFound()) {
            return read_error(status);
        }
        return status.ok();
    }

    Result<LogBounds> bounds(ByteView log) const override {
        const auto known = store_.known_logs_.find(std::string{as_text(log)});
        return known != store_.known_logs_.end() ? Result<LogBounds>{known->second}
                                                 : store_.bounds(log);
    }

  private:
    const RocksStore& store_;
};

RocksStore::~RocksStore() {
    if (base_->latch->is_thrown()) {
        return;
    }
    // So that the next start has nothing to replay, and a mark that is as new as the data.
    if (base_->flush().ok()) {
        static_cast<void>(base_->watermark->sync(file::SyncPoint::watermark_closed));
    }
}

Result<void> RocksStore::commit(const WriteBatch& batch) {
    if (batch.empty()) {
        return {};
    }
    SERAI_CHECK(check_limits(batch));
    const std::scoped_lock lock{writer_};
    if (base_->latch->is_thrown()) {
        return StoreError::unavailable;
    }
    SERAI_TRY(logs, check_preconditions(batch, Base{*this}));
    SERAI_CHECK(write(batch, logs));
    remember(logs);
    return {};
}

Result<void> RocksStore::write(const WriteBatch& batch, const std::vector<LogChange>& logs) {
    fill(batch, logs);
    if (batch_.Count() == 0) {
        return {};  // preconditions alone, and they hold
    }
    SERAI_CRASH_POINT("kv.commit.before_write");
    const auto status = base_->db->Write(durable_write(), &batch_);
    if (!status.ok()) {
        base_->latch->throw_for("a commit failed: " + status.ToString());
        return StoreError::unknown;
    }
    SERAI_CRASH_POINT("kv.commit.durable");
    if (const auto marked = base_->watermark->advance(base_->db->GetLatestSequenceNumber());
        !marked) {
        // This commit is durable; without the mark the next could be lost unnoticed.
        base_->latch->throw_for("the watermark cannot be written: " + marked.error().message());
    }
    SERAI_CRASH_POINT("kv.commit.marked");
    return {};
}

void RocksStore::fill(const WriteBatch& batch, const std::vector<LogChange>& logs) {
    batch_.Clear();
    appends_.clear();
    // Cannot fail: no limit on the size of a batch is set, and all column families have the same timestamps (none).
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto step = batch.step(i);
        switch (step.kind) {
            case WriteBatch::Kind::put:
                batch_.Put(base_->family(step.space), to_slice(step.key), to_slice(step.value))
                    .PermitUncheckedError();
                break;
            case WriteBatch::Kind::erase:
                batch_.Delete(base_->family(step.space), to_slice(step.key)).PermitUncheckedError();
                break;
            case WriteBatch::Kind::append:
                appends_.push_back(step);
                break;
            case WriteBatch::Kind::expect_absent:
            case WriteBatch::Kind::expect_tail:
            case WriteBatch::Kind::trim:
                break;
        }
    }
    fill_appends();
    for (const LogChange& log : logs) {
        if (log.after.first != log.before.first) {
            fill_trim(log);
        }
    }
}

// One log after another: RocksDB finds the place of a record fastest right behind the one that it has just taken.
void RocksStore::fill_appends() {
    std::ranges::stable_sort(
        appends_, [](const auto& a, const auto& b) { return as_text(a.key) < as_text(b.key); });
    for (const auto& step : appends_) {
        batch_
            .Put(base_->logs(), LogKey::record(step.key, step.number).slice(), to_slice(step.value))
            .PermitUncheckedError();
    }
}

void RocksStore::fill_trim(const LogChange& log) {
    const auto number = encode_number(log.after.first);
    batch_.Put(base_->logs(), LogKey::first_number(log.name).slice(), to_slice(number))
        .PermitUncheckedError();
    if (log.after.first - log.before.first > kMaxSingleDeletes) {
        batch_
            .DeleteRange(base_->logs(),
                         LogKey::record(log.name, log.before.first).slice(),
                         LogKey::record(log.name, log.after.first).slice())
            .PermitUncheckedError();
        return;
    }
    for (auto n = log.before.first; n < log.after.first; ++n) {
        batch_.Delete(base_->logs(), LogKey::record(log.name, n).slice()).PermitUncheckedError();
    }
}

void RocksStore::remember(const std::vector<LogChange>& logs) {
    if (known_logs_.size() + logs.size() > kMaxKnownLogs) {
        known_logs_.clear();
    }
    for (const LogChange& log : logs) {
        known_logs_.insert_or_assign(std::string{as_text(log.name)}, log.after);
    }
}

Result<std::optional<Bytes>> RocksStore::get(Space space, ByteView key) const {
    if (!is_valid_key(key)) {
        return StoreError::invalid;
    }
    rocksdb::PinnableSlice record;
    const auto status = base_->db->Get({}, base_->family(space), to_slice(key), &record);
    if (status.IsNotFound()) {
        return std::optional<Bytes>{};
    }
    if (!status.ok()) {
        return read_error(status);
    }
    return std::optional{to_bytes(record)};
}

Result<std::vector<std::optional<Bytes>>> RocksStore::multi_get(
    Space space, std::span<const ByteView> keys) const {
    if (!std::all_of(keys.begin(), keys.end(), is_valid_key)) {
        return StoreError::invalid;
    }
    std::vector<rocksdb::Slice> slices;
    slices.reserve(keys.size());
    std::transform(keys.begin(), keys.end(), std::back_inserter(slices), to_slice);
    std::vector<rocksdb::PinnableSlice> found(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    base_->db->MultiGet(
        {}, base_->family(space), keys.size(), slices.data(), found.data(), statuses.data());

    std::vector<std::optional<Bytes>> records(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (statuses[i].ok()) {
            records[i] = to_bytes(found[i]);
        } else if (!statuses[i].IsNotFound()) {
            return read_error(statuses[i]);
        }
    }
    return records;
}

Result<ScanPage> RocksStore::scan(const ScanRequest& request) const {
    if (request.max_entries == 0) {
        return StoreError::invalid;
    }
    const auto lower = to_slice(request.begin);
    const auto upper = to_slice(request.end);
    if (!request.end.empty() && request.begin >= request.end) {
        return ScanPage{};
    }
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = request.begin.empty() ? nullptr : &lower;
    options.iterate_upper_bound = request.end.empty() ? nullptr : &upper;
    const auto it = iterate(base_->family(request.space), options);
    const bool forward = request.direction == Direction::forward;
    const std::size_t max_entries = std::min(request.max_entries, kMaxPageEntries);
    const std::size_t max_bytes = std::min(request.max_bytes, kMaxPageBytes);

    ScanPage page;
    std::size_t bytes = 0;
    for (forward ? it->SeekToFirst() : it->SeekToLast(); it->Valid();
         forward ? it->Next() : it->Prev()) {
        bytes += it->key().size() + it->value().size();
        if (page.entries.size() == max_entries || (!page.entries.empty() && bytes > max_bytes)) {
            page.more = true;
            break;
        }
        page.entries.push_back({to_bytes(it->key()), to_bytes(it->value())});
    }
    if (!it->status().ok()) {
        return read_error(it->status());
    }
    return page;
}

Result<LogBounds> RocksStore::bounds(ByteView log) const {
    if (!is_valid_key(log)) {
        return StoreError::invalid;
    }
    return find_bounds(*iterate(base_->logs()), log);
}

Result<LogPage> RocksStore::read(ByteView log,
                                 std::uint64_t from,
                                 std::size_t max_records,
                                 std::size_t max_bytes) const {
    if (!is_valid_key(log) || max_records == 0) {
        return StoreError::invalid;
    }
    const auto it = iterate(base_->logs());
    SERAI_TRY(bounds, find_bounds(*it, log));
    if (from < bounds.first) {
        return StoreError::trimmed;
    }
    if (from > bounds.tail) {
        return StoreError::out_of_range;
    }
    LogPage page{.first = from, .records = {}, .tail = bounds.tail};
    const auto count = std::min<std::uint64_t>({max_records, kMaxPageEntries, bounds.tail - from});
    std::size_t bytes = 0;
    it->Seek(LogKey::record(log, from).slice());
    for (std::uint64_t n = from; n < from + count; ++n, it->Next()) {
        if (!it->Valid()) {
            return it->status().ok() ? StoreError::corrupt : read_error(it->status());
        }
        if (record_number(log, it->key()) != n) {
            return StoreError::corrupt;
        }
        bytes += it->value().size();
        if (!page.records.empty() && bytes > std::min(max_bytes, kMaxPageBytes)) {
            break;
        }
        page.records.push_back(to_bytes(it->value()));
    }
    return page;
}

Result<std::vector<Bytes>> RocksStore::list_logs(ByteView after, std::size_t max_names) const {
    if (max_names == 0 || after.size() > kMaxKey) {
        return StoreError::invalid;
    }
    return list_log_names(*iterate(base_->logs()), after, max_names);
}

Result<void> RocksStore::purge(Space space, std::span<const ByteView> keys) {
    WriteBatch batch;
    for (const ByteView key : keys) {
        batch.erase(space, key);
    }
    SERAI_CHECK(commit(batch));
    SERAI_CRASH_POINT("kv.purge.deleted");
    return rewrite_without(*base_, base_->family(space), keys);
}

Result<void> RocksStore::forget(Space space, ByteView begin, ByteView end) {
    return rewrite_range(*base_, base_->family(space), begin, end);
}

Result<void> RocksStore::checkpoint(const std::filesystem::path& directory) {
    auto& files = *base_->files;
    const auto taken = exists(files, directory);
    if (!taken || *taken) {
        return taken ? StoreError::invalid : StoreError::unavailable;
    }
    const auto copied = copy_to(directory);
    if (!copied) {
        static_cast<void>(files.remove_tree(directory));
    }
    return copied;
}

Result<void> RocksStore::copy_to(const std::filesystem::path& directory) {
    auto& files = *base_->files;
    // Whatever was acknowledged before this line is in the copy.
    const auto sequence = base_->db->GetLatestSequenceNumber();
    if (!files.create_directory(directory)) {
        return StoreError::unavailable;
    }
    rocksdb::Checkpoint* raw = nullptr;
    auto status = rocksdb::Checkpoint::Create(base_->db.get(), &raw);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint{raw};
    if (status.ok()) {
        status = checkpoint->CreateCheckpoint((directory / "db").string());
    }
    if (!status.ok() || !Watermark::create(files, directory / "watermark", sequence)) {
        return StoreError::unavailable;
    }
    const auto parent = std::filesystem::absolute(directory).parent_path();
    if (!files.sync_directory(directory, file::SyncPoint::checkpoint_directory) ||
        !files.sync_directory(parent, file::SyncPoint::checkpoint_parent)) {
        return StoreError::unavailable;
    }
    return {};
}

Health RocksStore::health() const {
    return {.writable = !base_->latch->is_thrown(), .detail = base_->latch->reason()};
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocks_store(const std::filesystem::path& directory,
                                                const RocksOptions& options,
                                                std::string& why) {
    SERAI_TRY(base, open_rocks_database(directory, options, why));
    return std::unique_ptr<Store>{std::make_unique<RocksStore>(std::move(base))};
}

}  // namespace serai::storage::kv
