// The server's configuration: one TOML file. server/serai-server.example.toml says of each key what it does; a key that is not
// there is an error, and so is a value out of range.
#pragma once

#include "server/runtime/log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace serai::server {

struct ListenConfig {
    std::string address = "0.0.0.0";
    std::uint16_t port = 7443;  // 0: any free one
};

struct MetricsConfig {
    bool enabled = false;
    std::string address = "127.0.0.1";  // loopback only
    std::uint16_t port = 9443;          // 0: any free one
};

struct KeyConfig {
    std::filesystem::path log_key;          // seed and name of the log's signing key
    std::filesystem::path tls_key;          // PKCS #8 PEM
    std::filesystem::path tls_certificate;  // PEM
};

// Requests in one second, and how many may come at once after a pause.
struct RateConfig {
    std::uint32_t per_second = 0;  // 0: no limit
    std::uint32_t burst = 0;
};

struct LimitConfig {
    std::size_t connections = 2000;
    std::size_t connections_per_device = 16;
    std::size_t handshakes =
        64;  // TLS handshakes at once; more wait their turn in the listen queue
    std::chrono::milliseconds handshake_timeout{
        10'000};                                     // TLS, and again for the first HTTP request
    std::chrono::milliseconds idle_timeout{60'000};  // without an answer to a ping
    std::uint16_t in_flight = 128;  // unanswered requests per connection, then it is not read from
    std::size_t outbox_bytes =
        1024 * 1024;                     // per connection; then it is not pushed to until it reads
    std::size_t subscriptions = 1024;    // per connection
    std::size_t uploads_per_party = 32;  // unfinished documents
    std::uint64_t upload_bytes_per_party = 4ull * 1024 * 1024 * 1024;  // announced by them
    RateConfig device_rate{20'000, 40'000};
    RateConfig party_rate{50'000, 100'000};
    RateConfig refusals{20, 200};  // refused handshakes recorded; beyond that they are only counted
};

struct ThreadConfig {
    std::size_t io = 1;
    std::size_t cpu = 2;
    std::size_t blocking = 2;
};

struct LogConfig {
    runtime::LogLevel level = runtime::LogLevel::info;
    runtime::LogFormat format = runtime::LogFormat::text;
};

struct Config {
    ListenConfig listen;
    MetricsConfig metrics;
    std::filesystem::path data_directory;
    std::filesystem::path genesis;  // SignedGenesis, as encoded
    KeyConfig keys;
    LimitConfig limits;
    ThreadConfig threads;
    LogConfig log;
    std::chrono::milliseconds shutdown_timeout{10'000};
};

// What is wrong with a configuration, for a person.
class ConfigError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Relative paths are relative to `base`. Throws ConfigError.
[[nodiscard]] Config parse_config(std::string_view toml, const std::filesystem::path& base);

// Relative paths are relative to the file's folder. Throws ConfigError.
[[nodiscard]] Config load_config(const std::filesystem::path& file);

}  // namespace serai::server
