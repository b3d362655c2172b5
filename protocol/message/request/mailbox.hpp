// What waits for a device.
#pragma once

#include "protocol/message/frame.hpp"
#include "protocol/message/request/nothing.hpp"

#include <cstdint>
#include <vector>

namespace serai::protocol::message {

struct MailboxItem {
    std::uint64_t sequence = 0;  // of the mailbox, rising
    GroupId group;
    RecordNumber record;  // the commit that the Welcome belongs to
    Epoch epoch;          // the epoch that it leads into
    Bytes welcome;        // MLSMessage mls_welcome

    void encode(codec::Writer& writer) const;
    static Result<MailboxItem> decode(codec::Reader& reader);

    friend bool operator==(const MailboxItem&, const MailboxItem&) = default;
};

struct Mailbox {
    std::vector<MailboxItem> items;
    bool more = false;

    void encode(codec::Writer& writer) const;
    static Result<Mailbox> decode(codec::Reader& reader);

    friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

struct ListMailbox {
    static constexpr RequestType kType = RequestType::list_mailbox;
    using Response = Mailbox;

    std::uint64_t from = 0;  // first sequence wanted

    void encode(codec::Writer& writer) const { writer.u64(from); }

    static Result<ListMailbox> decode(codec::Reader& reader);

    friend bool operator==(const ListMailbox&, const ListMailbox&) = default;
};

// Deletes what the device has safely taken in.
struct DeleteMailbox {
    static constexpr RequestType kType = RequestType::delete_mailbox;
    using Response = Nothing;

    std::uint64_t through = 0;  // last sequence to delete

    void encode(codec::Writer& writer) const { writer.u64(through); }

    static Result<DeleteMailbox> decode(codec::Reader& reader);

    friend bool operator==(const DeleteMailbox&, const DeleteMailbox&) = default;
};

}  // namespace serai::protocol::message
