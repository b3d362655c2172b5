#include "server/service/removals.hpp"

#include "crypto/act/channel_group.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/mls/wire/message.hpp"
#include "server/service/submit.hpp"
#include "server/service/verify.hpp"
#include "storage/repo/channel_intents.hpp"
#include "storage/repo/removals.hpp"

#include <algorithm>

namespace serai::server::service {

namespace commit = storage::commit;
namespace message = protocol::message;
namespace mls = crypto::mls;
namespace repo = storage::repo;

namespace {

// The expulsion that a device has to leave by, as it was recorded; none if its certificate is the reason.
Result<std::vector<message::ActReceipt>> expulsions_of(const Context& context,
                                                       const repo::ChannelHead& head,
                                                       const repo::Member& member) {
    std::vector<message::ActReceipt> acts;
    for (const auto& [leaf, act] : *head.pending) {
        if (act.kind == protocol::network::ActKind::expel && act.subject == member.device.person) {
            SERAI_TRY(receipt,
                      context.repositories.channels().act(head.founding->group, LogIndex{leaf}));
            acts.push_back(std::move(receipt));
        }
    }
    return acts;
}

Bytes aad_of(const repo::ChannelHead& head, const std::vector<message::ActReceipt>& acts) {
    message::ChannelAad aad;
    aad.message_id = MessageId{crypto::system_random().array<16>()};
    aad.head = head.chain();
    for (const auto& act : acts) {
        aad.acts.push_back({act.receipt.index, crypto::act::leaf_hash(act.receipt.leaf)});
    }
    return protocol::codec::encode(aad);
}

bool is_proposed(const repo::ChannelHead& head, const repo::Member& member) {
    return std::ranges::any_of(*head.proposals, [&](const repo::ServerProposal& proposal) {
        return proposal.device == member.device;
    });
}

}  // namespace

Removals::Removals(const Context& context, const crypto::SignatureKeyPair& log_key)
    : context_(context),
      log_key_(log_key.private_key.clone("the server proposes removals with the log's key")) {}

void Removals::take(const commit::RemovalDue& event) const {
    context_.cpu.post([this, group = event.group] { propose(group); });
}

void Removals::take(const commit::CertificatesRevoked& event) const {
    if (event.any_new) {
        context_.blocking.post([this] { propose_everywhere(); });
    }
}

void Removals::propose_everywhere() const {
    const auto revocations = context_.repositories.network().revocations();
    // A channel that does not load keeps nobody in the others.
    const auto look_at = [&](const GroupId& group) -> Result<void> {
        const auto channel = context_.repositories.channels().load(group);
        if (!channel) {
            log_failure(group, channel.error());
            return {};
        }
        const auto head = (*channel)->head();
        if (!repo::due_removals(*head->roster, *head->pending, *revocations).empty()) {
            propose(group);  // here, not by a job for each of so many channels
        }
        return {};
    };
    if (const auto done = context_.repositories.channels().for_each(look_at); !done) {
        context_.log.error("removals_not_proposed", {{"reason", done.error().message()}});
    }
}

void Removals::propose(const GroupId& group) const {
    try {
        if (const auto done = propose_in(group); !done) {
            log_failure(group, done.error());
        }
    } catch (const std::exception& failure) {  // keeps nobody in the other channels
        context_.log.error("removals_not_proposed",
                           {{"channel", to_hex(group.value())}, {"reason", failure.what()}});
    }
}

void Removals::log_failure(const GroupId& group, const ErrorCode& error) const {
    context_.log.error("removals_not_proposed",
                       {{"channel", to_hex(group.value())}, {"reason", error.message()}});
}

Result<void> Removals::propose_in(const GroupId& group) const {
    SERAI_TRY(channel, context_.repositories.channels().load(group));
    const auto head = channel->head();
    if (!head->established()) {
        return {};
    }
    const auto revocations = context_.repositories.network().revocations();
    for (const auto* member : repo::due_removals(*head->roster, *head->pending, *revocations)) {
        if (!is_proposed(*head, *member)) {
            if (const auto done = propose_one(channel, head, *member); !done) {
                log_failure(group, done.error());
            }
        }
    }
    return {};
}

Result<void> Removals::propose_one(const repo::ChannelPtr& channel,
                                   const std::shared_ptr<const repo::ChannelHead>& head,
                                   const repo::Member& member) const {
    SERAI_TRY(acts, expulsions_of(context_, *head, member));
    const auto& group = *head->public_group;
    const auto proposal = crypto::act::propose_removal(group.suite(),
                                                       log_key_,
                                                       group.group_id(),
                                                       group.epoch(),
                                                       mls::LeafIndex{member.leaf},
                                                       aad_of(*head, acts));
    const CredentialJudge judge{context_};
    SERAI_TRY(cached, group.check_proposal(proposal, judge.policy()));
    SERAI_TRY(intent,
              repo::prepare(context_.repositories,
                            repo::ProposeRemoval{channel,
                                                 head,
                                                 member.device,
                                                 protocol::codec::encode(mls::MlsMessage{proposal}),
                                                 std::move(cached),
                                                 std::move(acts)}));
    // A commit that came first has said by an event whether somebody is still to go.
    submit_with(context_.pipeline, std::move(intent), [this](const commit::Verdict& verdict) {
        if (verdict.error && *verdict.error != WireError::stale_epoch &&
            *verdict.error != WireError::exists) {
            context_.log.error("removal_not_proposed", {{"reason", name(*verdict.error)}});
        }
    });
    return {};
}

}  // namespace serai::server::service
