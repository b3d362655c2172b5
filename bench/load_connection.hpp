// A connection that costs its own machine as little as possible, since it shares the processor with the server under test: frames
// are looked at in place, requests are patched templates, and nothing is allocated per message.
#pragma once

#include "bench/statistics.hpp"
#include "protocol/message/request.hpp"
#include "tests/support/network/channel_member.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace serai::bench {

// A Send whose request id and newest head are filled in at the last moment. The server does not know the key, so any ciphertext is as
// good as any other.
class SendTemplate {
  public:
    // `message_bytes`: of the ciphertext.
    SendTemplate(const tests::ChannelMember& member, std::size_t message_bytes);

    // The whole frame; lives until the next call.
    ByteView frame(std::uint64_t request, const protocol::message::ChainHead& head);

  private:
    Bytes frame_;
    std::size_t id_at_ = 0;
    std::size_t head_at_ = 0;
};

// What a connection hears. Bytes live until the call returns.
struct Heard {
    std::function<void(std::uint64_t request, std::uint16_t status)> answer;
    std::function<void(const protocol::message::ChainHead& head)> record;
};

// One thread at a time.
class LoadConnection {
  public:
    // Connects, says hello, and subscribes from the member's head on; the answer to the subscription is awaited.
    LoadConnection(const tests::TestNetwork& network,
                   const tests::ChannelMember& member,
                   std::uint16_t port);

    // Adds a frame to what flush() sends.
    void queue(ByteView frame);

    // Sends what was queued, as few WebSocket messages as possible; what the socket does not take stays for the next call.
    void flush();

    // Takes whatever has arrived. Throws std::runtime_error if the connection is over.
    void read(const Heard& heard);

    [[nodiscard]] int descriptor() const { return socket_.descriptor(); }

    [[nodiscard]] bool has_unsent() const { return sent_ < out_.size(); }

  private:
    LoadConnection(tests::ProtocolClient client, const tests::ChannelMember& member);

    // Parses whole messages at the front of in_.
    void parse(const Heard& heard);
    void take_frames(ByteView message, const Heard& heard);

    tests::TlsSocket socket_;
    Bytes queued_;  // frames
    Bytes out_;     // WebSocket messages
    std::size_t sent_ = 0;
    Bytes in_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace serai::bench
