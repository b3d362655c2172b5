// How long a message takes from its sender to another member, one at a time, beside one synced write of RocksDB.
#include "bench/load_run.hpp"
#include "bench/rocks_baseline.hpp"
#include "tests/support/temp_directory.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace {

using namespace serai;
using namespace serai::bench;

struct Quantiles {
    Micros p50{};
    Micros p99{};
};

Quantiles quantiles(std::vector<Micros> samples) {
    return {quantile(samples, 0.50), quantile(samples, 0.99)};
}

Quantiles measure_rocksdb(std::size_t message_bytes) {
    const tests::TempDirectory folder;
    RocksBaseline baseline{folder.path() / "rocksdb", message_bytes};
    baseline.latencies(500);
    return quantiles(baseline.latencies(4000));
}

}  // namespace

int main(int argc, char** argv) {
    double seconds = 4;
    int repeat = 3;
    std::size_t message_bytes = 1024;
    CLI::App app{
        "Latency of a message with one in flight, beside one synced RocksDB write. The folder is "
        "made in $TMPDIR."};
    app.add_option("--seconds", seconds, "of each measurement");
    app.add_option("--repeat", repeat, "measurements; the median counts");
    app.add_option("--bytes", message_bytes, "of a message");
    CLI11_PARSE(app, argc, argv);
    std::vector<double> ratios50;
    std::vector<double> ratios99;
    std::printf(
        "| delivered p50 us | p99 us | acknowledged p50 us | p99 us | RocksDB p50 us | p99 us | "
        "ratio p50 | ratio p99 |\n"
        "|---|---|---|---|---|---|---|---|\n");
    for (int i = 0; i < repeat; ++i) {
        const auto before = measure_rocksdb(message_bytes);
        tests::TestNetwork network;
        network.configure({{"log.level", "\"warning\""}});
        const auto server = network.start_server();
        auto channel = tests::TestChannel::make(network, server.port());
        LoadRun load{network, channel, server};
        LoadOptions options;
        options.in_flight = 1;
        options.message_bytes = message_bytes;
        options.duration = Seconds{seconds};
        auto result = load.run(options);
        const auto after = measure_rocksdb(message_bytes);
        const auto delivered = quantiles(std::move(result.delivered_after));
        const auto acknowledged = quantiles(std::move(result.acknowledged_after));
        const Quantiles rocksdb{(before.p50 + after.p50) / 2, (before.p99 + after.p99) / 2};
        ratios50.push_back(delivered.p50 / rocksdb.p50);
        ratios99.push_back(delivered.p99 / rocksdb.p99);
        std::printf("| %.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %.2f | %.2f |\n",
                    delivered.p50.count(),
                    delivered.p99.count(),
                    acknowledged.p50.count(),
                    acknowledged.p99.count(),
                    rocksdb.p50.count(),
                    rocksdb.p99.count(),
                    ratios50.back(),
                    ratios99.back());
        std::fflush(stdout);
    }
    std::printf("median ratio: p50 %.2f, p99 %.2f\n", median(ratios50), median(ratios99));
    return 0;
}
