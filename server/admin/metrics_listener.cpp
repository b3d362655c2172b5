#include "server/admin/metrics_listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace serai::server::admin {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMaxRequest = 8 * 1024;
constexpr std::chrono::seconds kTime{5};
constexpr std::chrono::milliseconds kPauseAfterFailure{100};

std::string response(std::string_view status, std::string_view type, std::string_view body) {
    std::string out = "HTTP/1.1 ";
    out.append(status).append("\r\nContent-Type: ").append(type);
    out.append("\r\nContent-Length: ").append(std::to_string(body.size()));
    out.append("\r\nConnection: close\r\n\r\n").append(body);
    return out;
}

}  // namespace

MetricsListener::MetricsListener(asio::any_io_executor executor,
                                 const MetricsConfig& config,
                                 const Metrics& metrics,
                                 std::function<bool()> healthy,
                                 runtime::TaskGroup& tasks)
    : strand_(asio::make_strand(std::move(executor))),
      metrics_(metrics),
      healthy_(std::move(healthy)),
      tasks_(tasks),
      acceptor_(strand_) {
    const tcp::endpoint endpoint{asio::ip::make_address(config.address), config.port};
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address{true});
    acceptor_.bind(endpoint);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
}

void MetricsListener::start() {
    tasks_.spawn(strand_, "metrics listener", accept(shared_from_this()));
}

void MetricsListener::stop() {
    asio::post(strand_, [self = shared_from_this()] {
        boost::system::error_code ignored;
        self->acceptor_.close(ignored);
    });
}

asio::awaitable<void> MetricsListener::accept(std::shared_ptr<MetricsListener> self) {
    while (self->acceptor_.is_open()) {
        auto [error, socket] = co_await self->acceptor_.async_accept(kToken);
        if (error == asio::error::operation_aborted) {
            co_return;
        }
        if (error) {  // out of descriptors, as a rule: whoever watches must find us again afterwards
            asio::steady_timer pause{self->strand_, kPauseAfterFailure};
            co_await pause.async_wait(kToken);
            continue;
        }
        self->tasks_.spawn(self->strand_, "metrics", answer(self, std::move(socket)));
    }
}

asio::awaitable<void> MetricsListener::answer(std::shared_ptr<MetricsListener> self,
                                              tcp::socket socket) {
    const auto shared = std::make_shared<tcp::socket>(std::move(socket));
    asio::steady_timer timer{self->strand_, kTime};
    timer.async_wait([shared](const boost::system::error_code& error) {
        if (!error) {
            boost::system::error_code ignored;
            shared->close(ignored);
        }
    });
    std::string request;
    const auto [read_error, size] = co_await asio::async_read_until(
        *shared, asio::dynamic_buffer(request, kMaxRequest), "\r\n\r\n", kToken);
    if (!read_error) {
        const auto answer = self->response_to(request);
        co_await asio::async_write(*shared, asio::buffer(answer), kToken);
    }
    timer.cancel();
}

std::string MetricsListener::response_to(std::string_view request) const {
    if (request.starts_with("GET /metrics ")) {
        return response("200 OK", "text/plain; version=0.0.4", metrics_.text());
    }
    if (request.starts_with("GET /healthz ")) {
        return healthy_() ? response("200 OK", "text/plain", "ok\n")
                          : response("503 Service Unavailable", "text/plain", "read-only\n");
    }
    return response("404 Not Found", "text/plain", "not found\n");
}

}  // namespace serai::server::admin
