// Bytes that no client sends: they end the connection that they came on, and nothing else.
#include "protocol/base/limits.hpp"
#include "tests/support/network/channel_member.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace serai::tests {
namespace {

using namespace protocol::message;
using protocol::codec::encode;

Bytes frame_of(const RequestFrame& request) {
    Bytes message;
    append_frame(message, FrameKind::request, encode(request));
    return message;
}

RequestFrame list_channels() {
    return make_request(random_request_id(), ListChannels{});
}

// A request whose type is not in the protocol.
Bytes unknown_request() {
    Bytes payload = encode(list_channels());
    payload[16] = 0x7f;
    payload[17] = 0xff;
    Bytes message;
    append_frame(message, FrameKind::request, payload);
    return message;
}

Bytes without_last_byte(Bytes bytes) {
    bytes.pop_back();
    return bytes;
}

Bytes with_byte(Bytes bytes, std::uint8_t more) {
    bytes.push_back(more);
    return bytes;
}

Bytes with_first(Bytes bytes, std::uint8_t first) {
    bytes.front() = first;
    return bytes;
}

RequestFrame with_trailing_byte(RequestFrame request) {
    request.body.push_back(0);
    return request;
}

// Each sent on a connection of its own that has said hello.
struct BadBytes {
    std::string name;
    std::function<Bytes()> make;  // what goes into the TLS stream
    std::optional<std::uint16_t> close_code{};
};

Bytes binary(ByteView message) {
    return web_socket_frame(Opcode::binary, message);
}

const BadBytes kBadBytes[] = {
    {"truncated_frame", [] { return binary(without_last_byte(frame_of(list_channels()))); }, 1007},
    {"trailing_byte_after_the_frames",
     [] { return binary(with_byte(frame_of(list_channels()), 0)); },
     1007},
    {"trailing_byte_in_a_body",
     [] { return binary(frame_of(with_trailing_byte(list_channels()))); },
     1007},
    {"unknown_frame_kind",
     [] { return binary(with_first(frame_of(list_channels()), 0x77)); },
     1007},
    {"a_response_from_a_client",
     [] {
         Bytes message;
         append_frame(message,
                      FrameKind::response,
                      encode(ResponseFrame{random_request_id(), std::nullopt, {}, {}}));
         return binary(message);
     },
     1007},
    {"unknown_request_type", [] { return binary(unknown_request()); }, 1007},
    {"empty_message", [] { return binary({}); }, 1007},
    {"second_hello",
     [] { return binary(frame_of(make_request(random_request_id(), Hello{}))); },
     1007},
    {"length_in_a_longer_form_than_needed",
     [] {
         const Bytes payload = encode(list_channels());
         Bytes message{0x01, 0x80, 0x00, 0x00, static_cast<std::uint8_t>(payload.size())};
         append(message, payload);
         return binary(message);
     },
     1007},
    {"length_far_beyond_the_message",
     [] {
         return binary(Bytes{0x01, 0xbf, 0xff, 0xff, 0xff, 0x00});
     },
     1007},
    {"message_over_the_limit",
     [] { return binary(Bytes(limits::kMaxWebSocketMessage + 1, 0x01)); },
     1009},
    {"message_over_the_limit_in_fragments",
     [] {
         Bytes out =
             web_socket_frame(Opcode::binary, Bytes(limits::kMaxWebSocketMessage, 0x01), false);
         append(out, web_socket_frame(Opcode::continuation, Bytes(1, 0x01)));
         return out;
     },
     1009},
    {"announced_length_of_terabytes",
     [] {
         return Bytes{0x82, 0xff, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4};
     },
     1009},
    {"text_message",
     [] { return web_socket_frame(Opcode::text, as_bytes("{\"hello\":1}")); },
     1007},
    {"frame_without_a_mask",
     [] { return web_socket_frame(Opcode::binary, frame_of(list_channels()), true, false); },
     1002},
    {"reserved_bits", [] { return with_first(binary(frame_of(list_channels())), 0xf2); }, 1002},
    {"continuation_of_nothing",
     [] { return web_socket_frame(Opcode::continuation, frame_of(list_channels())); },
     1002},
    {"fragmented_ping", [] { return web_socket_frame(Opcode::ping, {}, false); }, 1002},
};

class MalformedTest : public testing::Test {
  protected:
    ProtocolClient connect(std::string_view party) const {
        auto client = ProtocolClient::connect(network, network.device(party), server.port());
        if (!client) {
            throw std::runtime_error{client.error().message()};
        }
        return std::move(*client);
    }

    TestNetwork network;
    ServerProcess server = network.start_server();
};

TEST_F(MalformedTest, bad_bytes_end_their_connection_and_touch_nobody_else) {
    auto bystander = connect("KZ");
    for (const auto& bad : kBadBytes) {
        SCOPED_TRACE(bad.name);
        auto client = connect("UZ");

        client.socket().send_raw(bad.make());

        client.drain();  // returns only because the server ends the connection
        EXPECT_EQ(client.socket().close_code(), bad.close_code);
        EXPECT_TRUE(bystander.call(ListChannels{}));
    }
    EXPECT_TRUE(server.running());
}

// Whatever came before the bad bytes, in the same stream, is still answered.
TEST_F(MalformedTest, requests_before_the_bad_bytes_are_answered) {
    auto client = connect("UZ");
    const auto request = list_channels();
    Bytes stream = binary(frame_of(request));
    append(stream, binary(Bytes{0x99}));

    client.socket().send_raw(stream);

    EXPECT_TRUE(client.answer(request.id));
    client.drain();
}

TEST_F(MalformedTest, body_that_does_not_decode_is_answered_malformed_and_ends_the_connection) {
    auto client = connect("UZ");
    RequestFrame request = list_channels();
    request.body.pop_back();

    ASSERT_TRUE(client.post_frame(request));

    const auto answer = client.answer(request.id);
    EXPECT_EQ(answer.error(), make_error_code(WireError::malformed));
    client.drain();
}

TEST_F(MalformedTest, request_before_hello_ends_the_connection) {
    auto client = ProtocolClient::connect_silent(network.device("UZ"), server.port());
    ASSERT_TRUE(client);

    ASSERT_TRUE(client->post_frame(list_channels()));

    client->drain();
    EXPECT_EQ(client->socket().close_code(), 1007);
}

TEST_F(MalformedTest, hello_of_another_network_ends_the_connection) {
    auto client = ProtocolClient::connect_silent(network.device("UZ"), server.port());
    ASSERT_TRUE(client);

    const auto answer = client->call(Hello{kProtocolVersion, NetworkId{}, "serai-test"});

    EXPECT_EQ(answer.error(), make_error_code(WireError::wrong_network));
    client->drain();
}

TEST_F(MalformedTest, hello_of_another_version_ends_the_connection) {
    auto client = ProtocolClient::connect_silent(network.device("UZ"), server.port());
    ASSERT_TRUE(client);

    const auto answer =
        client->call(Hello{9, network.genesis().statement.network_id, "serai-test"});

    EXPECT_EQ(answer.error(), make_error_code(WireError::unsupported_version));
    client->drain();
}

TEST_F(MalformedTest, upgrade_without_our_subprotocol_is_refused) {
    const auto device = network.device("UZ");
    for (const std::string_view subprotocol : {"", "chat", "serai.v0", "SERAI.V1"}) {
        SCOPED_TRACE(subprotocol);

        const auto answer = TestWebSocket::connect(
            server.port(), device.chain, device.keys.private_key, subprotocol);

        EXPECT_EQ(answer.status, 400U);
    }
}

TEST_F(MalformedTest, bytes_that_are_no_http_are_refused) {
    const auto device = network.device("UZ");
    auto bystander = connect("KZ");
    for (const std::string_view bytes :
         {std::string_view{"\x16\x03\x01\x02\x00 not http at all\r\n\r\n"},
          std::string_view{"GET /serai HTTP/9.9\r\n\r\n"},
          std::string_view{"GET\r\n\r\n"},
          std::string_view{"POST /documents HTTP/1.1\r\nContent-Length: -1\r\n\r\n"}}) {
        auto socket = TlsSocket::connect(server.port(), device.chain, device.keys.private_key);
        ASSERT_TRUE(socket);

        socket->write(as_bytes(bytes));

        Bytes answer;
        while (socket->read(answer)) {
        }
        EXPECT_TRUE(answer.empty() || as_text(answer).starts_with("HTTP/1.1 400"))
            << as_text(answer).substr(0, 80);
        EXPECT_TRUE(bystander.call(ListChannels{}));
    }
}

TEST_F(MalformedTest, request_head_without_end_is_refused) {
    const auto device = network.device("UZ");
    auto socket = TlsSocket::connect(server.port(), device.chain, device.keys.private_key);
    ASSERT_TRUE(socket);
    socket->write(as_bytes("GET / HTTP/1.1\r\n"));

    // Far more than all buffers between here and there take.
    constexpr std::size_t kEnough = 64 * 1024 * 1024;
    const std::string line = "X-Filler: " + std::string(16'000, 'x') + "\r\n";
    std::size_t sent = 0;
    while (sent < kEnough && socket->write(as_bytes(line))) {
        sent += line.size();
    }

    EXPECT_LT(sent, kEnough);
}

}  // namespace
}  // namespace serai::tests
