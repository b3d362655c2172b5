#include "bench/rocks_baseline.hpp"

#include "crypto/secret/random.hpp"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace serai::bench {

struct RocksBaseline::Impl {
    std::filesystem::path folder;
    std::unique_ptr<rocksdb::DB> db;
    Bytes noise;  // where values are taken from, at changing places
    std::size_t value_bytes;
    std::atomic<std::uint64_t> next{0};

    void fill(rocksdb::WriteBatch& batch) {
        const std::uint64_t n = next.fetch_add(1);
        std::uint8_t key[16] = {};
        for (std::size_t i = 0; i < 8; ++i) {
            key[i] = static_cast<std::uint8_t>(n >> (56 - 8 * i));
        }
        const std::size_t offset = (n * 64) % (noise.size() - value_bytes);
        batch.Put(
            rocksdb::Slice{reinterpret_cast<const char*>(key), sizeof key},
            rocksdb::Slice{reinterpret_cast<const char*>(noise.data() + offset), value_bytes});
    }

    void write(rocksdb::WriteBatch& batch) const {
        rocksdb::WriteOptions options;
        options.sync = true;
        const auto status = db->Write(options, &batch);
        if (!status.ok()) {
            throw std::runtime_error{status.ToString()};
        }
    }

    std::uint64_t write_until(Clock::time_point end, std::size_t records) {
        std::uint64_t written = 0;
        while (Clock::now() < end) {
            rocksdb::WriteBatch batch;
            for (std::size_t i = 0; i < records; ++i) {
                fill(batch);
            }
            write(batch);
            written += records;
        }
        return written;
    }
};

RocksBaseline::RocksBaseline(const std::filesystem::path& folder, std::size_t value_bytes)
    : impl_(std::make_unique<Impl>()) {
    impl_->folder = folder;
    impl_->value_bytes = value_bytes;
    impl_->noise = crypto::system_random().bytes(1024 * 1024 + value_bytes);
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    const auto status = rocksdb::DB::Open(options, folder.string(), &db);
    if (!status.ok()) {
        throw std::runtime_error{status.ToString()};
    }
    impl_->db.reset(db);
}

RocksBaseline::~RocksBaseline() {
    impl_->db.reset();
    std::error_code ignored;
    std::filesystem::remove_all(impl_->folder, ignored);
}

double RocksBaseline::threads(std::size_t count, Seconds duration) {
    std::atomic<std::uint64_t> written{0};
    const auto begin = Clock::now();
    const auto end = begin + std::chrono::duration_cast<Clock::duration>(duration);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < count; ++i) {
        threads.emplace_back([&] { written += impl_->write_until(end, 1); });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    return static_cast<double>(written) / Seconds{Clock::now() - begin}.count();
}

double RocksBaseline::batches(std::size_t records, Seconds duration) {
    const auto begin = Clock::now();
    const auto end = begin + std::chrono::duration_cast<Clock::duration>(duration);
    const auto written = impl_->write_until(end, records);
    return static_cast<double>(written) / Seconds{Clock::now() - begin}.count();
}

std::vector<Micros> RocksBaseline::latencies(std::size_t writes) {
    std::vector<Micros> out;
    out.reserve(writes);
    for (std::size_t i = 0; i < writes; ++i) {
        rocksdb::WriteBatch batch;
        impl_->fill(batch);
        const auto begin = Clock::now();
        impl_->write(batch);
        out.emplace_back(Clock::now() - begin);
    }
    return out;
}

}  // namespace serai::bench
