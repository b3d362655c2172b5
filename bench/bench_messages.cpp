// How many messages the server acknowledges and delivers in a second, beside what RocksDB by itself writes in the same time.
#include "bench/load_run.hpp"
#include "bench/rocks_baseline.hpp"
#include "tests/support/temp_directory.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace {

using namespace serai;
using namespace serai::bench;

struct Options {
    double seconds = 4;
    int repeat = 3;
    std::vector<std::size_t> members{5, 100};
    std::vector<std::size_t> in_flight{1, 64};
    std::size_t message_bytes = 1024;
};

struct Yardstick {
    double threads64 = 0;
    double batches64 = 0;
};

Yardstick measure_rocksdb(const Options& options) {
    const tests::TempDirectory folder;
    RocksBaseline baseline{folder.path() / "rocksdb", options.message_bytes};
    baseline.threads(64, Seconds{1});
    Yardstick out;
    out.threads64 = baseline.threads(64, Seconds{options.seconds});
    out.batches64 = baseline.batches(64, Seconds{options.seconds});
    return out;
}

LoadResult measure_server(const Options& options, std::size_t members, std::size_t in_flight) {
    tests::TestNetwork network;
    network.configure({{"limits.device_rate.per_second", "0"},
                       {"limits.party_rate.per_second", "0"},
                       {"log.level", "\"warning\""}});
    const auto server = network.start_server();
    // A large channel's people have four devices each, so that it is made in reasonable time.
    const std::size_t devices = members % 4 == 0 ? 4 : 1;
    auto channel = tests::TestChannel::make(network, server.port(), members / devices, devices);
    LoadRun load{network, channel, server};
    LoadOptions load_options;
    load_options.in_flight = in_flight;
    load_options.message_bytes = options.message_bytes;
    load_options.duration = Seconds{options.seconds};
    return load.run(load_options);
}

// Each measurement stands between two of the yardstick, and is compared with their mean.
void compare(const Options& options, std::size_t members, std::size_t in_flight) {
    std::vector<double> acknowledged;
    std::vector<double> delivered;
    std::vector<double> cpu;
    std::vector<double> to_threads;
    std::vector<double> to_batches;
    Yardstick before = measure_rocksdb(options);
    for (int i = 0; i < options.repeat; ++i) {
        const auto result = measure_server(options, members, in_flight);
        const Yardstick after = measure_rocksdb(options);
        const double threads = (before.threads64 + after.threads64) / 2;
        const double batches = (before.batches64 + after.batches64) / 2;
        std::printf(
            "  run %d: %7.0f acknowledged/s, %8.0f delivered/s, %5.2f us of server CPU per "
            "delivery; "
            "RocksDB %6.0f/s by 64 threads, %6.0f/s in batches of 64\n",
            i + 1,
            result.acknowledged_per_second,
            result.delivered_per_second,
            result.server_cpu_per_delivery.count(),
            threads,
            batches);
        std::fflush(stdout);
        acknowledged.push_back(result.acknowledged_per_second);
        delivered.push_back(result.delivered_per_second);
        cpu.push_back(result.server_cpu_per_delivery.count());
        to_threads.push_back(result.acknowledged_per_second / threads);
        to_batches.push_back(result.acknowledged_per_second / batches);
        before = after;
    }
    std::printf("| %zu | %zu | %.0f | %.0f | %.2f | %.2f | %.2f |\n",
                members,
                in_flight,
                median(acknowledged),
                median(delivered),
                median(cpu),
                median(to_threads),
                median(to_batches));
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{
        "Messages per second through a real server over TLS, beside RocksDB's own synced writes. "
        "The "
        "folder is made in $TMPDIR: choose the disk by it."};
    app.add_option("--seconds", options.seconds, "of each measurement");
    app.add_option("--repeat", options.repeat, "measurements of each kind; the median counts");
    app.add_option("--members", options.members, "members of the channel");
    app.add_option(
        "--in-flight", options.in_flight, "messages that are sent and not yet acknowledged");
    app.add_option("--bytes", options.message_bytes, "of a message");
    CLI11_PARSE(app, argc, argv);
    std::printf(
        "| members | in flight | acknowledged/s | delivered/s | CPU us/delivery | of 64 threads | "
        "of batches of 64 |\n"
        "|---|---|---|---|---|---|---|\n");
    for (const auto members : options.members) {
        for (const auto in_flight : options.in_flight) {
            compare(options, members, in_flight);
        }
    }
    return 0;
}
