// What the server says unasked.
#pragma once

#include "protocol/message/frame.hpp"
#include "protocol/message/record.hpp"
#include "protocol/message/request/nothing.hpp"

namespace serai::protocol::message {

struct RecordEvent {
    static constexpr EventType kType = EventType::record;

    GroupId group;
    RecordEntry entry;

    void encode(codec::Writer& writer) const;
    static Result<RecordEvent> decode(codec::Reader& reader);

    friend bool operator==(const RecordEvent&, const RecordEvent&) = default;
};

struct MailboxEvent : Nothing {
    static constexpr EventType kType = EventType::mailbox;

    static Result<MailboxEvent> decode(codec::Reader&) { return MailboxEvent{}; }
};

struct GoodbyeEvent {
    static constexpr EventType kType = EventType::goodbye;

    WireError reason = WireError::shutting_down;

    void encode(codec::Writer& writer) const { writer.enumeration(reason); }

    static Result<GoodbyeEvent> decode(codec::Reader& reader);

    friend bool operator==(const GoodbyeEvent&, const GoodbyeEvent&) = default;
};

}  // namespace serai::protocol::message
