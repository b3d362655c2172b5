// RocksStore on a disk that can lose power and fail.
#pragma once

#include "storage/kv/rocks_store.hpp"
#include "tests/storage/kv/store_conformance.hpp"
#include "tests/support/power_loss_disk.hpp"
#include "tests/support/power_loss_file_system.hpp"
#include "tests/support/power_loss_rocks_files.hpp"
#include "tests/support/temp_directory.hpp"

#include <memory>
#include <string>
#include <utility>

namespace serai::tests {

// A place for one store, and the store while it is open.
class RocksBench final : public StoreBench {
  public:
    RocksBench() : RocksBench("") {}

    // On a disk that never does the syncs of that name, from before the store is made.
    explicit RocksBench(const std::string& ignored_sync)
        : disk_(std::make_shared<Machine>()), directory_(disk_->disk.root() / "store") {
        disk_->disk.ignore_syncs(ignored_sync);
        reopen();
    }

    // A store in another folder of `other`'s disk.
    RocksBench(const RocksBench& other, const std::filesystem::path& directory)
        : disk_(other.disk_), directory_(directory) {
        reopen();
    }

    storage::kv::Store& store() override { return *store_; }

    void close() { store_.reset(); }

    // The error, and its sentence in why().
    Result<void> try_open() {
        store_.reset();
        storage::kv::RocksOptions options;
        options.write_buffer_bytes = 1024 * 1024;
        options.tables_per_merge = 3;
        options.block_cache_bytes = 1024 * 1024;
        options.rocks_files = disk_->rocks_files;
        options.files = disk_->files.get();
        why_.clear();
        auto store = storage::kv::open_rocks_store(directory_, options, why_);
        if (!store) {
            return store.error();
        }
        store_ = std::move(*store);
        return {};
    }

    void reopen() override { ASSERT_TRUE(try_open()) << why_; }

    // Ends the store as a power failure would, and leaves the disk as it would be found.
    void lose_power(std::mt19937* torn = nullptr) {
        disk().cut_power();
        store_.reset();
        disk().restore(torn);
    }

    void fail_next_commit() override { disk().fail("wal"); }

    std::filesystem::path checkpoint_path() const override {
        return disk_->disk.root() / "checkpoint";
    }

    std::unique_ptr<StoreBench> open_checkpoint() override {
        return std::make_unique<RocksBench>(*this, checkpoint_path());
    }

    PowerLossDisk& disk() { return disk_->disk; }

    storage::file::FileSystem& files() { return *disk_->files; }

    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

    [[nodiscard]] const std::string& why() const { return why_; }

  private:
    struct Machine {
        TempDirectory scratch;
        PowerLossDisk disk{scratch.path()};
        std::unique_ptr<storage::file::FileSystem> files = make_power_loss_file_system(disk);
        std::shared_ptr<rocksdb::FileSystem> rocks_files = make_power_loss_rocks_files(disk);
    };

    std::shared_ptr<Machine> disk_;
    std::filesystem::path directory_;
    std::string why_;
    std::unique_ptr<storage::kv::Store> store_;
};

inline std::unique_ptr<StoreBench> make_rocks_bench() {
    return std::make_unique<RocksBench>();
}

}  // namespace serai::tests
