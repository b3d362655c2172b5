#include "server/net/listener.hpp"

#include "server/net/http_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <utility>

namespace serai::server::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kPauseAfterFailure{100};  // out of descriptors, as a rule

}  // namespace

Listener::Listener(asio::any_io_executor executor,
                   std::shared_ptr<const ConnectionContext> context,
                   const ListenConfig& config)
    : executor_(std::move(executor)),
      strand_(asio::make_strand(executor_)),
      context_(std::move(context)),
      acceptor_(strand_),
      room_(strand_) {
    const tcp::endpoint endpoint{asio::ip::make_address(config.address), config.port};
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address{true});
    acceptor_.bind(endpoint);
    acceptor_.listen(asio::socket_base::max_listen_connections);
    port_ = acceptor_.local_endpoint().port();
}

void Listener::start() {
    context_->tasks.spawn(strand_, "listener", accept(shared_from_this()));
}

void Listener::stop() {
    asio::post(strand_, [self = shared_from_this()] {
        self->stopped_ = true;
        boost::system::error_code ignored;
        self->acceptor_.close(ignored);
        self->room_.cancel();
    });
}

asio::awaitable<void> Listener::accept(std::shared_ptr<Listener> self) {
    while (!self->stopped_) {
        if (self->handshakes_ >= self->context_->limits.handshakes) {
            self->room_.expires_at(asio::steady_timer::time_point::max());
            co_await self->room_.async_wait(kToken);
            continue;
        }
        // Each connection has a strand of its own.
        auto [error, socket] = co_await self->acceptor_.async_accept(
            asio::any_io_executor{asio::make_strand(self->executor_)}, kToken);
        if (error == asio::error::operation_aborted || self->stopped_) {
            break;
        }
        if (error) {
            self->context_->log.warning("accept_failed", {{"reason", error.message()}});
            self->room_.expires_after(kPauseAfterFailure);
            co_await self->room_.async_wait(kToken);
            continue;
        }
        self->begin(std::move(socket));
    }
}

void Listener::begin(tcp::socket socket) {
    if (connections_ >= context_->limits.connections) {
        if (logged_.take(std::chrono::steady_clock::now())) {
            context_->log.warning("too_many_connections", {});
        }
        return;  // closes the socket
    }
    ++connections_;
    ++handshakes_;
    context_->metrics.connections.add(1);
    const asio::any_io_executor strand = socket.get_executor();
    context_->tasks.spawn(strand, "connection", serve(shared_from_this(), std::move(socket)));
}

asio::awaitable<void> Listener::serve(std::shared_ptr<Listener> self, tcp::socket socket) {
    // The place among the handshakes is given back once, whichever way the connection ends.
    const auto held = std::make_shared<bool>(true);
    const std::function<void()> handshake_done = [self, held] {
        if (std::exchange(*held, false)) {
            asio::post(self->strand_, [self] { self->handshake_ended(); });
        }
    };
    auto served = serve_connection(self->context_, std::move(socket), handshake_done);
    try {
        co_await std::move(served);
    } catch (...) {
        handshake_done();
        self->connection_ended();
        throw;
    }
    handshake_done();
    self->connection_ended();
}

void Listener::handshake_ended() {
    --handshakes_;
    room_.cancel();
}

void Listener::connection_ended() {
    --connections_;
    context_->metrics.connections.add(-1);
}

}  // namespace serai::server::net
