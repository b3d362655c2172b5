#include "bench/load_connection.hpp"

#include "protocol/base/limits.hpp"

#include <algorithm>
#include <stdexcept>

namespace serai::bench {
namespace {

using namespace protocol::message;
using protocol::codec::encode;
using protocol::codec::Reader;
using tests::TlsSocket;

constexpr std::size_t kReadBuffer = 256 * 1024;

std::size_t find(ByteView in, ByteView what) {
    const auto at = std::search(in.begin(), in.end(), what.begin(), what.end());
    if (at == in.end()) {
        throw std::runtime_error{"a template without its marker"};
    }
    return static_cast<std::size_t>(at - in.begin());
}

void put_u64(Bytes& out, std::size_t at, std::uint64_t value) {
    for (std::size_t i = 0; i < 8; ++i) {
        out[at + i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
    }
}

std::uint64_t get_u64(ByteView in) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        value = value << 8 | in[i];
    }
    return value;
}

template <class T>
T need(Result<T> result) {
    if (!result) {
        throw std::runtime_error{"load connection: " + result.error().message()};
    }
    return std::move(*result);
}

// A head with a mask of zeros: what a client must send, at no cost.
void append_message(Bytes& out, ByteView payload) {
    const std::size_t size = payload.size();
    out.push_back(0x82);
    if (size < 126) {
        out.push_back(static_cast<std::uint8_t>(0x80 | size));
    } else if (size <= 0xffff) {
        out.push_back(0x80 | 126);
        out.push_back(static_cast<std::uint8_t>(size >> 8));
        out.push_back(static_cast<std::uint8_t>(size));
    } else {
        out.push_back(0x80 | 127);
        out.resize(out.size() + 8);
        put_u64(out, out.size() - 8, size);
    }
    out.insert(out.end(), 4, 0);
    append(out, payload);
}

tests::ProtocolClient connect(const tests::TestNetwork&,
                              const tests::ChannelMember& member,
                              std::uint16_t port) {
    return need(member.connect(port));
}

}  // namespace

SendTemplate::SendTemplate(const tests::ChannelMember& member, std::size_t message_bytes) {
    const RequestId id = tests::random_request_id();
    append_frame(
        frame_, FrameKind::request, encode(make_request(id, member.opaque_message(message_bytes))));
    id_at_ = find(frame_, id.value());
    head_at_ = find(frame_, member.head().h) - 8;
}

ByteView SendTemplate::frame(std::uint64_t request, const ChainHead& head) {
    put_u64(frame_, id_at_ + 8, request);
    put_u64(frame_, head_at_, head.n.value());
    std::copy(
        head.h.begin(), head.h.end(), frame_.begin() + static_cast<std::ptrdiff_t>(head_at_ + 8));
    return frame_;
}

LoadConnection::LoadConnection(const tests::TestNetwork& network,
                               const tests::ChannelMember& member,
                               std::uint16_t port)
    : LoadConnection(connect(network, member, port), member) {}

LoadConnection::LoadConnection(tests::ProtocolClient client, const tests::ChannelMember& member)
    : socket_(std::move(client.socket().socket())), in_(kReadBuffer) {
    Bytes frame;
    append_frame(
        frame,
        FrameKind::request,
        encode(make_request(RequestId{}, Subscribe{member.group_id(), next(member.head().n)})));
    queue(frame);
    flush();
    bool answered = false;
    const Heard heard{[&](std::uint64_t, std::uint16_t status) { answered = status == 0; },
                      [](const ChainHead&) {
                      }};
    while (!answered) {
        read(heard);
    }
}

void LoadConnection::queue(ByteView frame) {
    if (queued_.size() + frame.size() > limits::kMaxWebSocketMessage) {
        append_message(out_, queued_);
        queued_.clear();
    }
    append(queued_, frame);
}

void LoadConnection::flush() {
    if (!queued_.empty()) {
        append_message(out_, queued_);
        queued_.clear();
    }
    while (has_unsent()) {
        const auto step = socket_.try_write(ByteView{out_}.subspan(sent_));
        if (step.state == TlsSocket::State::ended) {
            throw std::runtime_error{"the connection is over"};
        }
        if (step.state == TlsSocket::State::would_block) {
            return;
        }
        sent_ += step.bytes;
    }
    out_.clear();
    sent_ = 0;
}

void LoadConnection::read(const Heard& heard) {
    for (;;) {
        if (end_ == in_.size()) {
            std::copy(in_.begin() + static_cast<std::ptrdiff_t>(begin_), in_.end(), in_.begin());
            end_ -= begin_;
            begin_ = 0;
        }
        const auto step = socket_.try_read(std::span{in_}.subspan(end_));
        if (step.state == TlsSocket::State::ended) {
            throw std::runtime_error{"the connection is over"};
        }
        if (step.state == TlsSocket::State::would_block) {
            return;
        }
        end_ += step.bytes;
        parse(heard);
    }
}

void LoadConnection::parse(const Heard& heard) {
    for (;;) {
        const ByteView rest = ByteView{in_}.subspan(begin_, end_ - begin_);
        if (rest.size() < 2) {
            break;
        }
        std::size_t head = 2;
        std::size_t size = rest[1];
        if (size == 126) {
            head = 4;
            size = rest.size() < head ? 0 : static_cast<std::size_t>(rest[2]) << 8 | rest[3];
        } else if (size == 127) {
            head = 10;
            size = rest.size() < head ? 0 : get_u64(rest.subspan(2, 8));
        }
        if (rest.size() < head || rest.size() - head < size) {
            break;
        }
        if (rest[0] != 0x82 && rest[0] != 0x89) {
            throw std::runtime_error{"a fragment or a close frame in the middle of a measurement"};
        }
        if (rest[0] == 0x82) {
            take_frames(rest.subspan(head, size), heard);
        }
        begin_ += head + size;
    }
    if (begin_ == end_) {
        begin_ = end_ = 0;
    }
}

void LoadConnection::take_frames(ByteView message, const Heard& heard) {
    Reader reader{message};
    while (!reader.at_end()) {
        const auto kind = need(reader.u8());
        Reader payload{need(reader.vector())};
        if (kind == static_cast<std::uint8_t>(FrameKind::response)) {
            const auto id = need(payload.fixed(16));
            heard.answer(get_u64(id.subspan(8)), need(payload.u16()));
        } else if (need(payload.u16()) == static_cast<std::uint16_t>(EventType::record)) {
            Reader body{need(payload.vector())};
            need(body.fixed(32));
            heard.record(need(ChainHead::decode(body)));
        }
    }
}

}  // namespace serai::bench
