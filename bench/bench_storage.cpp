// What our store costs above bare RocksDB: the same bytes on the same disk, in turn, so that a slow moment hits both.
#include "bench/rocks_baseline.hpp"
#include "crypto/secret/random.hpp"
#include "storage/kv/rocks_store.hpp"
#include "tests/support/temp_directory.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <stdexcept>

namespace {

using namespace serai;
using namespace serai::bench;
using namespace serai::storage;

// The store with the options that the server uses, written by one thread as the committer does: each record is an append to
// one of a hundred logs, and a key that must not have been there.
class StoreRun {
  public:
    StoreRun(const std::filesystem::path& folder, std::size_t value_bytes)
        : noise_(crypto::system_random().bytes(1024 * 1024 + value_bytes)),
          value_bytes_(value_bytes) {
        std::string why;
        auto store = kv::open_rocks_store(folder, {}, why);
        if (!store) {
            throw std::runtime_error{why};
        }
        store_ = std::move(*store);
    }

    // Records per second, so many in each commit.
    double batches(std::size_t records, Seconds duration, bool once) {
        const auto begin = Clock::now();
        const auto end = begin + std::chrono::duration_cast<Clock::duration>(duration);
        std::uint64_t written = 0;
        kv::WriteBatch batch;
        while (Clock::now() < end) {
            batch.clear();
            for (std::size_t i = 0; i < records; ++i) {
                add(batch, once);
            }
            if (const auto done = store_->commit(batch); !done) {
                throw std::runtime_error{done.error().message()};
            }
            written += records;
        }
        return static_cast<double>(written) / Seconds{Clock::now() - begin}.count();
    }

  private:
    static constexpr std::uint64_t kLogs = 100;

    void add(kv::WriteBatch& batch, bool once) {
        const std::uint64_t n = next_++;
        const ByteView value =
            ByteView{noise_}.subspan((n * 64) % (noise_.size() - value_bytes_), value_bytes_);
        batch.append(kv::make_key(std::uint64_t{n % kLogs}), n / kLogs, value);
        if (once) {
            const auto request = kv::make_key(n * 0x9E37'79B9'7F4A'7C15U, n);
            batch.expect_absent(kv::Space::state, request);
            batch.put(kv::Space::state, request, ByteView{noise_}.first(40));
        }
    }

    Bytes noise_;
    std::size_t value_bytes_;
    std::unique_ptr<kv::Store> store_;
    std::uint64_t next_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    double seconds = 3;
    int repeat = 3;
    std::size_t bytes = 1024;
    std::size_t records = 64;
    CLI::App app{
        "Records per second of the store beside bare RocksDB. The folders are made in $TMPDIR."};
    app.add_option("--seconds", seconds, "of each measurement");
    app.add_option("--repeat", repeat, "measurements; the median counts");
    app.add_option("--bytes", bytes, "of a record");
    app.add_option("--batch", records, "records in each commit");
    CLI11_PARSE(app, argc, argv);

    std::vector<double> plain_ratios;
    std::vector<double> once_ratios;
    std::printf(
        "| RocksDB, %zu threads | RocksDB, batches of %zu | store | store, each once | "
        "store / batches | each once / batches |\n|---|---|---|---|---|---|\n",
        records,
        records);
    for (int i = 0; i < repeat; ++i) {
        const tests::TempDirectory folder;
        RocksBaseline bare{folder.path() / "rocksdb", bytes};
        const double threads = bare.threads(records, Seconds{seconds});
        const double batches = bare.batches(records, Seconds{seconds});
        StoreRun store{folder.path() / "store", bytes};
        const double plain = store.batches(records, Seconds{seconds}, false);
        const double once = store.batches(records, Seconds{seconds}, true);
        plain_ratios.push_back(plain / batches);
        once_ratios.push_back(once / batches);
        std::printf("| %.0f | %.0f | %.0f | %.0f | %.2f | %.2f |\n",
                    threads,
                    batches,
                    plain,
                    once,
                    plain_ratios.back(),
                    once_ratios.back());
        std::fflush(stdout);
    }
    std::printf("median ratio: %.2f, each once %.2f\n", median(plain_ratios), median(once_ratios));
    return 0;
}
