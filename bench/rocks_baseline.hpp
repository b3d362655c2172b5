// What RocksDB does by itself with the same bytes on the same disk: the yardstick beside which the server is measured.
#pragma once

#include "bench/statistics.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

namespace serai::bench {

// RocksDB with its own defaults, each write synced. In a folder of its own, removed at the end.
class RocksBaseline {
  public:
    // `value_bytes`: random bytes of each record; keys have 16 bytes.
    RocksBaseline(const std::filesystem::path& folder, std::size_t value_bytes);
    ~RocksBaseline();
    RocksBaseline(const RocksBaseline&) = delete;
    RocksBaseline& operator=(const RocksBaseline&) = delete;

    // Records per second with so many threads, each writing one record at a time.
    double threads(std::size_t count, Seconds duration);

    // Records per second by one thread, so many records in each write.
    double batches(std::size_t records, Seconds duration);

    // How long each of so many single writes takes, one after another.
    std::vector<Micros> latencies(std::size_t writes);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace serai::bench
