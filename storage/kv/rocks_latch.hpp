// The one-way switch to read-only, thrown by the first failed write, sync, flush or compaction.
#pragma once

#include <rocksdb/listener.h>

#include <atomic>
#include <mutex>
#include <string>

namespace serai::storage::kv {

// Thread-safe.
class RocksLatch final : public rocksdb::EventListener {
  public:
    [[nodiscard]] bool is_thrown() const { return thrown_.load(std::memory_order_acquire); }

    // The first reason is the one that is kept.
    void throw_for(const std::string& reason) {
        const std::scoped_lock lock{mutex_};
        if (reason_.empty()) {
            reason_ = reason;
        }
        thrown_.store(true, std::memory_order_release);
    }

    [[nodiscard]] std::string reason() const {
        const std::scoped_lock lock{mutex_};
        return reason_;
    }

    void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                           rocksdb::Status* error) override {
        throw_for("RocksDB: " + error->ToString());
    }

  private:
    std::atomic<bool> thrown_{false};
    mutable std::mutex mutex_;
    std::string reason_;
};

}  // namespace serai::storage::kv
