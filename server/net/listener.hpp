// Accepts TCP connections and starts serving them, a bounded number at once, a bounded number of them in their handshake. Who
// comes when all places are taken waits in the kernel's queue (handshakes) or is closed at once (connections).
#pragma once

#include "server/net/connection_context.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <cstddef>
#include <memory>

namespace serai::server::net {

// All of it runs on one strand; stop() may be called from any thread.
class Listener : public std::enable_shared_from_this<Listener> {
  public:
    // Binds at once; throws boost::system::system_error.
    Listener(boost::asio::any_io_executor executor,
             std::shared_ptr<const ConnectionContext> context,
             const ListenConfig& config);

    [[nodiscard]] std::uint16_t port() const { return port_; }

    // Begins to accept, as a task of the context's group.
    void start();

    // Accepts nothing more.
    void stop();

  private:
    static boost::asio::awaitable<void> accept(std::shared_ptr<Listener> self);
    void begin(boost::asio::ip::tcp::socket socket);
    void handshake_ended();
    void connection_ended();
    static boost::asio::awaitable<void> serve(std::shared_ptr<Listener> self,
                                              boost::asio::ip::tcp::socket socket);

    const boost::asio::any_io_executor executor_;
    const boost::asio::any_io_executor strand_;
    const std::shared_ptr<const ConnectionContext> context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer room_;  // waits while too many are in their handshake
    std::uint16_t port_ = 0;
    session::TokenBucket logged_{RateConfig{1, 10}};  // lines about connections that were closed
    std::size_t handshakes_ = 0;
    std::atomic<std::size_t> connections_ = 0;
    bool stopped_ = false;
};

}  // namespace serai::server::net
