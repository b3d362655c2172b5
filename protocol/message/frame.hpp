// The outermost structures: a WebSocket message is one or more frames, back to back, at most limits::kMaxWebSocketMessage bytes.
#pragma once

#include "protocol/base/error.hpp"
#include "protocol/base/strong_id.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace serai::protocol::message {

inline constexpr std::string_view kSubprotocol = "serai.v1";
inline constexpr std::uint16_t kProtocolVersion = 1;

enum class FrameKind : std::uint8_t {
    request = 1,   // client to server: RequestFrame
    response = 2,  // server to client: ResponseFrame
    event = 3,     // server to client: EventFrame
};

// struct { FrameKind kind; opaque payload<V>; } Frame, seen in place. Lives as long as the message.
struct FrameView {
    FrameKind kind = FrameKind::request;
    ByteView payload;
};

// The frames of one WebSocket message. An empty message and an unknown kind are errors.
Result<std::vector<FrameView>> split_frames(ByteView message);

// Appends one frame to a message under construction.
void append_frame(Bytes& message, FrameKind kind, ByteView payload);

// Numbers of the requests; see request.hpp for each body and its response.
enum class RequestType : std::uint16_t {
    hello = 1,
    publish_key_packages = 10,
    claim_key_package = 11,
    count_key_packages = 12,
    found_channel = 20,
    establish_channel = 21,
    admit = 22,
    expel = 23,
    commit = 24,
    send = 25,
    fetch_records = 26,
    subscribe = 27,
    unsubscribe = 28,
    list_channels = 29,
    fetch_tree = 30,
    list_acts = 31,
    fetch_group_info = 32,
    report = 33,
    restore = 34,
    list_mailbox = 40,
    delete_mailbox = 41,
    seal_document = 50,
    open_document = 51,
    complete_document = 52,
    query_openings = 60,
    get_checkpoint = 61,
    prove_inclusion = 62,
    prove_consistency = 63,
    get_leaves = 64,
    list_governance = 65,
    publish_crl = 70,
};

[[nodiscard]] bool is_request_type(std::uint16_t value);
[[nodiscard]] std::string_view name(RequestType type);

// struct { opaque request_id[16]; RequestType type; opaque body<V>; } RequestFrame;
struct RequestFrame {
    RequestId id;
    RequestType type = RequestType::hello;
    Bytes body;

    void encode(codec::Writer& writer) const;
    static Result<RequestFrame> decode(codec::Reader& reader);

    friend bool operator==(const RequestFrame&, const RequestFrame&) = default;
};

// struct { opaque request_id[16]; uint16 status; select (status) { case 0: opaque body<V>; default: opaque detail<V>; } }
// The detail is a sentence for people; it never holds content, keys or what another party did.
struct ResponseFrame {
    RequestId id;
    std::optional<WireError> error;
    Bytes body;          // when there is no error
    std::string detail;  // when there is one; may be empty

    void encode(codec::Writer& writer) const;
    static Result<ResponseFrame> decode(codec::Reader& reader);

    friend bool operator==(const ResponseFrame&, const ResponseFrame&) = default;
};

enum class EventType : std::uint16_t {
    record = 1,   // RecordEvent: the next record of a subscribed channel
    mailbox = 2,  // MailboxEvent: something new lies in the mailbox
    goodbye = 3,  // GoodbyeEvent: the server is about to close, and why
};

// struct { EventType type; opaque body<V>; } EventFrame;
struct EventFrame {
    EventType type = EventType::record;
    Bytes body;

    void encode(codec::Writer& writer) const;
    static Result<EventFrame> decode(codec::Reader& reader);

    friend bool operator==(const EventFrame&, const EventFrame&) = default;
};

}  // namespace serai::protocol::message
