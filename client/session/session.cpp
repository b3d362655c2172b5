#include "client/session/session.hpp"

#include "crypto/secret/random.hpp"

namespace serai::client::session {
namespace {

namespace message = protocol::message;

constexpr std::size_t kMaxEvents = 65'536;
constexpr std::chrono::milliseconds kSendPatience{30'000};

class SocketTransport final : public Transport {
  public:
    explicit SocketTransport(connection::WebSocket socket) : socket_(std::move(socket)) {}

    SocketTransport(const SocketTransport&) = delete;
    SocketTransport& operator=(const SocketTransport&) = delete;

    ~SocketTransport() override { socket_.close(); }

    Result<void> send(ByteView bytes) override { return socket_.send(bytes, kSendPatience); }

    Result<Bytes> receive(std::chrono::milliseconds timeout) override {
        return socket_.receive(timeout);
    }

  private:
    connection::WebSocket socket_;
};

}  // namespace

std::unique_ptr<Transport> over(connection::WebSocket socket) {
    return std::make_unique<SocketTransport>(std::move(socket));
}

RequestId Session::fresh_request_id() {
    return RequestId{crypto::system_random().array<16>()};
}

Result<message::HelloOk> Session::hello(const NetworkId& network, std::string agent) {
    message::Hello hello;
    hello.network_id = network;
    hello.agent = std::move(agent);
    SERAI_TRY(answer, call(hello));
    if (answer.network_id != network) {
        return diagnostics_->fail(ClientError::protocol_violation,
                                  "the server answered for another network");
    }
    return std::move(answer);
}

Result<Bytes> Session::exchange(const message::RequestFrame& request) {
    Bytes bytes;
    message::append_frame(bytes, message::FrameKind::request, protocol::codec::encode(request));
    if (bytes.size() > limits::kMaxWebSocketMessage) {
        return diagnostics_->fail(make_error_code(WireError::too_large),
                                  "the request is larger than a WebSocket message may be");
    }
    response_.reset();
    SERAI_CHECK(transport_->send(bytes));
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!response_) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return ClientError::timed_out;
        }
        SERAI_CHECK(pump(left));
    }
    if (response_->id != request.id) {
        return diagnostics_->fail(ClientError::protocol_violation,
                                  "an answer to a question that was not asked");
    }
    if (response_->error) {
        return diagnostics_->fail(make_error_code(*response_->error), response_->detail);
    }
    return std::move(response_->body);
}

Result<std::optional<message::EventFrame>> Session::next_event(std::chrono::milliseconds timeout) {
    if (events_.empty()) {
        if (auto pumped = pump(timeout); !pumped && pumped.error() != ClientError::timed_out) {
            return pumped.error();
        }
    }
    if (events_.empty()) {
        return std::optional<message::EventFrame>{};
    }
    message::EventFrame event = std::move(events_.front());
    events_.pop_front();
    if (event.type == message::EventType::goodbye) {
        const auto goodbye = protocol::codec::decode_exact<message::GoodbyeEvent>(event.body);
        return diagnostics_->fail(ClientError::unreachable,
                                  "the server ends the connection: " +
                                      std::string{goodbye ? sentence(goodbye->reason) : ""});
    }
    return std::optional<message::EventFrame>{std::move(event)};
}

void Session::keep_alive() {
    constexpr std::chrono::milliseconds kMoment{2};
    static_cast<void>(pump(kMoment));
}

Result<void> Session::pump(std::chrono::milliseconds timeout) {
    SERAI_TRY(bytes, transport_->receive(timeout));
    const auto violation = [&](std::string_view what) {
        return diagnostics_->fail(ClientError::protocol_violation, std::string{what});
    };
    const auto frames = message::split_frames(bytes);
    if (!frames) {
        return violation("a message that is no sequence of frames");
    }
    for (const message::FrameView& frame : *frames) {
        if (frame.kind == message::FrameKind::response) {
            auto response = protocol::codec::decode_exact<message::ResponseFrame>(frame.payload);
            if (!response || response_) {
                return violation("a response that was not waited for or does not decode");
            }
            response_ = std::move(*response);
        } else if (frame.kind == message::FrameKind::event) {
            auto event = protocol::codec::decode_exact<message::EventFrame>(frame.payload);
            if (!event || events_.size() == kMaxEvents) {
                return violation("an event that does not decode, or too many");
            }
            events_.push_back(std::move(*event));
        } else {
            return violation("a request from the server");
        }
    }
    return {};
}

}  // namespace serai::client::session
