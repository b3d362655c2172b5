#include "server/net/ws_connection.hpp"

#include "protocol/base/limits.hpp"
#include "protocol/message/frame.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/flat_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <utility>

namespace serai::server::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace {

using asio::awaitable;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kGoodbyeTime{3};  // for a peer to take in why we end

websocket::close_code close_code_of(WireError reason) {
    switch (reason) {
        case WireError::malformed:
            return websocket::close_code::bad_payload;
        case WireError::unsupported_version:
        case WireError::wrong_network:
            return websocket::close_code::protocol_error;
        case WireError::shutting_down:
            return websocket::close_code::going_away;
        case WireError::internal:
            return websocket::close_code::internal_error;
        default:
            return websocket::close_code::policy_error;
    }
}

class WsConnection : public std::enable_shared_from_this<WsConnection> {
  public:
    WsConnection(std::shared_ptr<const ConnectionContext> context, TlsStream stream)
        : context_(std::move(context)),
          strand_(stream.get_executor()),
          stream_(std::move(stream)),
          wake_(strand_, asio::steady_timer::time_point::max()),
          capacity_(strand_, asio::steady_timer::time_point::max()),
          goodbye_(strand_) {}

    awaitable<bool> accept(std::string upgrade_request);
    void begin(session::CallerPtr caller);
    awaitable<void> read();
    awaitable<void> write();

    void abort() {
        boost::system::error_code ignored;
        beast::get_lowest_layer(stream_).close(ignored);
    }

    void finish();

    [[nodiscard]] const std::shared_ptr<session::Session>& session() const { return session_; }

  private:
    void on_wake();
    void expect_progress();
    void cork(bool on);
    awaitable<void> wait_for_capacity();
    awaitable<void> close();

    const std::shared_ptr<const ConnectionContext> context_;
    const asio::any_io_executor strand_;
    // flat_stream puts a frame's header and payload into one TLS record.
    websocket::stream<beast::flat_stream<TlsStream>> stream_;
    std::shared_ptr<session::Session> session_;
    asio::steady_timer wake_;      // the writer waits on it
    asio::steady_timer capacity_;  // the reader waits on it
    asio::steady_timer goodbye_;
    bool woken_ = false;
    bool corked_ = false;
    bool leaving_ = false;
    bool over_ = false;
};

awaitable<bool> WsConnection::accept(std::string upgrade_request) {
    websocket::stream_base::timeout timeouts{};
    timeouts.handshake_timeout = context_->limits.handshake_timeout;
    timeouts.idle_timeout = context_->limits.idle_timeout;
    timeouts.keep_alive_pings = true;
    stream_.set_option(timeouts);
    stream_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
        response.set(beast::http::field::sec_websocket_protocol, protocol::message::kSubprotocol);
        response.set(beast::http::field::server, "serai");
    }));
    stream_.read_message_max(limits::kMaxWebSocketMessage);
    stream_.auto_fragment(false);
    stream_.binary(true);
    const auto [error] = co_await stream_.async_accept(asio::buffer(upgrade_request), kToken);
    co_return !error;
}

void WsConnection::begin(session::CallerPtr caller) {
    const session::SessionOptions options{
        {context_->limits.outbox_bytes, context_->limits.subscriptions},
        context_->limits.in_flight};
    auto wake = [weak = weak_from_this(), strand = strand_] {
        asio::post(strand, [weak] {
            if (const auto self = weak.lock()) {
                self->on_wake();
            }
        });
    };
    session_ = std::make_shared<session::Session>(
        std::move(caller), context_->requests, options, std::move(wake));
}

void WsConnection::on_wake() {
    woken_ = true;
    wake_.cancel();
    if (session_->ending() && !std::exchange(leaving_, true)) {
        capacity_.cancel();
        expect_progress();
    }
}

// Once an end is decided, a peer has this long for each message that it has not read.
void WsConnection::expect_progress() {
    goodbye_.expires_after(kGoodbyeTime);
    goodbye_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!error && self) {
            self->abort();
        }
    });
}

// While corked the kernel sends only full segments: what is written in several records leaves as one, for a fraction of the cost.
void WsConnection::cork(bool on) {
    if (corked_ == on) {
        return;
    }
    const int value = on ? 1 : 0;
    const int socket = beast::get_lowest_layer(stream_).native_handle();
    // If it fails, it is tried again next time; until then the peer waits for the kernel's limit of 200 ms at most.
    if (::setsockopt(socket, IPPROTO_TCP, TCP_CORK, &value, sizeof value) == 0) {
        corked_ = on;
    }
}

awaitable<void> WsConnection::wait_for_capacity() {
    co_await capacity_.async_wait(kToken);
}

awaitable<void> WsConnection::read() {
    beast::flat_buffer buffer;
    while (!session_->ending()) {
        const auto [error, size] = co_await stream_.async_read(buffer, kToken);
        if (error) {
            co_return;
        }
        if (!stream_.got_binary()) {
            session_->end(WireError::malformed);
            break;
        }
        context_->metrics.received_messages.add();
        context_->metrics.received_bytes.add(size);
        session_->receive({static_cast<const std::uint8_t*>(buffer.cdata().data()), buffer.size()});
        while (!session_->proceed() && !session_->ending() && !over_) {
            co_await wait_for_capacity();
        }
        buffer.consume(buffer.size());
    }
    // The writer says goodbye and closes; closing reads what still comes.
    while (!over_) {
        co_await wait_for_capacity();
    }
}

awaitable<void> WsConnection::write() {
    Bytes message;
    while (!over_) {
        woken_ = false;
        session_->drain(message);
        if (message.empty()) {
            cork(false);
            if (session_->ending() && !session_->owes_answers()) {
                break;
            }
            if (!woken_) {
                co_await wake_.async_wait(kToken);
            }
            continue;
        }
        if (session_->outbox().queued_bytes() > 0) {
            cork(true);
        }
        const auto [error, size] = co_await stream_.async_write(asio::buffer(message), kToken);
        if (error) {
            break;
        }
        context_->metrics.sent_messages.add();
        context_->metrics.sent_bytes.add(size);
        capacity_.cancel();
        if (leaving_ && !over_) {
            expect_progress();
        }
    }
    if (!over_) {
        co_await close();
    }
    finish();
}

awaitable<void> WsConnection::close() {
    if (const auto reason = session_->ending()) {
        const websocket::close_reason why{close_code_of(*reason), std::string{name(*reason)}};
        co_await stream_.async_close(why, kToken);
    }
}

// Ends whichever of reader and writer is left.
void WsConnection::finish() {
    if (over_) {
        return;
    }
    over_ = true;
    session_->closed();
    wake_.cancel();
    capacity_.cancel();
    goodbye_.cancel();
    abort();
}

awaitable<void> run_writer(std::shared_ptr<WsConnection> connection) {
    co_await connection->write();
}

}  // namespace

awaitable<void> serve_websocket(std::shared_ptr<const ConnectionContext> context,
                                TlsStream stream,
                                std::string upgrade_request,
                                session::CallerPtr caller,
                                std::shared_ptr<session::Abortable> place) {
    const auto strand = stream.get_executor();
    const auto connection = std::make_shared<WsConnection>(context, std::move(stream));
    place->set_closer([weak = std::weak_ptr{connection}] {
        if (const auto open = weak.lock()) {
            open->abort();
        }
    });
    if (!co_await connection->accept(std::move(upgrade_request))) {
        co_return;
    }
    connection->begin(std::move(caller));
    const auto session = connection->session();
    context->registry.add(session);
    context->metrics.sessions.add(1);
    context->tasks.spawn(strand, "websocket writer", run_writer(connection));
    co_await connection->read();
    connection->finish();
    context->registry.remove(session);
    context->metrics.sessions.add(-1);
}

}  // namespace serai::server::net
