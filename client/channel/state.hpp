// What the vault keeps of a channel, beside its MLS group: where we stand in its log, and what we have read.
#pragma once

#include "protocol/message/content.hpp"
#include "protocol/message/record.hpp"
#include "protocol/network/channel_rules.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <optional>
#include <string>
#include <vector>

namespace serai::client::channel {

enum class Standing : std::uint8_t {
    member = 1,
    removed = 2,  // a commit removed this device: the history stays, the keys are gone
    lost =
        3,  // our keys do not follow the log any more: it is read in public until we have come back
};

// struct { uint16 version = 4; ... } in the order of the members.
struct ChannelState {
    GroupId group;
    Standing standing = Standing::member;
    protocol::network::ChannelRules rules;
    protocol::network::PersonId founder;
    protocol::message::ActReceipt founding;              // whose leaf hash makes the group id
    std::string title;                                   // empty until somebody said it
    RecordNumber first;                                  // the oldest record in our history
    std::optional<protocol::message::ChainHead> cursor;  // newest processed; none before record 0
    LogIndex last_leaf;                                  // of the record at the cursor
    std::vector<EntryId>
        used_acts;  // ids of acts that a commit has used, in order; a second act of
                    // one id is refused, whatever its leaf
    std::optional<protocol::message::ChainHead>
        lost_at;  // the record that we could not follow, until it is reported
    // Other devices whose commits we followed in public only: neither tags nor PSKs of these can be checked without keys. One that a
    // restoration brought back is left out until its next commit. SPIFFE ids, each once; empty unless we are lost.
    std::vector<std::string> unvouched;
    // The epoch that the newest commit began that removed somebody, or by which we came in if none did since.
    Epoch removed_at;

    [[nodiscard]] RecordNumber next_record() const {
        return cursor ? next(cursor->n) : RecordNumber{0};
    }

    void encode(protocol::codec::Writer& writer) const;
    static Result<ChannelState> decode(protocol::codec::Reader& reader);
};

enum class EntryKind : std::uint8_t {
    established = 1,
    change = 2,      // a commit
    message = 3,     // content that we could read
    unreadable = 4,  // an application message that does not decrypt; `note` says why
    removal_due =
        5,  // the server proposed that the device in `removed` be removed; `note` says why
};

// One record as we understood it.
struct HistoryEntry {
    RecordNumber n;
    Digest h{};  // chain hash
    LogIndex leaf;
    UnixMillis time;  // of the server
    EntryKind kind = EntryKind::message;
    std::string sender;  // SPIFFE id of the device
    MessageId message_id;
    std::optional<protocol::message::Content> content;
    std::vector<std::string> added;    // SPIFFE ids of devices
    std::vector<std::string> removed;  // likewise
    std::string note;

    void encode(protocol::codec::Writer& writer) const;
    static Result<HistoryEntry> decode(protocol::codec::Reader& reader);
};

}  // namespace serai::client::channel
