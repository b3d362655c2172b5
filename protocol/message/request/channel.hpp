// Channels: establishing, committing, sending, reading, and what a newcomer needs.
#pragma once

#include "protocol/base/limits.hpp"
#include "protocol/message/audit.hpp"
#include "protocol/message/frame.hpp"
#include "protocol/message/record.hpp"
#include "protocol/message/request/nothing.hpp"
#include "protocol/network/channel_rules.hpp"

#include <cstdint>
#include <vector>

namespace serai::protocol::message {

// Puts the founder's first GroupInfo (epoch 0, with ratchet_tree and external_pub) into a founded channel.
struct EstablishChannel {
    static constexpr RequestType kType = RequestType::establish_channel;
    using Response = RecordReceipt;

    GroupId group;
    Bytes group_info;  // MLSMessage of wire format mls_group_info

    void encode(codec::Writer& writer) const;
    static Result<EstablishChannel> decode(codec::Reader& reader);

    friend bool operator==(const EstablishChannel&, const EstablishChannel&) = default;
};

// One commit for the channel's current epoch, by a member; or by one that comes back (an external commit that replaces its own
// leaf). stale_epoch: another won.
struct Commit {
    static constexpr RequestType kType = RequestType::commit;
    using Response = RecordReceipt;

    GroupId group;
    Epoch epoch;       // the epoch that the commit was made in
    Bytes commit;      // MLSMessage, a PublicMessage
    Bytes welcome;     // MLSMessage mls_welcome without ratchet_tree; empty when nobody was added
    Bytes group_info;  // MLSMessage mls_group_info of the new epoch: external_pub, no ratchet_tree
    std::vector<ActReceipt>
        acts;  // one for each person added or removed, in the order of ChannelAad.acts

    void encode(codec::Writer& writer) const;
    static Result<Commit> decode(codec::Reader& reader);

    friend bool operator==(const Commit&, const Commit&) = default;
};

// An application message in the current epoch.
struct Send {
    static constexpr RequestType kType = RequestType::send;
    using Response = RecordReceipt;

    GroupId group;
    Bytes message;  // MLSMessage, a PrivateMessage

    void encode(codec::Writer& writer) const;
    static Result<Send> decode(codec::Reader& reader);

    friend bool operator==(const Send&, const Send&) = default;
};

struct Records {
    std::vector<RecordEntry> entries;  // dense, from the number asked for
    RecordNumber end;                  // one past the newest record of the channel

    void encode(codec::Writer& writer) const;
    static Result<Records> decode(codec::Reader& reader);

    friend bool operator==(const Records&, const Records&) = default;
};

// For members, and for devices that a Welcome waits for: a member reads from the record that added it.
struct FetchRecords {
    static constexpr RequestType kType = RequestType::fetch_records;
    using Response = Records;

    GroupId group;
    RecordNumber from;
    std::uint16_t max = 256;  // 1 to limits::kMaxPageEntries

    void encode(codec::Writer& writer) const;
    static Result<FetchRecords> decode(codec::Reader& reader);

    friend bool operator==(const FetchRecords&, const FetchRecords&) = default;
};

// Pushes every record from `from` on as RecordEvents, first the old, then the live ones, without a gap.
struct Subscribe {
    static constexpr RequestType kType = RequestType::subscribe;
    using Response = Nothing;

    GroupId group;
    RecordNumber from;

    void encode(codec::Writer& writer) const;
    static Result<Subscribe> decode(codec::Reader& reader);

    friend bool operator==(const Subscribe&, const Subscribe&) = default;
};

struct Unsubscribe {
    static constexpr RequestType kType = RequestType::unsubscribe;
    using Response = Nothing;

    GroupId group;

    void encode(codec::Writer& writer) const { writer.strong(group); }

    static Result<Unsubscribe> decode(codec::Reader& reader);

    friend bool operator==(const Unsubscribe&, const Unsubscribe&) = default;
};

struct ChannelSummary {
    GroupId group;
    network::ChannelRules rules;
    Epoch epoch;
    RecordNumber end;            // one past the newest record
    RecordNumber readable_from;  // first record that the asking device may read
    std::uint32_t members = 0;   // devices

    void encode(codec::Writer& writer) const;
    static Result<ChannelSummary> decode(codec::Reader& reader);

    friend bool operator==(const ChannelSummary&, const ChannelSummary&) = default;
};

struct Channels {
    std::vector<ChannelSummary> channels;

    void encode(codec::Writer& writer) const { writer.list(channels); }

    static Result<Channels> decode(codec::Reader& reader);

    friend bool operator==(const Channels&, const Channels&) = default;
};

// Channels in which the asking device is a member, by ascending group id, after `after` (all zero for the first page).
struct ListChannels {
    static constexpr RequestType kType = RequestType::list_channels;
    using Response = Channels;

    GroupId after;

    void encode(codec::Writer& writer) const { writer.strong(after); }

    static Result<ListChannels> decode(codec::Reader& reader);

    friend bool operator==(const ListChannels&, const ListChannels&) = default;
};

struct TreePart {
    std::uint64_t total = 0;  // bytes of the whole tree
    Bytes part;               // from the offset asked for, at most limits::kMaxPage

    void encode(codec::Writer& writer) const;
    static Result<TreePart> decode(codec::Reader& reader);

    friend bool operator==(const TreePart&, const TreePart&) = default;
};

// The ratchet_tree extension's content (RFC 9420, section 12.4.3.3) of an epoch that somebody was added in; for joiners.
struct FetchTree {
    static constexpr RequestType kType = RequestType::fetch_tree;
    using Response = TreePart;

    GroupId group;
    Epoch epoch;
    std::uint64_t offset = 0;

    void encode(codec::Writer& writer) const;
    static Result<FetchTree> decode(codec::Reader& reader);

    friend bool operator==(const FetchTree&, const FetchTree&) = default;
};

struct Acts {
    std::vector<ActReceipt> acts;

    void encode(codec::Writer& writer) const { writer.list(acts); }

    static Result<Acts> decode(codec::Reader& reader);

    friend bool operator==(const Acts&, const Acts&) = default;
};

// Admissions and expulsions of a channel that no commit has used yet, in log order, after the leaf index `after`.
struct ListActs {
    static constexpr RequestType kType = RequestType::list_acts;
    using Response = Acts;

    GroupId group;
    std::uint64_t after = kNoPrevious;  // kNoPrevious: from the first

    void encode(codec::Writer& writer) const;
    static Result<ListActs> decode(codec::Reader& reader);

    friend bool operator==(const ListActs&, const ListActs&) = default;
};

struct PublishedGroup {
    Epoch epoch;
    Bytes group_info;  // MLSMessage mls_group_info of that epoch, with external_pub

    // Epochs of the last limits::kResumptionEpochs whose resumption PSK every other member has, ascending.
    std::vector<Epoch> psk_epochs;

    void encode(codec::Writer& writer) const;
    static Result<PublishedGroup> decode(codec::Reader& reader);

    friend bool operator==(const PublishedGroup&, const PublishedGroup&) = default;
};

// What a member needs that lost its way and comes back by external commit (RFC 9420, section 12.4.3.2). Members only.
struct FetchGroupInfo {
    static constexpr RequestType kType = RequestType::fetch_group_info;
    using Response = PublishedGroup;

    GroupId group;

    void encode(codec::Writer& writer) const { writer.strong(group); }

    static Result<FetchGroupInfo> decode(codec::Reader& reader);

    friend bool operator==(const FetchGroupInfo&, const FetchGroupInfo&) = default;
};

}  // namespace serai::protocol::message
