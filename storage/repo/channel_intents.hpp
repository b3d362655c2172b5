// Everything that changes a channel.
#pragma once

#include "crypto/mls/group/public_group.hpp"
#include "protocol/base/limits.hpp"
#include "protocol/message/audit.hpp"
#include "protocol/network/act.hpp"
#include "storage/repo/channel.hpp"
#include "storage/repo/prepare.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace serai::storage::repo {

// Bytes of an encoded ChannelRecord: with its entry, event and frame it must fit into one WebSocket message.
inline constexpr std::size_t kMaxChannelRecord = limits::kMaxWebSocketMessage - 256;

// A signed act founds a channel. Response: ActReceipt; the group id is SHA-256(network id | leaf hash). Nobody reads it until it
// is established. Its entry concerns the founder's party.
struct FoundChannel {
    protocol::network::Act act;  // of kind found_channel, signed by the asking device
    protocol::network::ChannelRules rules;
};

// Record 0: the founder's GroupInfo, with the founding act beside it. Response: RecordReceipt. Refusals: forbidden (not the
// founding device), exists (established already).
struct EstablishChannel {
    ChannelPtr channel;
    Bytes group_info;  // MLSMessage, as the founder sent it
    std::shared_ptr<const crypto::mls::PublicGroup>
        group;  // made from it: epoch 0, one member, who is the founder
};

// A signed act to admit or expel a person, or to restore a device. Response: ActReceipt. It waits in the channel's list until a commit
// uses it, a restoration also no longer than until its device makes a commit or leaves. Its entry concerns the channel's parties, the
// signer's and the subject's. Refusals: not_found (not established); exists (one of that kind and subject waits already); forbidden (expel: the
// person has no device in the channel; restore: the device is not in it); too_large (kMaxAdmissionsOfSigner admissions by the signer
// wait).
struct RecordAct {
    protocol::network::Act act;  // of kind admit, expel or restore, signed by the asking device
    ChannelPtr channel;
    protocol::network::PersonId subject;
    std::string device;  // restore: which one of the subject's; else empty
    protocol::network::PartyCode subject_party;
};

// Admissions of one channel, signed by one person, that no commit has used. Expulsions are at most as many as persons, restorations as
// devices.
inline constexpr std::size_t kMaxAdmissionsOfSigner = 256;

// A signed act by which a member says that it cannot follow the channel beyond a record. Response: Receipt. Its entry concerns the
// channel's parties; it has no other effect. Refusals: not_found (no such record), forbidden (no member).
struct RecordReport {
    protocol::network::Act act;  // signed by the asking device
    ChannelPtr channel;
    RecordNumber record;
};

// One commit for the epoch that `base` has. Response: RecordReceipt. Its effects: the record, the changed nodes of the public
// group, the used acts off the list, a MailboxItem for each added device and the tree for them, the readable ranges of those
// who come and go; the server's proposals are over with their epoch. Its entry concerns the parties of both epochs.
//
// The commit that began the present epoch once more, from anybody: the response it had, and nothing happens.
//
// Refusals: stale_epoch (another commit won); forbidden (the device is no member, or has to leave); commit_first (somebody has to
// leave whom it does not remove, or whose expulsion it does not use); invalid_commit (an act that is not on the list, that repeats, or
// that does not belong to a person of this commit; a person without an act, unless its device is unfit; a commit that removes its own sender); too_large
// (limits::kMaxMembers).
struct ApplyCommit {
    // An external commit by which the asking device comes back: by the resumption PSK of an epoch, or, without one, by its restoration,
    // which is the one act beside it. It does not have to remove anybody.
    struct Return {
        std::optional<Epoch> psk;
    };

    ChannelPtr channel;
    std::shared_ptr<const ChannelHead> base;  // channel->head() when the commit was staged
    Bytes commit;                             // MLSMessage
    Bytes welcome;                            // MLSMessage; empty when nobody was added
    Bytes group_info;                         // MLSMessage, of the next epoch
    std::shared_ptr<const crypto::mls::PublicGroup> next;
    std::vector<crypto::mls::NodeIndex> changed_nodes;  // StagedPublicCommit::changed_nodes
    std::vector<Member> added;                          // by Add, with the leaves that they got
    std::vector<protocol::network::SpiffeId> removed;   // by Remove
    Member committer;  // as the commit's path shows it: the asking device

    std::optional<Return> returns;
    std::vector<protocol::message::ActReceipt>
        acts;  // of the request, already compared with ChannelAad.acts. Decide
               // compares each with what the log recorded
    std::optional<RecordNumber>
        welcomed_from;  // oldest record that those added need to follow the chain from the
                        // head that their Welcome names; absent: the commit itself
};

// The server's own proposal to remove a device that has to leave, for the epoch that `base` has. Response: RecordReceipt. It
// becomes a record, with the expulsion beside it if that is why. Refusals: stale_epoch; exists (it is proposed already, or need not
// leave any more).
struct ProposeRemoval {
    ChannelPtr channel;
    std::shared_ptr<const ChannelHead> base;
    protocol::network::SpiffeId device;
    Bytes message;                         // MLSMessage, a PublicMessage of the external sender
    crypto::mls::CachedProposal proposal;  // what base->public_group made of it
    std::vector<protocol::message::ActReceipt> acts;
};

// An application message. Response: RecordReceipt. Its entry concerns the channel's parties. Refusals: not_found (not
// established), forbidden (no member), stale_epoch, commit_first (a member is to be expelled and no commit has removed it).
struct AppendMessage {
    ChannelPtr channel;
    Epoch epoch;    // of the PrivateMessage
    Bytes message;  // MLSMessage, a PrivateMessage
};

[[nodiscard]] Prepared prepare(Repositories& repositories, commit::Asked asked, FoundChannel input);
[[nodiscard]] Prepared prepare(Repositories& repositories,
                               commit::Asked asked,
                               EstablishChannel input);
[[nodiscard]] Prepared prepare(Repositories& repositories, commit::Asked asked, RecordAct input);
[[nodiscard]] Prepared prepare(Repositories& repositories, commit::Asked asked, RecordReport input);
[[nodiscard]] Prepared prepare(Repositories& repositories, commit::Asked asked, ApplyCommit input);
[[nodiscard]] Prepared prepare(Repositories& repositories,
                               commit::Asked asked,
                               AppendMessage input);
[[nodiscard]] Prepared prepare(Repositories& repositories, ProposeRemoval input);

}  // namespace serai::storage::repo
