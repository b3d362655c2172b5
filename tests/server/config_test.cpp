#include "server/config.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace serai::server {
namespace {

constexpr std::string_view kNeeded = R"(
data_directory = "data"
genesis = "genesis.bin"
[keys]
log_key = "keys/log.key"
tls_key = "/etc/serai/tls.key"
tls_certificate = "keys/tls.crt"
)";

Config parse(const std::string& more) {
    return parse_config(more + std::string{kNeeded}, "/srv/serai");
}

// What parse_config says is wrong with it.
std::string complaint(const std::string& toml) {
    try {
        static_cast<void>(parse_config(toml, "/"));
    } catch (const ConfigError& error) {
        return error.what();
    }
    return {};
}

TEST(Config, resolves_relative_paths_against_the_files_folder) {
    const auto config = parse("");

    EXPECT_EQ(config.data_directory, "/srv/serai/data");
    EXPECT_EQ(config.keys.tls_key, "/etc/serai/tls.key");
}

TEST(Config, reads_the_documented_example_and_finds_the_defaults_in_it) {
    const Config defaults = parse("");

    const auto example =
        load_config(std::filesystem::path{SERAI_SOURCE_DIR} / "server/serai-server.example.toml");

    EXPECT_EQ(example.listen.port, defaults.listen.port);
    EXPECT_EQ(example.limits.connections, defaults.limits.connections);
    EXPECT_EQ(example.limits.in_flight, defaults.limits.in_flight);
    EXPECT_EQ(example.limits.outbox_bytes, defaults.limits.outbox_bytes);
    EXPECT_EQ(example.limits.upload_bytes_per_party, defaults.limits.upload_bytes_per_party);
    EXPECT_EQ(example.limits.device_rate.per_second, defaults.limits.device_rate.per_second);
    EXPECT_EQ(example.limits.party_rate.burst, defaults.limits.party_rate.burst);
    EXPECT_EQ(example.limits.refusals.burst, defaults.limits.refusals.burst);
    EXPECT_EQ(example.limits.idle_timeout, defaults.limits.idle_timeout);
    EXPECT_EQ(example.threads.cpu, defaults.threads.cpu);
    EXPECT_EQ(example.shutdown_timeout, defaults.shutdown_timeout);
}

TEST(Config, refuses_an_unknown_key_and_names_it) {
    const auto said = complaint("surprise = 1\n" + std::string{kNeeded});

    EXPECT_NE(said.find("surprise"), std::string::npos);
}

TEST(Config, refuses_an_unknown_key_inside_a_table) {
    const auto said = complaint(std::string{kNeeded} + "password = \"x\"\n");

    EXPECT_NE(said.find("keys.password"), std::string::npos);
}

TEST(Config, refuses_a_missing_key) {
    EXPECT_NE(complaint("data_directory = \"d\"").find("genesis is missing"), std::string::npos);
}

TEST(Config, refuses_a_number_out_of_range_and_one_that_is_no_number) {
    EXPECT_NE(complaint(std::string{kNeeded} + "[listen]\nport = 65536\n").find("listen.port"),
              std::string::npos);
    EXPECT_NE(complaint(std::string{kNeeded} + "[listen]\nport = -1\n").find("listen.port"),
              std::string::npos);
    EXPECT_NE(complaint(std::string{kNeeded} + "[listen]\nport = \"80\"\n").find("listen.port"),
              std::string::npos);
}

TEST(Config, refuses_metrics_on_an_address_that_others_reach) {
    EXPECT_NE(
        complaint(std::string{kNeeded} + "[metrics]\naddress = \"0.0.0.0\"\n").find("loopback"),
        std::string::npos);
}

TEST(Config, refuses_an_unknown_log_level_and_lists_the_known_ones) {
    EXPECT_NE(complaint(std::string{kNeeded} + "[log]\nlevel = \"loud\"\n").find("warning"),
              std::string::npos);
}

TEST(Config, says_in_which_line_the_syntax_is_wrong) {
    EXPECT_NE(complaint("genesis = \"a\"\n= 3\n").find("line 2"), std::string::npos);
}

}  // namespace
}  // namespace serai::server
