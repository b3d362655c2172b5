#include "storage/kv/memory_store.hpp"

#include "storage/kv/batch_check.hpp"

#include <array>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace serai::storage::kv {
namespace {

struct Log {
    std::uint64_t first = 0;
    std::vector<Bytes> records;  // records[0] is number `first`

    [[nodiscard]] LogBounds bounds() const { return {first, first + records.size()}; }

    void trim(std::uint64_t keep_from) {
        if (keep_from > first) {
            records.erase(records.begin(),
                          records.begin() + static_cast<std::ptrdiff_t>(keep_from - first));
            first = keep_from;
        }
    }
};

// Names of logs sort by length first, as they do on the disk.
struct ByLength {
    bool operator()(const Bytes& a, const Bytes& b) const {
        return std::pair{a.size(), a} < std::pair{b.size(), b};
    }
};

struct Contents {
    std::array<std::map<Bytes, Bytes>, 2> spaces;
    std::map<Bytes, Log, ByLength> logs;

    [[nodiscard]] const std::map<Bytes, Bytes>& of(Space space) const {
        return spaces[static_cast<std::size_t>(space)];
    }

    void apply(const WriteBatch& batch);
};

void Contents::apply(const WriteBatch& batch) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto step = batch.step(i);
        auto& space = spaces[static_cast<std::size_t>(step.space)];
        switch (step.kind) {
            case WriteBatch::Kind::put:
                space.insert_or_assign(to_bytes(step.key), to_bytes(step.value));
                break;
            case WriteBatch::Kind::erase:
                space.erase(to_bytes(step.key));
                break;
            case WriteBatch::Kind::append:
                logs[to_bytes(step.key)].records.push_back(to_bytes(step.value));
                break;
            case WriteBatch::Kind::trim:
                if (step.number > 0) {
                    logs[to_bytes(step.key)].trim(step.number);
                }
                break;
            case WriteBatch::Kind::expect_absent:
            case WriteBatch::Kind::expect_tail:
                break;
        }
    }
}

class ContentsBase final : public BatchBase {
  public:
    explicit ContentsBase(const Contents& contents) : contents_(contents) {}

    Result<bool> present(Space space, ByteView key) const override {
        return contents_.of(space).contains(to_bytes(key));
    }

    Result<LogBounds> bounds(ByteView log) const override {
        const auto found = contents_.logs.find(to_bytes(log));
        return found == contents_.logs.end() ? LogBounds{} : found->second.bounds();
    }

  private:
    const Contents& contents_;
};

}  // namespace

class MemoryDisk {
  public:
    std::mutex mutex;
    Contents contents;  // what reads see
    // What a failed commit left to be found by the next store.
    std::optional<Contents> after_restart;
    std::map<std::filesystem::path, std::shared_ptr<MemoryDisk>> checkpoints;
};

std::shared_ptr<MemoryDisk> make_memory_disk() {
    return std::make_shared<MemoryDisk>();
}

std::shared_ptr<MemoryDisk> find_checkpoint(MemoryDisk& disk,
                                            const std::filesystem::path& directory) {
    const std::scoped_lock lock{disk.mutex};
    const auto found = disk.checkpoints.find(directory);
    return found == disk.checkpoints.end() ? nullptr : found->second;
}

// Guarded by the disk's mutex.
struct MemoryStore::State {
    bool latched = false;
    bool reads_fail = false;
    std::size_t commits = 0;
    std::size_t commits_until_fault = 0;  // 0: none planned
    Fault fault = Fault::before_effect;
    std::function<void()> hook;
};

MemoryStore::MemoryStore(std::shared_ptr<MemoryDisk> disk)
    : disk_(std::move(disk)), state_(std::make_unique<State>()) {
    const std::scoped_lock lock{disk_->mutex};
    if (disk_->after_restart) {
        disk_->contents = std::move(*disk_->after_restart);
        disk_->after_restart.reset();
    }
}

MemoryStore::~MemoryStore() = default;

void MemoryStore::fail_commit(std::size_t n, Fault fault) {
    const std::scoped_lock lock{disk_->mutex};
    state_->commits_until_fault = n;
    state_->fault = fault;
}

void MemoryStore::on_commit(std::function<void()> hook) {
    const std::scoped_lock lock{disk_->mutex};
    state_->hook = std::move(hook);
}

void MemoryStore::fail_reads(bool fail) {
    const std::scoped_lock lock{disk_->mutex};
    state_->reads_fail = fail;
}

std::size_t MemoryStore::commits() const {
    const std::scoped_lock lock{disk_->mutex};
    return state_->commits;
}

Result<void> MemoryStore::commit(const WriteBatch& batch) {
    if (batch.empty()) {
        return {};
    }
    SERAI_CHECK(check_limits(batch));
    const std::scoped_lock lock{disk_->mutex};
    if (state_->latched) {
        return StoreError::unavailable;
    }
    SERAI_CHECK(check_preconditions(batch, ContentsBase{disk_->contents}));
    if (state_->hook) {
        state_->hook();
    }
    if (state_->commits_until_fault > 0 && --state_->commits_until_fault == 0) {
        state_->latched = true;
        if (state_->fault == Fault::after_effect) {
            disk_->after_restart = disk_->contents;
            disk_->after_restart->apply(batch);
        }
        return StoreError::unknown;
    }
    disk_->contents.apply(batch);
    ++state_->commits;
    return {};
}

Result<std::optional<Bytes>> MemoryStore::get(Space space, ByteView key) const {
    const ByteView keys[] = {key};
    SERAI_TRY(records, multi_get(space, keys));
    return std::move(records[0]);
}

Result<std::vector<std::optional<Bytes>>> MemoryStore::multi_get(
    Space space, std::span<const ByteView> keys) const {
    std::vector<std::optional<Bytes>> records;
    const std::scoped_lock lock{disk_->mutex};
    if (state_->reads_fail) {
        return StoreError::corrupt;
    }
    for (const ByteView key : keys) {
        if (!is_valid_key(key)) {
            return StoreError::invalid;
        }
        const auto& map = disk_->contents.of(space);
        const auto found = map.find(to_bytes(key));
        records.push_back(found == map.end() ? std::nullopt : std::optional{found->second});
    }
    return records;
}

Result<ScanPage> MemoryStore::scan(const ScanRequest& request) const {
    if (request.max_entries == 0) {
        return StoreError::invalid;
    }
    const std::scoped_lock lock{disk_->mutex};
    if (state_->reads_fail) {
        return StoreError::corrupt;
    }
    const auto& map = disk_->contents.of(request.space);
    const auto first = map.lower_bound(request.begin);
    const auto last = request.end.empty() ? map.end() : map.lower_bound(request.end);
    if (!request.end.empty() && request.begin >= request.end) {
        return ScanPage{};
    }

    ScanPage page;
    std::size_t bytes = 0;
    const auto take = [&](const std::pair<const Bytes, Bytes>& entry) {
        const std::size_t size = entry.first.size() + entry.second.size();
        page.more =
            page.entries.size() >= std::min(request.max_entries, kMaxPageEntries) ||
            (!page.entries.empty() && bytes + size > std::min(request.max_bytes, kMaxPageBytes));
        if (!page.more) {
            bytes += size;
            page.entries.push_back({entry.first, entry.second});
        }
        return !page.more;
    };
    if (request.direction == Direction::forward) {
        for (auto it = first; it != last && take(*it); ++it) {
        }
    } else {
        for (auto it = last; it != first && take(*std::prev(it)); --it) {
        }
    }
    return page;
}

Result<LogBounds> MemoryStore::bounds(ByteView log) const {
    if (!is_valid_key(log)) {
        return StoreError::invalid;
    }
    const std::scoped_lock lock{disk_->mutex};
    if (state_->reads_fail) {
        return StoreError::corrupt;
    }
    return ContentsBase{disk_->contents}.bounds(log);
}

Result<LogPage> MemoryStore::read(ByteView log,
                                  std::uint64_t from,
                                  std::size_t max_records,
                                  std::size_t max_bytes) const {
    if (!is_valid_key(log) || max_records == 0) {
        return StoreError::invalid;
    }
    const std::scoped_lock lock{disk_->mutex};
    if (state_->reads_fail) {
        return StoreError::corrupt;
    }
    const auto found = disk_->contents.logs.find(to_bytes(log));
    const LogBounds bounds =
        found == disk_->contents.logs.end() ? LogBounds{} : found->second.bounds();
    if (from < bounds.first) {
        return StoreError::trimmed;
    }
    if (from > bounds.tail) {
        return StoreError::out_of_range;
    }
    LogPage page{.first = from, .records = {}, .tail = bounds.tail};
    std::size_t bytes = 0;
    for (std::uint64_t n = from; n < bounds.tail; ++n) {
        const Bytes& record = found->second.records[n - bounds.first];
        bytes += record.size();
        if (page.records.size() >= std::min(max_records, kMaxPageEntries) ||
            (!page.records.empty() && bytes > std::min(max_bytes, kMaxPageBytes))) {
            break;
        }
        page.records.push_back(record);
    }
    return page;
}

Result<std::vector<Bytes>> MemoryStore::list_logs(ByteView after, std::size_t max_names) const {
    if (max_names == 0) {
        return StoreError::invalid;
    }
    const std::scoped_lock lock{disk_->mutex};
    if (state_->reads_fail) {
        return StoreError::corrupt;
    }
    std::vector<Bytes> names;
    const auto& logs = disk_->contents.logs;
    for (auto it = logs.upper_bound(to_bytes(after)); it != logs.end(); ++it) {
        if (names.size() == max_names) {
            break;
        }
        names.push_back(it->first);
    }
    return names;
}

Result<void> MemoryStore::purge(Space space, std::span<const ByteView> keys) {
    WriteBatch batch;
    for (const ByteView key : keys) {
        batch.erase(space, key);
    }
    return commit(batch);
}

Result<void> MemoryStore::forget(Space, ByteView, ByteView) {
    // Memory keeps nothing else than the present records.
    return health().writable ? Result<void>{} : Result<void>{StoreError::unavailable};
}

Result<void> MemoryStore::checkpoint(const std::filesystem::path& directory) {
    auto copy = make_memory_disk();
    const std::scoped_lock lock{disk_->mutex};
    copy->contents = disk_->contents;
    if (!disk_->checkpoints.emplace(directory, std::move(copy)).second) {
        return StoreError::invalid;
    }
    return {};
}

Health MemoryStore::health() const {
    const std::scoped_lock lock{disk_->mutex};
    return {.writable = !state_->latched,
            .detail = state_->latched ? "a commit failed as the test asked" : ""};
}

}  // namespace serai::storage::kv
