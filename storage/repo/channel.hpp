// One channel in memory. An object of this class is the only one of its channel; whoever holds the shared_ptr keeps it loaded.
#pragma once

#include "crypto/mls/group/public_group.hpp"
#include "protocol/message/record.hpp"
#include "protocol/network/act.hpp"
#include "protocol/network/channel_rules.hpp"
#include "storage/audit/sequence.hpp"
#include "storage/repo/member.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace serai::storage::repo {

// Founded once, never changed.
struct Founding {
    GroupId group;
    protocol::network::ChannelRules rules;
    protocol::network::SpiffeId founder;
    protocol::network::PartyCode founder_party;
    protocol::message::ActReceipt act;  // the founding act

    void encode(protocol::codec::Writer& writer) const;
    static Result<Founding> decode(protocol::codec::Reader& reader);
};

// An admission, expulsion or restoration that no commit has used.
struct PendingAct {
    protocol::network::ActKind kind = protocol::network::ActKind::admit;
    protocol::network::PersonId subject;
    std::string device;  // of a restoration: which one of the person's; else empty
    protocol::network::PersonId signer;
    Digest receipt_hash{};  // SHA-256 of the encoded ActReceipt

    void encode(protocol::codec::Writer& writer) const;
    static Result<PendingAct> decode(protocol::codec::Reader& reader);

    friend bool operator==(const PendingAct&, const PendingAct&) = default;
};

using PendingActs = std::map<std::uint64_t, PendingAct>;  // by leaf index

// A removal that the server itself has proposed in this epoch, as its MLS external sender. Commits refer to it.
// struct { SpiffeId device; CachedProposal proposal; } ProposalRow;
struct ServerProposal {
    RecordNumber record;  // where it stands in the channel; the row's key has it
    protocol::network::SpiffeId device;
    crypto::mls::CachedProposal proposal;

    void encode(protocol::codec::Writer& writer) const;
    static Result<ServerProposal> decode(protocol::codec::Reader& reader);
};

using ServerProposals = std::vector<ServerProposal>;

// The commit that began the present epoch: one that comes again is answered as the first time.
// struct { opaque digest[32]; RecordReceipt receipt; uint64 removed_at; } LastCommit;
struct LastCommit {
    Digest digest{};  // SHA-256 of the commit's MLSMessage
    protocol::message::RecordReceipt receipt;
    Epoch removed_at;  // the epoch that the newest commit began that removed somebody; 0: none did

    void encode(protocol::codec::Writer& writer) const;
    static Result<LastCommit> decode(protocol::codec::Reader& reader);
};

// How a channel stands after some record. Immutable; take one and everything in it fits together.
struct ChannelHead {
    std::shared_ptr<const Founding> founding;
    RecordNumber end;  // one past the newest record; 0: founded, not established
    Digest h{};        // chain hash of the newest record
    Epoch epoch;
    std::shared_ptr<const crypto::mls::PublicGroup> public_group;  // null until established
    std::shared_ptr<const Roster> roster;                          // never null
    std::shared_ptr<const PendingActs> pending;                    // never null
    std::shared_ptr<const ServerProposals> proposals;              // never null
    std::shared_ptr<const LastCommit> last_commit;                 // null before the first

    [[nodiscard]] bool established() const { return end.value() != 0; }

    // The newest record's number and hash; only when established.
    [[nodiscard]] protocol::message::ChainHead chain() const {
        return {RecordNumber{end.value() - 1}, h};
    }

    // Whether a member has to leave (removals.hpp), by the revocation lists of version `judged_by`; 0: not judged yet. For the
    // committer's thread.
    bool awaits_removal = false;
    std::uint64_t judged_by = 0;
};

// Epochs of the last limits::kResumptionEpochs, the present one among them, since this device came in, whose resumption PSK every other
// member has, and nobody who has left: by one of these it can come back so that all can follow. Ascending.
[[nodiscard]] std::vector<Epoch> common_epochs(const ChannelHead& head,
                                               const protocol::network::SpiffeId& device);

// Thread safety: head() and recent() may be called from any thread. The overlay belongs to the committer's.
class Channel {
  public:
    Channel(ChannelHead head, std::unique_ptr<audit::Sequence> sequence);

    [[nodiscard]] const GroupId& group() const { return group_; }

    // What is durable.
    [[nodiscard]] std::shared_ptr<const ChannelHead> head() const;

    // Records (encoded RecordEntry) from `from` on that are still in the ring, at most max_records and max_bytes, the first always;
    // empty if `from` is older than the ring, or beyond the end. Only durable ones.
    [[nodiscard]] std::vector<std::shared_ptr<const Bytes>> recent(RecordNumber from,
                                                                   std::size_t max_records,
                                                                   std::size_t max_bytes) const;

    // ---- for the intents and changes of this folder, on the committer's thread ----

    struct Overlay {
        ChannelHead head;
        std::unique_ptr<audit::Sequence> sequence;
        // Devices that have not taken their Welcome yet, by the epoch whose tree they need.
        std::map<std::uint64_t, std::set<Digest>> tree_waiters;
        std::vector<std::shared_ptr<const Bytes>> appended;  // encoded RecordEntry, in this batch
        bool changed = false;                                // since publish()
    };

    [[nodiscard]] const Overlay& overlay() const { return overlay_; }

    [[nodiscard]] Overlay& overlay() { return overlay_; }

    // Makes the overlay the durable head; nothing if it has not changed.
    void publish();

  private:
    static constexpr std::size_t kRingRecords = 256;
    static constexpr std::size_t kRingBytes = 256 * 1024;

    GroupId group_;
    Overlay overlay_;

    mutable std::mutex mutex_;  // guards what follows
    std::shared_ptr<const ChannelHead> head_;
    std::deque<std::shared_ptr<const Bytes>> ring_;  // the newest records, up to head_->end
    std::size_t ring_bytes_ = 0;
};

using ChannelPtr = std::shared_ptr<Channel>;

}  // namespace serai::storage::repo
