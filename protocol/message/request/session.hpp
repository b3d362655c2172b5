// Opening a session.
#pragma once

#include "protocol/message/frame.hpp"

#include <cstdint>
#include <string>

namespace serai::protocol::message {

struct HelloOk {
    NetworkId network_id;
    UnixMillis server_time;
    std::uint16_t max_in_flight =
        0;  // requests a client may have unanswered before the server stops reading
    std::string checkpoint;  // signed note, the newest

    void encode(codec::Writer& writer) const;
    static Result<HelloOk> decode(codec::Reader& reader);

    friend bool operator==(const HelloOk&, const HelloOk&) = default;
};

// The first request of a connection, and only the first.
struct Hello {
    static constexpr RequestType kType = RequestType::hello;
    using Response = HelloOk;

    std::uint16_t version = kProtocolVersion;
    NetworkId network_id;
    std::string agent;  // program and version, at most 64 bytes

    void encode(codec::Writer& writer) const;
    static Result<Hello> decode(codec::Reader& reader);

    friend bool operator==(const Hello&, const Hello&) = default;
};

}  // namespace serai::protocol::message
