#include "server/config.hpp"

#include <boost/asio/ip/address.hpp>
#include <toml++/toml.h>

#include <concepts>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

namespace serai::server {

namespace {

using std::chrono::milliseconds;

// One table of the file. Remembers which keys were asked for, so that finish() can refuse the rest.
class Section {
  public:
    Section(std::string path, const toml::table* table) : path_(std::move(path)), table_(table) {}

    [[nodiscard]] Section section(std::string_view key) {
        const auto* node = find(key);
        if (node != nullptr && !node->is_table()) {
            throw ConfigError(name(key) + " must be a table");
        }
        return {name(key), node == nullptr ? nullptr : node->as_table()};
    }

    void read(std::string_view key, std::string& out) {
        if (const auto* node = find(key)) {
            const auto value = node->value_exact<std::string>();
            if (!value || value->empty()) {
                throw ConfigError(name(key) + " must be a text that is not empty");
            }
            out = *value;
        }
    }

    void read(std::string_view key, bool& out) {
        if (const auto* node = find(key)) {
            const auto value = node->value_exact<bool>();
            if (!value) {
                throw ConfigError(name(key) + " must be true or false");
            }
            out = *value;
        }
    }

    template <std::unsigned_integral Integer>
    void read(std::string_view key, Integer& out, std::uint64_t min, std::uint64_t max) {
        if (const auto* node = find(key)) {
            const auto value = node->value_exact<std::int64_t>();
            if (!value || *value < 0 || static_cast<std::uint64_t>(*value) < min ||
                static_cast<std::uint64_t>(*value) > max) {
                throw ConfigError(name(key) + " must be a number from " + std::to_string(min) +
                                  " to " + std::to_string(max));
            }
            out = static_cast<Integer>(*value);
        }
    }

    void read_seconds(std::string_view key, milliseconds& out) {
        std::uint64_t value = 0;
        if (find(key) != nullptr) {
            read(key, value, 1, 3600);
            out = std::chrono::seconds{value};
        }
    }

    void require_path(std::string_view key,
                      const std::filesystem::path& base,
                      std::filesystem::path& out) {
        std::string text;
        read(key, text);
        if (text.empty()) {
            throw ConfigError(name(key) + " is missing");
        }
        out = base / text;
    }

    template <class Enum>
    void read_one_of(std::string_view key,
                     Enum& out,
                     std::initializer_list<std::pair<std::string_view, Enum>> choices) {
        std::string text;
        read(key, text);
        if (text.empty()) {
            return;
        }
        std::string known;
        for (const auto& [word, value] : choices) {
            if (word == text) {
                out = value;
                return;
            }
            known += (known.empty() ? "" : ", ") + std::string{word};
        }
        throw ConfigError(name(key) + " must be one of: " + known);
    }

    // Refuses what nobody asked for.
    void finish() const {
        if (table_ == nullptr) {
            return;
        }
        for (const auto& [key, node] : *table_) {
            if (!asked_.contains(std::string{key.str()})) {
                std::ostringstream text;
                text << "unknown key " << name(key.str()) << " in line "
                     << node.source().begin.line;
                throw ConfigError(text.str());
            }
        }
    }

  private:
    [[nodiscard]] std::string name(std::string_view key) const {
        return path_.empty() ? std::string{key} : path_ + "." + std::string{key};
    }

    const toml::node* find(std::string_view key) {
        asked_.emplace(key);
        return table_ == nullptr ? nullptr : table_->get(key);
    }

    std::string path_;
    const toml::table* table_;
    std::set<std::string> asked_;
};

constexpr std::uint64_t kMega = 1024 * 1024;
constexpr std::uint64_t kMany = 1'000'000;

void check_address(const std::string& key, const std::string& text, bool loopback) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(text, error);
    if (error) {
        throw ConfigError(key + " must be an IP address");
    }
    if (loopback && !address.is_loopback()) {
        throw ConfigError(key + " must be a loopback address: metrics are for this machine only");
    }
}

void read_rate(Section& limits, const std::string& key, RateConfig& out) {
    auto section = limits.section(key);
    section.read("per_second", out.per_second, 0, kMany);
    section.read("burst", out.burst, 1, kMany);
    section.finish();
}

void read_limits(Section root, LimitConfig& out) {
    root.read("connections", out.connections, 1, 100'000);
    root.read("connections_per_device", out.connections_per_device, 1, 100'000);
    root.read("handshakes", out.handshakes, 1, 10'000);
    root.read_seconds("handshake_seconds", out.handshake_timeout);
    root.read_seconds("idle_seconds", out.idle_timeout);
    root.read("in_flight", out.in_flight, 1, 4096);
    root.read("outbox_bytes", out.outbox_bytes, 128 * 1024, 1024 * kMega);
    root.read("subscriptions", out.subscriptions, 1, 100'000);
    root.read("uploads_per_party", out.uploads_per_party, 1, 10'000);
    root.read("upload_bytes_per_party", out.upload_bytes_per_party, kMega, kMega * kMega * 16);
    read_rate(root, "device_rate", out.device_rate);
    read_rate(root, "party_rate", out.party_rate);
    read_rate(root, "refusals", out.refusals);
    root.finish();
}

void read_listen(Section section, ListenConfig& out) {
    section.read("address", out.address);
    check_address("listen.address", out.address, false);
    section.read("port", out.port, 0, 65'535);
    section.finish();
}

void read_metrics(Section section, MetricsConfig& out) {
    section.read("enabled", out.enabled);
    section.read("address", out.address);
    check_address("metrics.address", out.address, true);
    section.read("port", out.port, 0, 65'535);
    section.finish();
}

void read_keys(Section section, const std::filesystem::path& base, KeyConfig& out) {
    section.require_path("log_key", base, out.log_key);
    section.require_path("tls_key", base, out.tls_key);
    section.require_path("tls_certificate", base, out.tls_certificate);
    section.finish();
}

void read_threads(Section section, ThreadConfig& out) {
    section.read("io", out.io, 1, 64);
    section.read("cpu", out.cpu, 1, 64);
    section.read("blocking", out.blocking, 1, 64);
    section.finish();
}

void read_log(Section section, LogConfig& out) {
    using runtime::LogFormat;
    using runtime::LogLevel;
    section.read_one_of("level",
                        out.level,
                        {{"debug", LogLevel::debug},
                         {"info", LogLevel::info},
                         {"warning", LogLevel::warning},
                         {"error", LogLevel::error},
                         {"off", LogLevel::off}});
    section.read_one_of(
        "format", out.format, {{"text", LogFormat::text}, {"json", LogFormat::json}});
    section.finish();
}

toml::table parse_toml(std::string_view text) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        std::ostringstream message;
        message << error.description() << " in line " << error.source().begin.line;
        throw ConfigError(message.str());
    }
}

}  // namespace

Config parse_config(std::string_view toml, const std::filesystem::path& base) {
    const auto table = parse_toml(toml);
    Config config;
    Section root{"", &table};
    root.require_path("data_directory", base, config.data_directory);
    root.require_path("genesis", base, config.genesis);
    root.read_seconds("shutdown_seconds", config.shutdown_timeout);
    read_listen(root.section("listen"), config.listen);
    read_metrics(root.section("metrics"), config.metrics);
    read_keys(root.section("keys"), base, config.keys);
    read_limits(root.section("limits"), config.limits);
    read_threads(root.section("threads"), config.threads);
    read_log(root.section("log"), config.log);
    root.finish();
    return config;
}

Config load_config(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in) {
        throw ConfigError("cannot read " + file.string());
    }
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    try {
        return parse_config(text, std::filesystem::absolute(file).parent_path());
    } catch (const ConfigError& error) {
        throw ConfigError(file.string() + ": " + error.what());
    }
}

}  // namespace serai::server
