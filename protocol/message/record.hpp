// Records of a channel's log, and what ties them into a chain: h_n = SHA-256("serai/chan/v1" | group id | n | h_{n-1} | record),
// n as uint64, h before record 0 is 32 zero bytes.
#pragma once

#include "protocol/base/strong_id.hpp"
#include "protocol/message/audit.hpp"

#include <cstdint>
#include <vector>

namespace serai::protocol::message {

enum class RecordType : std::uint8_t {
    established = 1,  // record 0: the founder's GroupInfo with ratchet_tree, and the founding act
    commit = 2,       // a PublicMessage commit, and the acts that authorise its adds and removes
    application = 3,  // a PrivateMessage
    proposal = 4,     // a PublicMessage of the server: remove a device; and the act that wants it
};

// struct { uint8 version = 1; RecordType type; uint64 time; opaque mls_message<V>; ActReceipt acts<V>; } ChannelRecord;
struct ChannelRecord {
    RecordType type = RecordType::application;
    UnixMillis time;    // of the server, when it ordered the record
    Bytes mls_message;  // a whole MLSMessage (RFC 9420, section 6)
    std::vector<ActReceipt> acts;

    void encode(codec::Writer& writer) const;
    static Result<ChannelRecord> decode(codec::Reader& reader);

    friend bool operator==(const ChannelRecord&, const ChannelRecord&) = default;
};

// The newest record somebody has processed: its number and chain hash.
// struct { uint64 n; opaque h[32]; } ChainHead;
struct ChainHead {
    RecordNumber n;
    Digest h{};

    void encode(codec::Writer& writer) const;
    static Result<ChainHead> decode(codec::Reader& reader);

    friend bool operator==(const ChainHead&, const ChainHead&) = default;
};

// What a record's audit entry says of it: GroupId | ChainHead.
struct RecordPosition {
    GroupId group;
    ChainHead head;

    void encode(codec::Writer& writer) const;
    static Result<RecordPosition> decode(codec::Reader& reader);

    friend bool operator==(const RecordPosition&, const RecordPosition&) = default;
};

// An act used by a commit.
struct ActReference {
    LogIndex index;
    Digest leaf_hash{};  // RFC 6962 leaf hash

    void encode(codec::Writer& writer) const;
    static Result<ActReference> decode(codec::Reader& reader);

    friend bool operator==(const ActReference&, const ActReference&) = default;
};

// The authenticated_data of every MLS message in a channel.
// struct { uint16 version = 1; opaque message_id[16]; ChainHead head; ActReference acts<V>; } ChannelAad;
struct ChannelAad {
    MessageId message_id;
    ChainHead head;  // the newest record the sender has processed
    std::vector<ActReference>
        acts;  // commits and proposals only; in the order of ChannelRecord.acts

    void encode(codec::Writer& writer) const;
    static Result<ChannelAad> decode(codec::Reader& reader);

    friend bool operator==(const ChannelAad&, const ChannelAad&) = default;
};

// A record as the server hands it out. The bytes are those that the chain hash covers.
// struct { uint64 n; opaque h[32]; uint64 leaf; opaque record<V>; } RecordEntry;
struct RecordEntry {
    ChainHead head;
    LogIndex leaf;
    Bytes record;  // an encoded ChannelRecord

    void encode(codec::Writer& writer) const;
    static Result<RecordEntry> decode(codec::Reader& reader);

    friend bool operator==(const RecordEntry&, const RecordEntry&) = default;
};

// Answer to whatever appended a record.
struct RecordReceipt {
    ChainHead head;
    Receipt receipt;

    void encode(codec::Writer& writer) const;
    static Result<RecordReceipt> decode(codec::Reader& reader);

    friend bool operator==(const RecordReceipt&, const RecordReceipt&) = default;
};

}  // namespace serai::protocol::message
