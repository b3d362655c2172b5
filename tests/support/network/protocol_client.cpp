#include "tests/support/network/protocol_client.hpp"

#include <algorithm>
#include <stdexcept>

namespace serai::tests {
namespace {

using namespace protocol::message;

ErrorCode ended() {
    return make_error_code(boost::system::errc::connection_reset);
}

template <class T>
T decode_or_throw(ByteView payload) {
    auto value = protocol::codec::decode_exact<T>(payload);
    if (!value) {
        throw std::runtime_error{"the server sent what does not decode: " +
                                 value.error().message()};
    }
    return std::move(*value);
}

template <class T>
std::optional<T> take_first(std::deque<T>& queue) {
    if (queue.empty()) {
        return std::nullopt;
    }
    T first = std::move(queue.front());
    queue.pop_front();
    return first;
}

}  // namespace

RequestId random_request_id() {
    return RequestId{crypto::system_random().array<16>()};
}

Result<ProtocolClient> ProtocolClient::connect_silent(const TestDevice& device,
                                                      std::uint16_t port) {
    auto upgrade = TestWebSocket::connect(port, device.chain, device.keys.private_key);
    if (!upgrade.socket) {
        return make_error_code(boost::system::errc::permission_denied);
    }
    return ProtocolClient{std::move(*upgrade.socket)};
}

Result<ProtocolClient> ProtocolClient::connect(const TestNetwork& network,
                                               const TestDevice& device,
                                               std::uint16_t port) {
    SERAI_TRY(client, connect_silent(device, port));
    Hello hello;
    hello.network_id = network.genesis().statement.network_id;
    hello.agent = "serai-test";
    auto answer = client.call(hello);
    if (!answer) {
        return answer.error() == ended() ? make_error_code(boost::system::errc::permission_denied)
                                         : answer.error();
    }
    client.hello_ = std::move(*answer);
    return std::move(client);
}

bool ProtocolClient::post_frame(const RequestFrame& frame) {
    Bytes message;
    append_frame(message, FrameKind::request, protocol::codec::encode(frame));
    return socket_.send(message);
}

bool ProtocolClient::pump() {
    const auto message = socket_.receive();
    if (!message) {
        return false;
    }
    const auto frames = split_frames(*message);
    if (!frames) {
        throw std::runtime_error{"the server sent a message that is no frames"};
    }
    for (const auto& frame : *frames) {
        if (frame.kind == FrameKind::response) {
            answers_.push_back(decode_or_throw<ResponseFrame>(frame.payload));
        } else {
            events_.push_back(decode_or_throw<EventFrame>(frame.payload));
        }
    }
    return true;
}

Result<Bytes> ProtocolClient::answer(RequestId id) {
    for (;;) {
        const auto found = std::find_if(
            answers_.begin(), answers_.end(), [&](const auto& one) { return one.id == id; });
        if (found != answers_.end()) {
            ResponseFrame frame = std::move(*found);
            answers_.erase(found);
            if (frame.error) {
                return make_error_code(*frame.error);
            }
            return std::move(frame.body);
        }
        if (!pump()) {
            return ended();
        }
    }
}

std::optional<ResponseFrame> ProtocolClient::next_answer() {
    while (answers_.empty() && pump()) {
    }
    return take_first(answers_);
}

std::optional<EventFrame> ProtocolClient::next_event() {
    while (events_.empty() && pump()) {
    }
    return take_first(events_);
}

void ProtocolClient::drain() {
    while (pump()) {
    }
}

}  // namespace serai::tests
