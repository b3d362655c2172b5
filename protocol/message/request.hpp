// The requests of the protocol, each with its response, and the events. A request's body is its structure; the response's body
// is `Response`. "Accountable" requests carry a signed act or have an effect; their response names the leaf in the audit log.
//
// Retrying: a request id names exact bytes. A request that had an effect is answered again with the same bytes; one that was
// refused without effect (stale_epoch, busy, rate_limited, too_large) may be repeated under the same id.
#pragma once

#include "protocol/base/limits.hpp"
#include "protocol/message/audit.hpp"
#include "protocol/message/frame.hpp"
#include "protocol/message/record.hpp"
#include "protocol/network/statement.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace serai::protocol::message {

// A request or response without content.
struct Nothing {
    void encode(codec::Writer&) const {}

    static Result<Nothing> decode(codec::Reader&) { return Nothing{}; }

    friend bool operator==(const Nothing&, const Nothing&) = default;
};

// ---- session ----

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

// ---- requests that are a signed act and nothing else ----

template <RequestType Type, class ResponseType, class StatementType>
struct ActRequest {
    static constexpr RequestType kType = Type;
    using Response = ResponseType;
    using Statement = StatementType;

    network::Act act;

    void encode(codec::Writer& writer) const { act.encode(writer); }

    static Result<ActRequest> decode(codec::Reader& reader) {
        SERAI_TRY(act, network::Act::decode(reader));
        return ActRequest{std::move(act)};
    }

    friend bool operator==(const ActRequest&, const ActRequest&) = default;
};

// The group id of a founded channel is SHA-256(network id | leaf hash of the receipt).
using FoundChannel =
    ActRequest<RequestType::found_channel, ActReceipt, network::FoundChannelStatement>;
using Admit = ActRequest<RequestType::admit, ActReceipt, network::AdmitStatement>;
using Expel = ActRequest<RequestType::expel, ActReceipt, network::ExpelStatement>;
using Restore = ActRequest<RequestType::restore, ActReceipt, network::RestoreStatement>;
using Report = ActRequest<RequestType::report, Receipt, network::ReportStatement>;
using SealDocument =
    ActRequest<RequestType::seal_document, Receipt, network::SealDocumentStatement>;
using CompleteDocument =
    ActRequest<RequestType::complete_document, Receipt, network::CompleteDocumentStatement>;

// Permission to fetch one object over HTTPS, for the device that asked: "Authorization: Bearer <lower-case hex of token>".
struct Grant {
    Receipt receipt;
    ObjectId object;
    Digest token{};
    UnixSeconds expires;
    std::uint64_t length = 0;  // bytes of ciphertext
    Digest digest{};           // SHA-256 of the ciphertext, as sealed

    void encode(codec::Writer& writer) const;
    static Result<Grant> decode(codec::Reader& reader);

    friend bool operator==(const Grant&, const Grant&) = default;
};

using OpenDocument = ActRequest<RequestType::open_document, Grant, network::OpenDocumentStatement>;

// One page of openings, in the order of the scope's counter; ask again from the last counter + 1 until `more` is false.
struct Openings {
    Receipt receipt;  // of the query itself
    std::vector<OpenedEntry> entries;
    bool more = false;

    void encode(codec::Writer& writer) const;
    static Result<Openings> decode(codec::Reader& reader);

    friend bool operator==(const Openings&, const Openings&) = default;
};

using QueryOpenings =
    ActRequest<RequestType::query_openings, Openings, network::QueryOpeningsStatement>;

// ---- directory of key packages ----

// A key package with the device it belongs to: opaque mls_message<V> is an MLSMessage of wire format mls_key_package.
struct KeyPackageEntry {
    network::SpiffeId device;
    Bytes mls_message;

    void encode(codec::Writer& writer) const;
    static Result<KeyPackageEntry> decode(codec::Reader& reader);

    friend bool operator==(const KeyPackageEntry&, const KeyPackageEntry&) = default;
};

// The asking device's own key packages; the act names the reference of each, in order.
struct PublishKeyPackages {
    static constexpr RequestType kType = RequestType::publish_key_packages;
    using Response = Receipt;
    using Statement = network::PublishKeyPackagesStatement;

    network::Act act;
    std::vector<Bytes> key_packages;  // MLSMessages, at most limits::kMaxKeyPackagesPerPublish

    void encode(codec::Writer& writer) const;
    static Result<PublishKeyPackages> decode(codec::Reader& reader);

    friend bool operator==(const PublishKeyPackages&, const PublishKeyPackages&) = default;
};

struct ClaimedKeyPackages {
    Receipt receipt;
    std::vector<KeyPackageEntry>
        key_packages;  // one for each device of the person that has any left

    void encode(codec::Writer& writer) const;
    static Result<ClaimedKeyPackages> decode(codec::Reader& reader);

    friend bool operator==(const ClaimedKeyPackages&, const ClaimedKeyPackages&) = default;
};

using ClaimKeyPackage = ActRequest<RequestType::claim_key_package,
                                   ClaimedKeyPackages,
                                   network::ClaimKeyPackageStatement>;

struct KeyPackageCount {
    std::uint32_t count = 0;        // without the one of last resort
    UnixSeconds last_resort_until;  // the end of its lifetime; 0: there is none

    void encode(codec::Writer& writer) const {
        writer.u32(count);
        writer.strong(last_resort_until);
    }

    static Result<KeyPackageCount> decode(codec::Reader& reader);

    friend bool operator==(const KeyPackageCount&, const KeyPackageCount&) = default;
};

// How many the asking device has left.
struct CountKeyPackages : Nothing {
    static constexpr RequestType kType = RequestType::count_key_packages;
    using Response = KeyPackageCount;

    static Result<CountKeyPackages> decode(codec::Reader&) { return CountKeyPackages{}; }
};

// ---- channels ----

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

// ---- mailbox ----

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

// ---- audit log ----

struct CheckpointNote {
    std::string note;  // C2SP signed note of a tlog-checkpoint

    void encode(codec::Writer& writer) const { writer.vector(as_bytes(note)); }

    static Result<CheckpointNote> decode(codec::Reader& reader);

    friend bool operator==(const CheckpointNote&, const CheckpointNote&) = default;
};

// A checkpoint of everything that was durable when the request arrived.
struct GetCheckpoint : Nothing {
    static constexpr RequestType kType = RequestType::get_checkpoint;
    using Response = CheckpointNote;

    static Result<GetCheckpoint> decode(codec::Reader&) { return GetCheckpoint{}; }
};

struct Proof {
    std::vector<Digest> hashes;

    void encode(codec::Writer& writer) const { write_digests(writer, hashes); }

    static Result<Proof> decode(codec::Reader& reader);

    friend bool operator==(const Proof&, const Proof&) = default;
};

// RFC 6962 audit path of a leaf in the tree of a size that a checkpoint was signed for.
struct ProveInclusion {
    static constexpr RequestType kType = RequestType::prove_inclusion;
    using Response = Proof;

    LogIndex index;
    TreeSize size;

    void encode(codec::Writer& writer) const;
    static Result<ProveInclusion> decode(codec::Reader& reader);

    friend bool operator==(const ProveInclusion&, const ProveInclusion&) = default;
};

// RFC 6962 consistency proof; both sizes at least 1 and at most the newest checkpoint's.
struct ProveConsistency {
    static constexpr RequestType kType = RequestType::prove_consistency;
    using Response = Proof;

    TreeSize from;
    TreeSize to;

    void encode(codec::Writer& writer) const;
    static Result<ProveConsistency> decode(codec::Reader& reader);

    friend bool operator==(const ProveConsistency&, const ProveConsistency&) = default;
};

struct Leaves {
    std::vector<Leaf> leaves;

    void encode(codec::Writer& writer) const { writer.list(leaves); }

    static Result<Leaves> decode(codec::Reader& reader);

    friend bool operator==(const Leaves&, const Leaves&) = default;
};

// Leaves are for everybody: they say nothing.
struct GetLeaves {
    static constexpr RequestType kType = RequestType::get_leaves;
    using Response = Leaves;

    LogIndex from;
    std::uint16_t max =
        512;  // 1 to limits::kMaxPageEntries; a page also ends at limits::kMaxPage bytes

    void encode(codec::Writer& writer) const;
    static Result<GetLeaves> decode(codec::Reader& reader);

    friend bool operator==(const GetLeaves&, const GetLeaves&) = default;
};

struct GovernanceEntries {
    std::vector<OpenedEntry> entries;  // ascending index
    bool more = false;

    void encode(codec::Writer& writer) const;
    static Result<GovernanceEntries> decode(codec::Reader& reader);

    friend bool operator==(const GovernanceEntries&, const GovernanceEntries&) = default;
};

// Openings of governance leaves (genesis, CRLs), open to all, not audited.
struct ListGovernance {
    static constexpr RequestType kType = RequestType::list_governance;
    using Response = GovernanceEntries;

    LogIndex from;

    void encode(codec::Writer& writer) const { writer.strong(from); }

    static Result<ListGovernance> decode(codec::Reader& reader);

    friend bool operator==(const ListGovernance&, const ListGovernance&) = default;
};

// A party's certificate revocation list, signed by its own CA; any of its devices may bring it.
struct PublishCrl {
    static constexpr RequestType kType = RequestType::publish_crl;
    using Response = Receipt;

    Bytes crl;  // DER

    void encode(codec::Writer& writer) const { writer.vector(crl); }

    static Result<PublishCrl> decode(codec::Reader& reader);

    friend bool operator==(const PublishCrl&, const PublishCrl&) = default;
};

// ---- events ----

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

// ---- any of them ----

using AnyRequest = std::variant<Hello,
                                PublishKeyPackages,
                                ClaimKeyPackage,
                                CountKeyPackages,
                                FoundChannel,
                                EstablishChannel,
                                Admit,
                                Expel,
                                Restore,
                                Commit,
                                Send,
                                FetchRecords,
                                Subscribe,
                                Unsubscribe,
                                ListChannels,
                                FetchTree,
                                ListActs,
                                FetchGroupInfo,
                                Report,
                                ListMailbox,
                                DeleteMailbox,
                                SealDocument,
                                OpenDocument,
                                CompleteDocument,
                                QueryOpenings,
                                GetCheckpoint,
                                ProveInclusion,
                                ProveConsistency,
                                GetLeaves,
                                ListGovernance,
                                PublishCrl>;

// The body of a request frame by its type; nothing may be left over.
Result<AnyRequest> decode_request(RequestType type, ByteView body);

// A whole request frame around a body.
template <class Request>
[[nodiscard]] RequestFrame make_request(RequestId id, const Request& request) {
    return RequestFrame{id, Request::kType, codec::encode(request)};
}

template <class Event>
[[nodiscard]] EventFrame make_event(const Event& event) {
    return EventFrame{Event::kType, codec::encode(event)};
}

}  // namespace serai::protocol::message
