#include "server/admin/metrics.hpp"

#include <utility>

namespace serai::server::admin {

namespace {

void add_head(std::string& page,
              std::string_view name,
              std::string_view help,
              std::string_view type) {
    page.append("# HELP ").append(name).append(" ").append(help).append("\n");
    page.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void add_value(std::string& page,
               std::string_view name,
               std::string_view help,
               std::string_view type,
               std::int64_t value) {
    add_head(page, name, help, type);
    page.append(name).append(" ").append(std::to_string(value)).append("\n");
}

}  // namespace

void Metrics::count_request(std::string_view type) {
    const std::lock_guard lock{mutex_};
    const auto it = requests_.find(type);
    if (it != requests_.end()) {
        ++it->second;
    } else {
        requests_.emplace(type, 1);
    }
}

void Metrics::count_refusal(std::string_view reason) {
    const std::lock_guard lock{mutex_};
    ++refusals_[std::string{reason}];
}

std::int64_t Metrics::refusals(std::string_view reason) const {
    const std::lock_guard lock{mutex_};
    const auto it = refusals_.find(reason);
    return it == refusals_.end() ? 0 : it->second;
}

void Metrics::add_gauge(std::string name, std::string help, std::function<std::int64_t()> read) {
    const std::lock_guard lock{mutex_};
    gauges_.push_back({std::move(name), std::move(help), std::move(read)});
}

void Metrics::clear_gauges() {
    const std::lock_guard lock{mutex_};
    gauges_.clear();
}

std::string Metrics::text() const {
    std::string page;
    const auto counter = [&page](
                             std::string_view name, std::string_view help, const Counter& value) {
        add_value(page, name, help, "counter", value.value());
    };
    add_value(page, "serai_connections", "Open connections.", "gauge", connections.value());
    add_value(page, "serai_sessions", "Open WebSocket sessions.", "gauge", sessions.value());
    counter("serai_tls_failures_total", "TLS handshakes that failed.", handshake_failures);
    counter("serai_http_requests_total", "HTTP requests.", http_requests);
    counter("serai_received_messages_total", "WebSocket messages received.", received_messages);
    counter("serai_received_bytes_total", "Bytes in them.", received_bytes);
    counter("serai_sent_messages_total", "WebSocket messages sent.", sent_messages);
    counter("serai_sent_bytes_total", "Bytes in them.", sent_bytes);
    counter("serai_records_pushed_total", "Record events offered to subscribers.", records_pushed);
    const std::lock_guard lock{mutex_};
    add_head(page, "serai_requests_total", "Requests by type.", "counter");
    for (const auto& [type, count] : requests_) {
        page += "serai_requests_total{type=\"" + type + "\"} " + std::to_string(count) + "\n";
    }
    add_head(page, "serai_refused_identities_total", "Refused certificates by reason.", "counter");
    for (const auto& [reason, count] : refusals_) {
        page += "serai_refused_identities_total{reason=\"" + reason + "\"} " +
                std::to_string(count) + "\n";
    }
    for (const auto& gauge : gauges_) {
        add_value(page, gauge.name, gauge.help, "gauge", gauge.read());
    }
    return page;
}

}  // namespace serai::server::admin
