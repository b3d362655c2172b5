// Counters of the running server, in the text format of Prometheus. Numbers only: no label names a person, a device or a
// channel.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace serai::server::admin {

// Thread-safe.
class Counter {
  public:
    template <std::integral Integer = std::int64_t>
    void add(Integer n = 1) {
        value_.fetch_add(static_cast<std::int64_t>(n), std::memory_order_relaxed);
    }

    [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::int64_t> value_ = 0;
};

// Thread-safe.
class Metrics {
  public:
    Counter connections;  // gauge: open TCP connections
    Counter sessions;     // gauge: open WebSocket sessions
    Counter handshake_failures;
    Counter http_requests;
    Counter received_messages;  // WebSocket messages
    Counter received_bytes;
    Counter sent_messages;
    Counter sent_bytes;
    Counter records_pushed;  // record events offered to subscribers

    void count_request(std::string_view type);
    void count_refusal(std::string_view reason);

    [[nodiscard]] std::int64_t refusals(std::string_view reason) const;

    // A value to ask for when somebody looks. `read` must be callable from any thread until clear_gauges().
    void add_gauge(std::string name, std::string help, std::function<std::int64_t()> read);
    void clear_gauges();

    // The whole page.
    [[nodiscard]] std::string text() const;

  private:
    struct Gauge {
        std::string name;
        std::string help;
        std::function<std::int64_t()> read;
    };

    using Labelled = std::map<std::string, std::int64_t, std::less<>>;

    mutable std::mutex mutex_;
    Labelled requests_;
    Labelled refusals_;
    std::vector<Gauge> gauges_;
};

}  // namespace serai::server::admin
