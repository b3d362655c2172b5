#include "tests/support/network/web_socket.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace serai::tests {
namespace {

constexpr std::array<std::uint8_t, 4> kMask{
    0x5a, 0xc3, 0x96, 0x0f};  // any will do: TLS is around it
constexpr std::size_t kKeepConsumed = 64 * 1024;

void write_size(Bytes& out, std::size_t size, std::uint8_t mask_bit) {
    if (size < 126) {
        out.push_back(static_cast<std::uint8_t>(mask_bit | size));
        return;
    }
    const int bytes = size <= 0xffff ? 2 : 8;
    out.push_back(static_cast<std::uint8_t>(mask_bit | (bytes == 2 ? 126 : 127)));
    for (int i = bytes - 1; i >= 0; --i) {
        out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(size) >> (8 * i)));
    }
}

// The head of an HTTP response, up to and with the empty line; what follows stays in `bytes`.
std::optional<std::string> take_head(Bytes& bytes) {
    const auto end = as_text(bytes).find("\r\n\r\n");
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    std::string head{as_text(bytes).substr(0, end + 4)};
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(head.size()));
    return head;
}

}  // namespace

Bytes web_socket_frame(Opcode opcode, ByteView payload, bool final, bool masked) {
    Bytes out;
    out.reserve(payload.size() + 14);
    out.push_back(
        static_cast<std::uint8_t>((final ? 0x80 : 0) | static_cast<std::uint8_t>(opcode)));
    write_size(out, payload.size(), masked ? 0x80 : 0);
    if (!masked) {
        append(out, payload);
        return out;
    }
    append(out, kMask);
    const std::size_t begin = out.size();
    append(out, payload);
    for (std::size_t i = 0; i < payload.size(); ++i) {
        out[begin + i] ^= kMask[i % kMask.size()];
    }
    return out;
}

std::string upgrade_request(std::string_view subprotocol) {
    std::string request =
        "GET /serai HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    if (!subprotocol.empty()) {
        request += "Sec-WebSocket-Protocol: " + std::string{subprotocol} + "\r\n";
    }
    return request + "\r\n";
}

std::optional<WebSocketParser::Header> WebSocketParser::header() const {
    const ByteView rest = ByteView{buffer_}.subspan(at_);
    if (rest.size() < 2) {
        return std::nullopt;
    }
    if ((rest[0] & 0x70) != 0 || (rest[1] & 0x80) != 0) {
        throw std::runtime_error{"a reserved bit or a mask from the server"};
    }
    Header out{(rest[0] & 0x80) != 0, static_cast<Opcode>(rest[0] & 0x0f), 2, rest[1]};
    if (out.size >= 126) {
        const std::size_t bytes = out.size == 126 ? 2 : 8;
        if (rest.size() < 2 + bytes) {
            return std::nullopt;
        }
        out.begin += bytes;
        out.size = 0;
        for (std::size_t i = 0; i < bytes; ++i) {
            out.size = out.size << 8 | rest[2 + i];
        }
    }
    if (rest.size() < out.begin || rest.size() - out.begin < out.size) {
        return std::nullopt;
    }
    return out;
}

Bytes WebSocketParser::take(const Header& header) {
    const ByteView payload = ByteView{buffer_}.subspan(at_ + header.begin, header.size);
    Bytes out = to_bytes(payload);
    at_ += header.begin + header.size;
    if (at_ == buffer_.size()) {
        buffer_.clear();
        at_ = 0;
    } else if (at_ > kKeepConsumed) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
        at_ = 0;
    }
    return out;
}

std::optional<WebSocketParser::Message> WebSocketParser::next() {
    while (const auto frame = header()) {
        Bytes payload = take(*frame);
        if (frame->opcode >= Opcode::close) {
            return Message{frame->opcode, std::move(payload)};
        }
        if ((frame->opcode == Opcode::continuation) != fragments_.has_value()) {
            throw std::runtime_error{"a fragment out of place"};
        }
        if (!fragments_) {
            fragments_ = Message{frame->opcode, std::move(payload)};
        } else {
            append(fragments_->payload, payload);
        }
        if (frame->final) {
            return std::exchange(fragments_, std::nullopt);
        }
    }
    return std::nullopt;
}

TestWebSocket::Upgrade TestWebSocket::connect(std::uint16_t port,
                                              const std::vector<Bytes>& chain,
                                              const crypto::SignaturePrivateKey& key,
                                              std::string_view subprotocol) {
    auto socket = TlsSocket::connect(port, chain, key);
    if (!socket || !socket->write(as_bytes(upgrade_request(subprotocol)))) {
        return {};
    }
    Bytes received;
    std::optional<std::string> head;
    while (!(head = take_head(received))) {
        if (!socket->read(received)) {
            return {};
        }
    }
    Upgrade out;
    out.status = static_cast<unsigned>(std::stoul(head->substr(head->find(' ') + 1, 3)));
    out.head = std::move(*head);
    if (out.status == 101) {
        out.socket = TestWebSocket{std::move(*socket)};
        out.socket->parser_.feed(received);
    }
    return out;
}

std::optional<Bytes> TestWebSocket::take_message() {
    while (auto message = parser_.next()) {
        switch (message->opcode) {
            case Opcode::binary:
                return std::move(message->payload);
            case Opcode::ping:
                send_raw(web_socket_frame(Opcode::pong, message->payload));
                break;
            case Opcode::close:
                if (message->payload.size() >= 2) {
                    close_code_ =
                        static_cast<std::uint16_t>(message->payload[0] << 8 | message->payload[1]);
                }
                break;
            default:
                throw std::runtime_error{"a message of an unexpected kind from the server"};
        }
    }
    return std::nullopt;
}

std::optional<Bytes> TestWebSocket::receive() {
    for (;;) {
        if (auto message = take_message()) {
            return message;
        }
        Bytes more;
        if (!socket_.read(more)) {
            return std::nullopt;
        }
        parser_.feed(more);
    }
}

std::optional<Bytes> TestWebSocket::receive_now() {
    for (;;) {
        if (auto message = take_message()) {
            return message;
        }
        std::array<std::uint8_t, 16 * 1024> buffer;
        const auto step = socket_.try_read(buffer);
        if (step.state != TlsSocket::State::ok) {
            return std::nullopt;
        }
        parser_.feed(ByteView{buffer}.first(step.bytes));
    }
}

}  // namespace serai::tests
