#include "server/net/http_connection.hpp"

#include "protocol/base/limits.hpp"
#include "protocol/message/frame.hpp"
#include "server/net/stream.hpp"
#include "server/net/tls_context.hpp"
#include "server/net/ws_connection.hpp"
#include "server/runtime/await.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>
#include <sstream>
#include <utility>

namespace serai::server::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

using asio::awaitable;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t kMaxHeader = 16 * 1024;
constexpr std::size_t kBodyPart = 64 * 1024;
constexpr std::string_view kWebSocketTarget = "/serai";

using Parser = http::request_parser<http::buffer_body>;

HttpMethod method_of(http::verb verb) {
    switch (verb) {
        case http::verb::get:
            return HttpMethod::get;
        case http::verb::head:
            return HttpMethod::head;
        case http::verb::post:
            return HttpMethod::post;
        case http::verb::patch:
            return HttpMethod::patch;
        case http::verb::options:
            return HttpMethod::options;
        default:
            return HttpMethod::other;
    }
}

HttpRequest read_head(const Parser& parser) {
    const auto& message = parser.get();
    const auto field = [&message](std::string_view name) {
        return std::string{message[name]};
    };
    HttpRequest request;
    request.method = method_of(message.method());
    request.target = std::string{message.target()};
    request.authorization = field("Authorization");
    request.range = field("Range");
    request.content_type = field("Content-Type");
    request.tus_resumable = field("Tus-Resumable");
    request.upload_length = field("Upload-Length");
    request.upload_offset = field("Upload-Offset");
    request.upload_metadata = field("Upload-Metadata");
    if (const auto length = parser.content_length()) {
        request.content_length = *length;
    } else if (!parser.chunked()) {
        request.content_length = 0;
    }
    return request;
}

void close_socket(TlsStream& stream) {
    boost::system::error_code ignored;
    stream.lowest_layer().close(ignored);
}

// Holds the socket for the registry. After an upgrade the stream has moved on; the WebSocket puts its own closer here.
class Place final : public session::Abortable {
  public:
    Place(asio::any_io_executor strand, TlsStream& stream) : strand_(std::move(strand)) {
        set_closer([&stream] { close_socket(stream); });
    }

    void abort() override {
        asio::post(strand_, [self = shared_from_this()] { self->close_now(); });
    }

  private:
    asio::any_io_executor strand_;
};

class HttpConnection {
  public:
    HttpConnection(std::shared_ptr<const ConnectionContext> context,
                   asio::ip::tcp::socket socket,
                   std::string address)
        : context_(std::move(context)),
          strand_(socket.get_executor()),
          stream_(std::move(socket), context_->tls),
          deadline_(strand_, [this] { close_socket(stream_); }),
          address_(std::move(address)),
          place_(std::make_shared<Place>(strand_, stream_)) {
        context_->registry.add(place_);
    }

    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    ~HttpConnection() { place_->set_closer(nullptr); }

    awaitable<bool> handshake();
    awaitable<void> serve();

  private:
    awaitable<bool> read_header(Parser& parser);
    awaitable<bool> handle(Parser& parser);
    awaitable<bool> take_body(Parser& parser, std::shared_ptr<BodySink> sink);
    awaitable<bool> respond(HttpResponse response, bool is_head, unsigned version, bool keep_alive);
    awaitable<bool> send_source(HttpResponse response, unsigned version, bool keep_alive);
    awaitable<bool> refuse(session::Refusal refusal);
    awaitable<bool> answer_refusal(Parser& parser, session::Refusal refusal);
    awaitable<bool> upgrade(Parser& parser);
    awaitable<void> shut_down();

    void limit_time(std::chrono::milliseconds limit) { deadline_.set(limit); }

    const std::shared_ptr<const ConnectionContext> context_;
    const asio::any_io_executor strand_;
    TlsStream stream_;
    Deadline deadline_;
    const std::string address_;
    const std::shared_ptr<Place> place_;
    beast::flat_buffer buffer_;
    session::CallerPtr caller_;
    bool upgraded_ = false;
};

awaitable<bool> HttpConnection::handshake() {
    limit_time(context_->limits.handshake_timeout);
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kToken);
    if (error) {
        context_->metrics.handshake_failures.add();
        context_->log.debug("tls_handshake_failed",
                            {{"peer", address_}, {"reason", error.message()}});
    }
    co_return !error;
}

awaitable<void> HttpConnection::serve() {
    auto chain = presented_chain(stream_.native_handle());
    limit_time(context_->limits.handshake_timeout);
    auto admitting = context_->gate.admit(std::move(chain), address_);
    auto admitted = co_await std::move(admitting);
    if (auto* refusal = std::get_if<session::Refusal>(&admitted)) {
        co_await refuse(std::move(*refusal));
        co_await shut_down();
        co_return;
    }
    caller_ = std::get<session::CallerPtr>(admitted);
    const auto slot = context_->registry.enter(caller_, place_);
    std::optional<session::Refusal> late;
    if (!slot) {
        late.emplace(WireError::rate_limited, "too_many_connections");
    } else if (context_->gate.is_revoked(*caller_)) {
        // A revocation in between found no connection to end.
        late.emplace(WireError::invalid_certificate, "revoked");
    }
    if (late) {
        co_await refuse(std::move(*late));
        co_await shut_down();
        co_return;
    }
    for (;;) {
        Parser parser;
        parser.header_limit(kMaxHeader);
        parser.body_limit(limits::kMaxDocument);
        limit_time(context_->limits.idle_timeout);
        if (!co_await read_header(parser)) {
            break;
        }
        const bool upgrading = beast::iequals(parser.get()[http::field::upgrade], "websocket");
        if (caller_->crl_stale && !upgrading) {
            // The list is renewed by a request on the WebSocket; there is nothing here for it.
            co_await answer_refusal(parser, {WireError::invalid_certificate, "crl_stale"});
            break;
        }
        const bool go_on = upgrading ? co_await upgrade(parser) : co_await handle(parser);
        if (!go_on) {
            break;
        }
    }
    if (!upgraded_) {
        co_await shut_down();
    }
}

awaitable<bool> HttpConnection::read_header(Parser& parser) {
    const auto [error, size] = co_await http::async_read_header(stream_, buffer_, parser, kToken);
    if (error && error != http::error::end_of_stream &&
        error.category() == http::make_error_code(http::error::end_of_stream).category()) {
        auto response = HttpResponse::text(400, "malformed request\n");
        co_await respond(std::move(response), false, 11, false);
    }
    co_return !error;
}

awaitable<bool> HttpConnection::refuse(session::Refusal refusal) {
    limit_time(context_->limits.handshake_timeout);
    Parser parser;
    parser.header_limit(kMaxHeader);
    if (!co_await read_header(parser)) {
        co_return false;
    }
    co_return co_await answer_refusal(parser, std::move(refusal));
}

awaitable<bool> HttpConnection::answer_refusal(Parser& parser, session::Refusal refusal) {
    auto response =
        HttpResponse::text(403, std::string{name(refusal.error)} + ": " + refusal.reason + "\n");
    response.headers.emplace_back("Serai-Error", name(refusal.error));
    response.headers.emplace_back("Serai-Reason", refusal.reason);
    co_return co_await respond(std::move(response), false, parser.get().version(), false);
}

bool offers_subprotocol(std::string_view offered) {
    for (const auto token : http::token_list{offered}) {
        if (token == protocol::message::kSubprotocol) {
            return true;
        }
    }
    return false;
}

awaitable<bool> HttpConnection::upgrade(Parser& parser) {
    const auto& head = parser.get();
    const unsigned version = head.version();
    if (std::string_view{head.target()} != kWebSocketTarget) {
        auto response = HttpResponse::text(404, "not found\n");
        co_return co_await respond(std::move(response), false, version, false);
    }
    if (!beast::websocket::is_upgrade(head) || buffer_.size() != 0 ||
        !offers_subprotocol(head[http::field::sec_websocket_protocol])) {
        auto response = HttpResponse::text(400, "WebSocket 13 with subprotocol serai.v1 only\n");
        co_return co_await respond(std::move(response), false, version, false);
    }
    std::ostringstream raw;
    raw << head.base();
    deadline_.off();
    place_->set_closer(nullptr);
    upgraded_ = true;
    auto socket = serve_websocket(context_, std::move(stream_), raw.str(), caller_, place_);
    co_await std::move(socket);
    co_return false;
}

awaitable<bool> HttpConnection::handle(Parser& parser) {
    const auto request = read_head(parser);
    const bool is_head = request.method == HttpMethod::head;
    const bool keep_alive = parser.get().keep_alive();
    const unsigned version = parser.get().version();
    context_->metrics.http_requests.add();
    std::function<HttpOutcome()> job = [context = context_, caller = caller_, request] {
        return context->http.handle(*caller, request);
    };
    HttpOutcome failed = HttpResponse::text(500, "internal\n");
    auto wait = runtime::run_on<HttpOutcome>(context_->blocking, std::move(job), std::move(failed));
    auto outcome = co_await std::move(wait);
    if (auto* sink = std::get_if<std::shared_ptr<BodySink>>(&outcome)) {
        co_return co_await take_body(parser, *sink);
    }
    auto& response = std::get<HttpResponse>(outcome);
    // A body that nobody reads would be taken for the next request.
    const bool go_on = keep_alive && parser.is_done();
    const bool unread = !parser.is_done() && request.content_length == 0;
    co_return co_await respond(
        std::move(response), is_head, version, go_on || (keep_alive && unread));
}

// Reads the body part by part and hands each to the sink before reading the next: one part in memory, whatever the size.
awaitable<bool> HttpConnection::take_body(Parser& parser, std::shared_ptr<BodySink> sink) {
    const bool keep_alive = parser.get().keep_alive();
    const unsigned version = parser.get().version();
    if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_ahead{http::status::continue_, version};
        co_await http::async_write(stream_, go_ahead, kToken);
    }
    bool broken = false;
    bool accepted = true;
    while (!parser.is_done() && accepted) {
        auto part = std::make_shared<Bytes>(kBodyPart);
        parser.get().body().data = part->data();
        parser.get().body().size = part->size();
        limit_time(context_->limits.idle_timeout);
        auto [error, size] = co_await http::async_read(stream_, buffer_, parser, kToken);
        broken = error && error != http::error::need_buffer;
        part->resize(part->size() - parser.get().body().size);
        if (!part->empty()) {
            std::function<bool()> job = [sink, part] {
                return bool{sink->write(*part)};
            };
            auto write = runtime::run_on<bool>(context_->blocking, std::move(job), false);
            accepted = co_await std::move(write);
        }
        if (broken) {
            break;
        }
    }
    std::function<HttpResponse()> job = [sink, broken] {
        return sink->finish(!broken);
    };
    auto failed = HttpResponse::text(500, "internal\n");
    auto finish =
        runtime::run_on<HttpResponse>(context_->blocking, std::move(job), std::move(failed));
    auto response = co_await std::move(finish);
    if (broken) {
        co_return false;
    }
    co_return co_await respond(std::move(response), false, version, keep_alive && accepted);
}

template <class Body>
void set_head(http::response<Body>& message, const HttpResponse& response, bool keep_alive) {
    message.result(response.status);
    message.set(http::field::server, "serai");
    message.set(http::field::cache_control, "no-store");
    for (const auto& [name, value] : response.headers) {
        message.set(name, value);
    }
    message.keep_alive(keep_alive);
}

awaitable<bool> HttpConnection::respond(HttpResponse response,
                                        bool is_head,
                                        unsigned version,
                                        bool keep_alive) {
    limit_time(context_->limits.idle_timeout);
    if (response.source && !is_head) {
        co_return co_await send_source(std::move(response), version, keep_alive);
    }
    http::response<http::string_body> message;
    message.version(version);
    set_head(message, response, keep_alive);
    if (response.status != 204) {  // RFC 9110, section 8.6
        const bool told = is_head && response.length != 0;
        message.content_length(told ? response.length : response.body.size());
    }
    if (!is_head) {
        message.body() = std::move(response.body);
    }
    http::response_serializer<http::string_body> serializer{message};
    if (is_head) {
        const auto [error, size] = co_await http::async_write_header(stream_, serializer, kToken);
        co_return !error && keep_alive;
    }
    const auto [error, size] = co_await http::async_write(stream_, serializer, kToken);
    co_return !error && keep_alive;
}

awaitable<bool> HttpConnection::send_source(HttpResponse response,
                                            unsigned version,
                                            bool keep_alive) {
    http::response<http::buffer_body> message;
    message.version(version);
    set_head(message, response, keep_alive);
    message.content_length(response.length);
    message.body().data = nullptr;
    message.body().more = true;
    http::response_serializer<http::buffer_body> serializer{message};
    const auto [head_error, head_size] =
        co_await http::async_write_header(stream_, serializer, kToken);
    bool failed = head_error.failed();
    const auto source = response.source;
    while (!failed && !serializer.is_done()) {
        std::function<Result<Bytes>()> job = [source] {
            return source->next();
        };
        auto read = runtime::run_on<Result<Bytes>>(
            context_->blocking, std::move(job), make_error_code(WireError::internal));
        auto part = co_await std::move(read);
        if (!part) {
            co_return false;
        }
        message.body().data = part->empty() ? nullptr : part->data();
        message.body().size = part->size();
        message.body().more = !part->empty();
        limit_time(context_->limits.idle_timeout);
        const auto [error, size] = co_await http::async_write(stream_, serializer, kToken);
        failed = error && error != http::error::need_buffer;
    }
    co_return !failed && keep_alive;
}

awaitable<void> HttpConnection::shut_down() {
    limit_time(std::chrono::seconds{2});
    co_await stream_.async_shutdown(kToken);
}

std::string address_of(const asio::ip::tcp::socket& socket) {
    boost::system::error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    return error ? std::string{"unknown"} : endpoint.address().to_string();
}

}  // namespace

awaitable<void> serve_connection(std::shared_ptr<const ConnectionContext> context,
                                 asio::ip::tcp::socket socket,
                                 std::function<void()> handshake_done) {
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
    const auto address = address_of(socket);
    HttpConnection connection{context, std::move(socket), address};
    const bool secure = co_await connection.handshake();
    handshake_done();
    if (secure) {
        co_await connection.serve();
    }
}

}  // namespace serai::server::net
