// RFC 6455 by hand, so that tests can break each of its rules and count each of its bytes.
#pragma once

#include "protocol/message/frame.hpp"
#include "tests/support/network/tls_socket.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace serai::tests {

enum class Opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10,
};

// One frame as a client sends it: with a mask, unless told otherwise.
[[nodiscard]] Bytes web_socket_frame(Opcode opcode,
                                     ByteView payload,
                                     bool final = true,
                                     bool masked = true);

// The request that upgrades; an empty subprotocol: none is asked for.
[[nodiscard]] std::string upgrade_request(std::string_view subprotocol);

// Takes a stream of bytes apart into messages: reassembles fragments, gives control frames as messages of their own.
class WebSocketParser {
  public:
    struct Message {
        Opcode opcode = Opcode::binary;
        Bytes payload;
    };

    void feed(ByteView bytes) { append(buffer_, bytes); }

    // The next whole message, if there is one. Throws std::runtime_error for what no server may send.
    std::optional<Message> next();

  private:
    struct Header {
        bool final = false;
        Opcode opcode = Opcode::binary;
        std::size_t begin = 0;
        std::size_t size = 0;
    };

    [[nodiscard]] std::optional<Header> header() const;
    Bytes take(const Header& header);

    Bytes buffer_;
    std::size_t at_ = 0;
    std::optional<Message> fragments_;
};

// One thread at a time.
class TestWebSocket {
  public:
    // What the server answered to the upgrade, and the connection if that was 101.
    struct Upgrade;
    static Upgrade connect(std::uint16_t port,
                           const std::vector<Bytes>& chain,
                           const crypto::SignaturePrivateKey& key,
                           std::string_view subprotocol = protocol::message::kSubprotocol);

    // False if the connection ended.
    bool send(ByteView message) { return send_raw(web_socket_frame(Opcode::binary, message)); }

    bool send_raw(ByteView bytes) { return socket_.write(bytes); }

    // The next binary message; pings are answered. nullopt when the connection is over; close_code() then says how.
    std::optional<Bytes> receive();

    // What has arrived already, without waiting.
    std::optional<Bytes> receive_now();

    // Of the close frame that the server sent, if any.
    [[nodiscard]] std::optional<std::uint16_t> close_code() const { return close_code_; }

    [[nodiscard]] TlsSocket& socket() { return socket_; }

  private:
    explicit TestWebSocket(TlsSocket socket) : socket_(std::move(socket)) {}

    // A binary message; control frames are dealt with.
    std::optional<Bytes> take_message();

    TlsSocket socket_;
    WebSocketParser parser_;
    std::optional<std::uint16_t> close_code_;
};

struct TestWebSocket::Upgrade {
    unsigned status = 0;  // 0: the connection ended before an answer
    std::string head;     // of the answer
    std::optional<TestWebSocket> socket;
};

}  // namespace serai::tests
