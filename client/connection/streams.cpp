// The one unit of the client that instantiates Beast: the WebSocket and the HTTPS stream.
#include "client/connection/https_client.hpp"
#include "client/connection/tls_impl.hpp"
#include "client/connection/web_socket.hpp"
#include "protocol/base/limits.hpp"
#include "protocol/message/frame.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <optional>

namespace serai::client::connection {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Tcp = asio::ip::tcp;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

namespace {

// What the peer said in an alert has reasons from 1000 on (SSL_AD_REASON_OFFSET).
bool is_alert(const ErrorCode& error) {
    return error.category() == asio::error::get_ssl_category() &&
           ERR_GET_REASON(static_cast<unsigned long>(error.value())) >= SSL_AD_REASON_OFFSET;
}

ClientError classify(const ErrorCode& error) {
    return is_alert(error) ? ClientError::certificate_refused : ClientError::unreachable;
}

// One operation at a time, with a deadline, on a context that runs nowhere else.
class Loop {
  public:
    asio::io_context& context() { return context_; }

    // Runs until `done` is set or `deadline` has passed. True if it is set.
    bool run(const bool& done, steady_clock::time_point deadline) {
        while (!done) {
            context_.restart();
            if (context_.run_one_until(deadline) == 0 && steady_clock::now() >= deadline) {
                return done;
            }
        }
        return true;
    }

  private:
    asio::io_context context_{1};
};

// The outcome of one asynchronous operation.
struct Outcome {
    bool done = false;
    ErrorCode error;

    void set(const ErrorCode& result) {
        done = true;
        error = result;
    }
};

// Resolves, connects and shakes hands.
Result<void> open_tls(Loop& loop,
                      TlsStream& stream,
                      const Endpoint& endpoint,
                      steady_clock::time_point deadline,
                      Diagnostics& diagnostics) {
    const std::string where = endpoint.to_string();
    const auto await = [&](Outcome& outcome, std::string_view doing) -> Result<void> {
        if (!loop.run(outcome.done, deadline)) {
            // The handler refers to a frame that is about to end.
            beast::get_lowest_layer(stream).close();
            loop.run(outcome.done, steady_clock::time_point::max());
            return diagnostics.fail(ClientError::timed_out,
                                    std::string{doing} + " " + where + " took too long");
        }
        if (outcome.error) {
            return diagnostics.fail(
                ClientError::unreachable,
                std::string{doing} + " " + where + ": " + outcome.error.message());
        }
        return {};
    };

    Tcp::resolver resolver{loop.context()};
    Tcp::resolver::results_type addresses;
    Outcome resolved;
    resolver.async_resolve(endpoint.host,
                           std::to_string(endpoint.port),
                           [&](const ErrorCode& error, Tcp::resolver::results_type results) {
                               addresses = std::move(results);
                               resolved.set(error);
                           });
    SERAI_CHECK(await(resolved, "looking up"));

    Outcome connected;
    beast::get_lowest_layer(stream).async_connect(
        addresses, [&](const ErrorCode& error, const Tcp::endpoint&) { connected.set(error); });
    SERAI_CHECK(await(connected, "connecting to"));
    ErrorCode ignored;
    beast::get_lowest_layer(stream).socket().set_option(Tcp::no_delay{true}, ignored);

    Outcome shaken;
    stream.async_handshake(asio::ssl::stream_base::client,
                           [&](const ErrorCode& error) { shaken.set(error); });
    const auto handshake = await(shaken, "TLS handshake with");
    if (shaken.error && SSL_get_verify_result(stream.native_handle()) != X509_V_OK) {
        return diagnostics.fail(ClientError::wrong_server,
                                where + " has another TLS key than the network's genesis names");
    }
    return handshake;
}

}  // namespace

// ---- WebSocket ----

struct WebSocket::Impl {
    explicit Impl(std::shared_ptr<TlsContext::Impl> given)
        : tls(std::move(given)), stream(loop.context(), tls->context) {}

    Result<void> upgrade(const std::string& host,
                         steady_clock::time_point deadline,
                         Diagnostics& diagnostics);

    std::shared_ptr<TlsContext::Impl> tls;
    Loop loop;
    websocket::stream<TlsStream> stream;
    beast::flat_buffer buffer;
    bool reading = false;
    Outcome read;
};

Result<void> WebSocket::Impl::upgrade(const std::string& host,
                                      steady_clock::time_point deadline,
                                      Diagnostics& diagnostics) {
    stream.binary(true);
    stream.auto_fragment(false);
    stream.read_message_max(limits::kMaxWebSocketMessage);
    stream.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
        request.set(http::field::sec_websocket_protocol, protocol::message::kSubprotocol);
    }));
    websocket::response_type response;
    Outcome outcome;
    stream.async_handshake(
        response, host, "/serai", [&](const ErrorCode& error) { outcome.set(error); });
    if (!loop.run(outcome.done, deadline)) {
        return diagnostics.fail(ClientError::timed_out, "the WebSocket upgrade took too long");
    }
    if (outcome.error == websocket::error::upgrade_declined) {
        const bool refused = response.result() == http::status::forbidden ||
                             response.result() == http::status::unauthorized;
        const std::string reason{response["Serai-Reason"]};
        return diagnostics.fail(
            refused ? ClientError::certificate_refused : ClientError::unreachable,
            "the server answered " + std::to_string(response.result_int()) + " " +
                std::string{response.reason()} + (reason.empty() ? "" : ": " + reason));
    }
    if (outcome.error) {
        return diagnostics.fail(classify(outcome.error),
                                "WebSocket upgrade: " + outcome.error.message());
    }
    if (response[http::field::sec_websocket_protocol] != protocol::message::kSubprotocol) {
        return diagnostics.fail(
            ClientError::protocol_violation,
            "the server does not speak " + std::string{protocol::message::kSubprotocol});
    }
    return {};
}

WebSocket::WebSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

WebSocket::~WebSocket() = default;
WebSocket::WebSocket(WebSocket&&) noexcept = default;
WebSocket& WebSocket::operator=(WebSocket&&) noexcept = default;

Result<WebSocket> WebSocket::connect(const Endpoint& endpoint,
                                     const TlsContext& tls,
                                     milliseconds timeout,
                                     Diagnostics& diagnostics) {
    const auto deadline = steady_clock::now() + timeout;
    auto impl = std::make_unique<Impl>(tls.impl());
    SERAI_CHECK(open_tls(impl->loop, impl->stream.next_layer(), endpoint, deadline, diagnostics));
    SERAI_CHECK(impl->upgrade(endpoint.to_string(), deadline, diagnostics));
    return WebSocket{std::move(impl)};
}

Result<void> WebSocket::send(ByteView message, milliseconds timeout) {
    Outcome outcome;
    impl_->stream.async_write(
        asio::buffer(message.data(), message.size()),
        [&outcome](const ErrorCode& error, std::size_t) { outcome.set(error); });
    if (!impl_->loop.run(outcome.done, steady_clock::now() + timeout)) {
        // The handler refers to this frame: end the operation before leaving it.
        beast::get_lowest_layer(impl_->stream).close();
        impl_->loop.run(outcome.done, steady_clock::time_point::max());
        return ClientError::timed_out;
    }
    if (outcome.error) {
        return classify(outcome.error);
    }
    return {};
}

Result<Bytes> WebSocket::receive(milliseconds timeout) {
    if (!impl_->reading) {
        impl_->reading = true;
        impl_->read = Outcome{};
        impl_->stream.async_read(
            impl_->buffer,
            [impl = impl_.get()](const ErrorCode& error, std::size_t) { impl->read.set(error); });
    }
    if (!impl_->loop.run(impl_->read.done, steady_clock::now() + timeout)) {
        return ClientError::timed_out;
    }
    impl_->reading = false;
    if (impl_->read.error) {
        return classify(impl_->read.error);
    }
    if (!impl_->stream.got_binary()) {
        return ClientError::protocol_violation;
    }
    const auto data = impl_->buffer.cdata();
    const auto* begin = static_cast<const std::uint8_t*>(data.data());
    Bytes message(begin, begin + data.size());
    impl_->buffer.consume(impl_->buffer.size());
    return message;
}

void WebSocket::close() {
    constexpr milliseconds kPatience{500};
    // The operation may outlive this call, so its flag must too.
    auto outcome = std::make_shared<Outcome>();
    impl_->stream.async_close(websocket::close_code::normal,
                              [outcome](const ErrorCode& error) { outcome->set(error); });
    impl_->loop.run(outcome->done, steady_clock::now() + kPatience);
    beast::get_lowest_layer(impl_->stream).close();
}

// ---- HttpsClient ----

std::string_view HttpResponse::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (beast::iequals(key, name)) {
            return value;
        }
    }
    return {};
}

struct HttpsClient::Impl {
    using Request = http::request<http::vector_body<std::uint8_t>>;
    using Parser = http::response_parser<http::vector_body<std::uint8_t>>;

    Impl(Endpoint where, std::shared_ptr<TlsContext::Impl> given, milliseconds patience)
        : endpoint(std::move(where)), tls(std::move(given)), timeout(patience) {}

    Result<void> connect(steady_clock::time_point deadline, Diagnostics& diagnostics) {
        drop();
        stream.emplace(loop.context(), tls->context);
        auto opened = open_tls(loop, *stream, endpoint, deadline, diagnostics);
        if (!opened) {
            drop();
        }
        return opened;
    }

    // Nothing of the old connection may be waited for any more.
    void drop() {
        if (stream) {
            beast::get_lowest_layer(*stream).close();
            loop.context().restart();
            loop.context().run();
            stream.reset();
        }
        buffer.clear();
    }

    Result<void> transfer(const Request& request,
                          Parser& parser,
                          steady_clock::time_point deadline,
                          Diagnostics& diagnostics);

    Endpoint endpoint;
    std::shared_ptr<TlsContext::Impl> tls;
    milliseconds timeout;
    Loop loop;
    std::optional<TlsStream> stream;
    beast::flat_buffer buffer;
};

Result<void> HttpsClient::Impl::transfer(const Request& request,
                                         Parser& parser,
                                         steady_clock::time_point deadline,
                                         Diagnostics& diagnostics) {
    const auto await = [&](Outcome& outcome) -> Result<void> {
        if (!loop.run(outcome.done, deadline)) {
            drop();
            return diagnostics.fail(ClientError::timed_out, "the transfer took too long");
        }
        if (outcome.error) {
            drop();
            return diagnostics.fail(classify(outcome.error),
                                    "transfer: " + outcome.error.message());
        }
        return {};
    };
    Outcome written;
    http::async_write(
        *stream, request, [&](const ErrorCode& error, std::size_t) { written.set(error); });
    SERAI_CHECK(await(written));
    Outcome read;
    http::async_read(
        *stream, buffer, parser, [&](const ErrorCode& error, std::size_t) { read.set(error); });
    return await(read);
}

HttpsClient::HttpsClient(Endpoint endpoint, const TlsContext& tls, milliseconds timeout)
    : impl_(std::make_unique<Impl>(std::move(endpoint), tls.impl(), timeout)) {}

HttpsClient::~HttpsClient() {
    if (impl_) {
        impl_->drop();
    }
}

HttpsClient::HttpsClient(HttpsClient&&) noexcept = default;
HttpsClient& HttpsClient::operator=(HttpsClient&&) noexcept = default;

Result<HttpResponse> HttpsClient::exchange(const HttpRequest& request, Diagnostics& diagnostics) {
    const auto deadline = steady_clock::now() + impl_->timeout;
    if (!impl_->stream) {
        SERAI_CHECK(impl_->connect(deadline, diagnostics));
    }
    constexpr unsigned kHttp11 = 11;
    Impl::Request message{};
    message.version(kHttp11);
    message.method_string(request.method);
    message.target(request.target);
    message.set(http::field::host, impl_->endpoint.to_string());
    for (const auto& [name, value] : request.headers) {
        message.set(name, value);
    }
    message.body().assign(request.body.begin(), request.body.end());
    message.prepare_payload();

    Impl::Parser parser;
    parser.body_limit(kMaxHttpBody);
    parser.skip(request.method == "HEAD");
    SERAI_CHECK(impl_->transfer(message, parser, deadline, diagnostics));

    HttpResponse out;
    out.status = parser.get().result_int();
    for (const auto& field : parser.get()) {
        out.headers.emplace_back(field.name_string(), field.value());
    }
    out.body = std::move(parser.get().body());
    if (!parser.get().keep_alive()) {
        impl_->drop();
    }
    return out;
}

}  // namespace serai::client::connection
