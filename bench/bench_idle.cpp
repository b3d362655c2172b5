// What a connection costs that does nothing: memory of the server for many of them, each greeted and subscribed.
#include "bench/load_connection.hpp"
#include "tests/support/network/server_process.hpp"

#include <CLI/CLI.hpp>
#include <sys/resource.h>

#include <cstdio>

namespace {

// The server, our child, has as many descriptors as we have.
void raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace serai;
    raise_descriptor_limit();
    std::size_t connections = 1000;
    CLI::App app{"Memory of the server for idle connections."};
    app.add_option("--connections", connections);
    CLI11_PARSE(app, argc, argv);
    tests::TestNetwork network;
    network.configure({{"limits.connections", std::to_string(connections + 100)},
                       {"limits.connections_per_device", std::to_string(connections)},
                       {"log.level", "\"warning\""}});
    const auto server = network.start_server();
    auto channel = tests::TestChannel::make(network, server.port());
    std::vector<std::unique_ptr<bench::LoadConnection>> idle;
    const auto connect = [&](std::size_t i) {
        idle.push_back(std::make_unique<bench::LoadConnection>(
            network, channel.member(i % channel.members().size()), server.port()));
    };
    for (std::size_t i = 0; i < 50; ++i) {
        connect(i);
    }
    const auto before = server.resident_bytes();
    for (std::size_t i = 0; i < connections; ++i) {
        connect(i);
    }
    const auto after = server.resident_bytes();
    const auto each = static_cast<double>(after - before) / static_cast<double>(connections);
    std::printf("%zu idle connections: %.1f MiB, %.1f KiB each (the server had %.1f MiB before)\n",
                connections,
                static_cast<double>(after - before) / (1024 * 1024),
                each / 1024,
                static_cast<double>(before) / (1024 * 1024));
    return 0;
}
