// The byte stream under HTTP and WebSocket: plain Asio, so that headers can name it without Beast.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace serai::server::net {

// Executor: the connection's strand.
using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

// Closes a socket unless it is set anew or called off in time. On the connection's strand.
class Deadline {
  public:
    Deadline(const boost::asio::any_io_executor& strand, std::function<void()> close)
        : timer_(strand), close_(std::make_shared<std::function<void()>>(std::move(close))) {}

    void set(std::chrono::milliseconds from_now) {
        timer_.expires_after(from_now);
        timer_.async_wait([weak = std::weak_ptr{close_}, this](const auto& error) {
            const auto close = weak.lock();  // gone: so is the timer
            if (close && !error && timer_.expiry() <= std::chrono::steady_clock::now()) {
                (*close)();
            }
        });
    }

    void off() { timer_.expires_at(boost::asio::steady_timer::time_point::max()); }

  private:
    boost::asio::steady_timer timer_;
    std::shared_ptr<std::function<void()>> close_;
};

}  // namespace serai::server::net
