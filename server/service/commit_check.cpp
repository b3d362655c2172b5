#include "server/service/commit_check.hpp"

#include "crypto/act/commitment.hpp"
#include "crypto/mls/group/identity.hpp"
#include "crypto/mls/group/public_group.hpp"
#include "crypto/mls/wire/message.hpp"
#include "crypto/primitive/hash.hpp"
#include "protocol/network/authority.hpp"
#include "server/service/mls_parts.hpp"
#include "server/service/verify.hpp"
#include "storage/repo/removals.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace serai::server::service {

namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
namespace repo = storage::repo;
using protocol::codec::decode_exact;

namespace {

// Everything about one commit that the steps share.
struct Examination {
    const Context& context;
    const session::Caller& caller;
    const repo::Channel& channel;
    const repo::ChannelHead& head;
    const message::Commit& request;
    CredentialJudge judge;
    std::shared_ptr<const repo::Revocations> revocations;
};

// The connected device, as a member by its leaf, or as one that lost its way and comes back.
Result<void> check_sender(const Examination& exam, const mls::PublicMessage& commit) {
    const auto* member = exam.head.roster->find(exam.caller.identity.id);
    if (member == nullptr) {
        return WireError::not_found;
    }
    const auto& sender = commit.content.sender;
    if (sender.type == mls::SenderType::new_member_commit) {
        return {};
    }
    if (sender.type != mls::SenderType::member || sender.index != member->leaf) {
        return WireError::invalid_commit;
    }
    return {};
}

Result<message::ChannelAad> check_aad(const Examination& exam, ByteView authenticated_data) {
    auto aad = decode_exact<message::ChannelAad>(authenticated_data);
    if (!aad) {
        return WireError::invalid_commit;
    }
    SERAI_CHECK(check_chain_head(exam.context, exam.channel, exam.head, aad->head));
    return aad;
}

// Gives the head that newcomers are told to begin from.
Result<message::ChainHead> check_group_info(const Examination& exam, const mls::GroupInfo& info) {
    if (info.extensions.find(mls::ExtensionType::ratchet_tree) != nullptr) {
        return WireError::invalid_commit;
    }
    const auto* data = info.extensions.find(mls::ExtensionType{network::kChainHeadExtension});
    if (data == nullptr) {
        return WireError::invalid_commit;
    }
    const auto head = decode_exact<message::ChainHead>(*data);
    if (!head) {
        return WireError::invalid_commit;
    }
    SERAI_CHECK(check_external_pub(info));
    SERAI_CHECK(check_chain_head(exam.context, exam.channel, exam.head, *head));
    return head;
}

// In this network a member's commit adds, removes and updates; everything else has no authority that we could check.
Result<void> check_kind(const mls::StagedPublicCommit& staged) {
    if (staged.reinit || staged.external_init || staged.extensions_changed ||
        !staged.psks.empty()) {
        return WireError::invalid_commit;
    }
    return {};
}

bool has_authority(const Examination& exam, const repo::PendingAct& act) {
    const auto& genesis = exam.context.genesis();
    const auto& founding = *exam.head.founding;
    const auto& founder = founding.founder.person;
    switch (act.kind) {
        case network::ActKind::admit:
            return network::may_admit(genesis, founding.rules, founder, act.signer, act.subject);
        case network::ActKind::expel:
            return network::may_expel(genesis, founder, act.signer, act.subject);
        case network::ActKind::restore:
            return network::may_restore(genesis, founding.rules, founder, act.signer, act.subject);
        default:
            return false;
    }
}

// The acts beside a commit: each waits, is the one under the committer's signature, and is of somebody who may decide that.
Result<std::vector<const repo::PendingAct*>> named_acts(const Examination& exam,
                                                        const message::ChannelAad& aad) {
    const auto& acts = exam.request.acts;
    if (acts.size() != aad.acts.size()) {
        return WireError::invalid_commit;
    }
    std::vector<const repo::PendingAct*> named;
    for (std::size_t i = 0; i < acts.size(); ++i) {
        const auto& receipt = acts[i].receipt;
        const message::ActReference reference{receipt.index, crypto::act::leaf_hash(receipt.leaf)};
        const auto pending = exam.head.pending->find(receipt.index.value());
        if (reference != aad.acts[i] || pending == exam.head.pending->end() ||
            pending->second.receipt_hash != crypto::sha256(protocol::codec::encode(acts[i]))) {
            return WireError::invalid_commit;
        }
        if (!has_authority(exam, pending->second)) {
            return WireError::forbidden;
        }
        named.push_back(&pending->second);
    }
    return named;
}

// The resumption PSK that an external commit brings: one, of this group, of an epoch that all others remember. Whether its secret is
// the right one, the members see. Without one, the restoration of this very device.
Result<repo::ApplyCommit::Return> right_to_return(const Examination& exam,
                                                  const message::ChannelAad& aad,
                                                  const mls::StagedPublicCommit& staged) {
    SERAI_TRY(acts, named_acts(exam, aad));
    if (staged.psks.empty()) {
        const bool restored = acts.size() == 1 && acts.front()->kind == network::ActKind::restore &&
                              network::SpiffeId{acts.front()->subject, acts.front()->device} ==
                                  exam.caller.identity.id;
        return restored ? Result<repo::ApplyCommit::Return>{repo::ApplyCommit::Return{}}
                        : Result<repo::ApplyCommit::Return>{WireError::invalid_commit};
    }
    const auto* psk = staged.psks.size() == 1
                          ? std::get_if<mls::ResumptionPskId>(&staged.psks.front().key)
                          : nullptr;
    if (!acts.empty() || psk == nullptr || psk->usage != mls::ResumptionPskUsage::application ||
        !equal(psk->group_id, exam.request.group.value())) {
        return WireError::invalid_commit;
    }
    const Epoch epoch{psk->epoch};
    const auto common = repo::common_epochs(exam.head, exam.caller.identity.id);
    if (std::ranges::find(common, epoch) == common.end()) {
        return WireError::forbidden;
    }
    return repo::ApplyCommit::Return{epoch};
}

// A device that comes back by external commit: it replaces its own leaf, has a right to, and changes nothing else.
Result<repo::ApplyCommit> check_return(const Examination& exam,
                                       const message::ChannelAad& aad,
                                       mls::StagedPublicCommit staged) {
    const auto& self = *exam.head.roster->find(exam.caller.identity.id);
    if (staged.removes.size() != 1 || staged.removes.front().index.value() != self.leaf ||
        !exam.request.welcome.empty()) {
        return WireError::invalid_commit;
    }
    SERAI_TRY(identity, exam.judge.identify(staged.committer_update->after->credential));
    if (identity.id != exam.caller.identity.id) {
        return WireError::forbidden;
    }
    SERAI_TRY(returns, right_to_return(exam, aad, staged));
    for (const auto* due :
         repo::due_removals(*exam.head.roster, *exam.head.pending, *exam.revocations)) {
        if (due->device == identity.id) {
            return WireError::forbidden;
        }
    }
    repo::ApplyCommit result;
    result.next = std::move(staged.next);
    result.changed_nodes = std::move(staged.changed_nodes);
    result.committer = {identity.id, exam.caller.party, staged.committer.value(), std::nullopt, {}};
    result.returns = returns;
    return result;
}

Result<std::vector<repo::Member>> added_members(const Examination& exam,
                                                const mls::StagedPublicCommit& staged) {
    std::vector<repo::Member> added;
    for (const auto& add : staged.adds) {
        SERAI_TRY(identity, exam.judge.identify(add.key_package.leaf_node.credential));
        const auto* party = exam.context.genesis().party_of_domain(identity.id.person.trust_domain);
        if (party == nullptr ||
            !network::may_be_member(
                exam.context.genesis(), exam.head.founding->rules, identity.id.person)) {
            return WireError::forbidden;
        }
        added.push_back({identity.id, party->code, add.index.value(), std::nullopt, {}});
    }
    return added;
}

Result<std::vector<network::SpiffeId>> removed_devices(const Examination& exam,
                                                       const mls::StagedPublicCommit& staged) {
    std::vector<network::SpiffeId> removed;
    for (const auto& remove : staged.removes) {
        SERAI_TRY(device, claimed_device(*remove.leaf));
        if (exam.head.roster->find(device) == nullptr) {
            return WireError::invalid_commit;
        }
        removed.push_back(std::move(device));
    }
    return removed;
}

// Whether a device goes because its certificate does not hold any more, and not by anybody's act.
bool goes_by_itself(const Examination& exam, const network::SpiffeId& device) {
    return !repo::is_expelled(*exam.head.pending, device.person) &&
           repo::is_unfit(*exam.head.roster->find(device),
                          *exam.revocations,
                          exam.context.clock.now_seconds());
}

// Whoever has to leave is removed by this commit, and does not make it.
Result<void> check_removals(const Examination& exam,
                            const std::vector<network::SpiffeId>& removed) {
    const auto due = repo::due_removals(*exam.head.roster, *exam.head.pending, *exam.revocations);
    for (const auto* member : due) {
        if (member->device == exam.caller.identity.id) {
            return WireError::forbidden;
        }
        if (std::ranges::find(removed, member->device) == removed.end()) {
            return WireError::commit_first;
        }
    }
    return {};
}

// A person is expelled with every device, or not at all; one that stays may not be named twice.
Result<void> check_roster(const Examination& exam,
                          const std::vector<repo::Member>& added,
                          const std::vector<network::SpiffeId>& removed) {
    const auto next = exam.head.roster->with(added, removed);
    for (const auto& device : removed) {
        if (next.has_person(device.person) && !goes_by_itself(exam, device)) {
            return WireError::invalid_commit;
        }
    }
    std::set<network::SpiffeId> devices;
    for (const auto& member : next.members()) {
        if (!devices.insert(member.device).second) {
            return WireError::invalid_commit;
        }
    }
    if (next.members().size() > limits::kMaxMembers) {
        return WireError::too_large;
    }
    return {};
}

using Needs = std::set<std::pair<network::ActKind, network::PersonId>>;

Needs needed_acts(const Examination& exam,
                  const std::vector<repo::Member>& added,
                  const std::vector<network::SpiffeId>& removed) {
    Needs needs;
    for (const auto& member : added) {
        needs.emplace(network::ActKind::admit, member.device.person);
    }
    for (const auto& device : removed) {
        if (!goes_by_itself(exam, device)) {
            needs.emplace(network::ActKind::expel, device.person);
        }
    }
    return needs;
}

Result<void> check_acts(const Examination& exam, const message::ChannelAad& aad, Needs needs) {
    SERAI_TRY(acts, named_acts(exam, aad));
    for (const auto* act : acts) {
        if (needs.erase({act->kind, act->subject}) == 0) {
            return WireError::invalid_commit;
        }
    }
    for (const auto& [kind, person] : needs) {
        // Made before the expulsion came, when the device could go by itself: made anew, it uses the act.
        if (kind == network::ActKind::expel && repo::is_expelled(*exam.head.pending, person)) {
            return WireError::commit_first;
        }
    }
    return needs.empty() ? Result<void>{} : Result<void>{WireError::invalid_commit};
}

Result<void> check_welcome(const Examination& exam, const mls::StagedPublicCommit& staged) {
    if (staged.adds.empty() != exam.request.welcome.empty()) {
        return WireError::invalid_commit;
    }
    if (staged.adds.empty()) {
        return {};
    }
    SERAI_TRY(welcome, decode_mls<mls::Welcome>(exam.request.welcome));
    std::set<Bytes> expected;
    for (const auto& add : staged.adds) {
        expected.insert(mls::key_package_ref(staged.next->suite(), add.key_package));
    }
    std::set<Bytes> named;
    for (const auto& secret : welcome.secrets) {
        named.insert(secret.new_member);
    }
    const bool fits = welcome.cipher_suite == staged.next->suite().id() && named == expected &&
                      welcome.secrets.size() == expected.size();
    return fits ? Result<void>{} : Result<void>{WireError::invalid_commit};
}

Result<void> check_sizes(const message::Commit& request) {
    std::size_t record = request.commit.size() + 64;
    for (const auto& act : request.acts) {
        record += protocol::codec::encode(act).size();
    }
    if (record > repo::kMaxChannelRecord || request.commit.size() > limits::kMaxMlsMessage ||
        request.welcome.size() > limits::kMaxPage) {
        return WireError::too_large;
    }
    return {};
}

// What a commit may refer to: the server's own proposals of this epoch.
std::vector<mls::CachedProposal> cached_proposals(const repo::ChannelHead& head) {
    std::vector<mls::CachedProposal> cached;
    std::ranges::transform(
        *head.proposals, std::back_inserter(cached), &repo::ServerProposal::proposal);
    return cached;
}

Result<repo::ApplyCommit> examine(const Examination& exam) {
    SERAI_CHECK(check_sizes(exam.request));
    SERAI_TRY(commit, decode_mls<mls::PublicMessage>(exam.request.commit));
    SERAI_TRY(info, decode_mls<mls::GroupInfo>(exam.request.group_info));
    if (!equal(commit.content.group_id, exam.request.group.value()) ||
        commit.content.epoch != exam.request.epoch.value() ||
        commit.content.type() != mls::ContentType::commit) {
        return WireError::invalid_commit;
    }
    SERAI_CHECK(check_sender(exam, commit));
    SERAI_TRY(aad, check_aad(exam, commit.content.authenticated_data));
    SERAI_TRY(welcome_head, check_group_info(exam, info));
    SERAI_TRY(staged,
              exam.head.public_group->stage(
                  commit, cached_proposals(exam.head), exam.judge.policy(), &info));
    if (staged.external) {
        return check_return(exam, aad, std::move(staged));
    }
    SERAI_CHECK(check_kind(staged));
    SERAI_TRY(added, added_members(exam, staged));
    SERAI_TRY(removed, removed_devices(exam, staged));
    SERAI_CHECK(check_removals(exam, removed));
    SERAI_CHECK(check_roster(exam, added, removed));
    SERAI_CHECK(check_acts(exam, aad, needed_acts(exam, added, removed)));
    SERAI_CHECK(check_welcome(exam, staged));
    repo::ApplyCommit result;
    result.next = std::move(staged.next);
    result.changed_nodes = std::move(staged.changed_nodes);
    result.added = std::move(added);
    result.removed = std::move(removed);
    result.welcomed_from = next(welcome_head.n);
    result.committer = {
        exam.caller.identity.id, exam.caller.party, staged.committer.value(), std::nullopt, {}};
    return result;
}

}  // namespace

Result<void> check_chain_head(const Context& context,
                              const repo::Channel& channel,
                              const repo::ChannelHead& head,
                              const message::ChainHead& claimed) {
    if (!head.established() || claimed.n >= head.end) {
        return WireError::invalid_commit;
    }
    if (next(claimed.n) == head.end) {
        return claimed.h == head.h ? Result<void>{} : Result<void>{WireError::invalid_commit};
    }
    // An encoded RecordEntry begins with its ChainHead.
    if (const auto recent = channel.recent(claimed.n, 1, 1); !recent.empty()) {
        protocol::codec::Reader reader{*recent.front()};
        SERAI_TRY(found, message::ChainHead::decode(reader));
        return found == claimed ? Result<void>{} : Result<void>{WireError::invalid_commit};
    }
    SERAI_TRY(hash, context.repositories.channels().chain_hash(channel.group(), claimed.n));
    return hash == claimed.h ? Result<void>{} : Result<void>{WireError::invalid_commit};
}

Result<repo::ApplyCommit> check_commit(const Context& context,
                                       const session::Caller& caller,
                                       const repo::ChannelPtr& channel,
                                       message::Commit request) {
    const auto head = channel->head();
    if (!head->established()) {
        return WireError::not_found;
    }
    if (request.epoch != head->epoch) {
        return request.epoch < head->epoch ? WireError::stale_epoch : WireError::invalid_commit;
    }
    const Examination exam{context,
                           caller,
                           *channel,
                           *head,
                           request,
                           CredentialJudge{context},
                           context.repositories.network().revocations()};
    SERAI_TRY(apply, examine(exam));
    apply.channel = channel;
    apply.base = head;
    apply.commit = std::move(request.commit);
    apply.welcome = std::move(request.welcome);
    apply.group_info = std::move(request.group_info);
    apply.acts = std::move(request.acts);
    return apply;
}

}  // namespace serai::server::service
