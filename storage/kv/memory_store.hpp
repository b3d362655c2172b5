// A store in memory that fails on demand: the fake under every test of what stands on Store. It keeps the whole contract of
// store.hpp, the failure rules among it, so a test that passes here says something about RocksStore too.
#pragma once

#include "storage/kv/store.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace serai::storage::kv {

// What would be on the disk. Outlives the stores that are opened on it, one after another.
class MemoryDisk;

[[nodiscard]] std::shared_ptr<MemoryDisk> make_memory_disk();

// The disk that MemoryStore::checkpoint made for this path on `disk`; null if it made none.
[[nodiscard]] std::shared_ptr<MemoryDisk> find_checkpoint(MemoryDisk& disk,
                                                          const std::filesystem::path& directory);

class MemoryStore final : public Store {
  public:
    // Whether the commit that fails is found to have happened when the disk is opened again.
    enum class Fault : std::uint8_t { before_effect, after_effect };

    explicit MemoryStore(std::shared_ptr<MemoryDisk> disk = make_memory_disk());
    ~MemoryStore() override;

    // The n-th commit from now on that gets as far as writing (n = 1: the next one) fails: it returns unknown, the store
    // latches, and reads go on as if it had not happened, until the disk is opened again.
    void fail_commit(std::size_t n, Fault fault);

    // Called by each commit after its preconditions were judged and before it writes, on the committing thread, with the
    // store's lock held (so it must not use the store): a place for a test to wait. Empty: no call.
    void on_commit(std::function<void()> hook);

    // Every read fails with corrupt until this is called with false.
    void fail_reads(bool fail);

    [[nodiscard]] std::shared_ptr<MemoryDisk> disk() const { return disk_; }

    // Commits that wrote something, since this store was opened.
    [[nodiscard]] std::size_t commits() const;

    Result<void> commit(const WriteBatch& batch) override;
    [[nodiscard]] Result<std::optional<Bytes>> get(Space space, ByteView key) const override;
    [[nodiscard]] Result<std::vector<std::optional<Bytes>>> multi_get(
        Space space, std::span<const ByteView> keys) const override;
    [[nodiscard]] Result<ScanPage> scan(const ScanRequest& request) const override;
    [[nodiscard]] Result<LogBounds> bounds(ByteView log) const override;
    [[nodiscard]] Result<LogPage> read(ByteView log,
                                       std::uint64_t from,
                                       std::size_t max_records,
                                       std::size_t max_bytes) const override;
    [[nodiscard]] Result<std::vector<Bytes>> list_logs(ByteView after,
                                                       std::size_t max_names) const override;
    Result<void> purge(Space space, std::span<const ByteView> keys) override;
    Result<void> forget(Space space, ByteView begin, ByteView end) override;
    Result<void> checkpoint(const std::filesystem::path& directory) override;
    [[nodiscard]] Health health() const override;

  private:
    struct State;

    std::shared_ptr<MemoryDisk> disk_;
    std::unique_ptr<State> state_;
};

}  // namespace serai::storage::kv
