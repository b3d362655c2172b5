#include "client/channel/authority.hpp"

#include "crypto/act/channel_chain.hpp"
#include "crypto/act/channel_group.hpp"
#include "crypto/act/opening.hpp"
#include "protocol/network/authority.hpp"

#include <algorithm>

namespace serai::client::channel {
namespace {

namespace act = crypto::act;
namespace message = protocol::message;
namespace network = protocol::network;
namespace x509 = crypto::x509;

// Fields, inclusion, signature, time: what holds for every act.
Result<x509::Identity> verify_receipt(const Context& context, const message::ActReceipt& receipt) {
    const network::ActHeader& header = receipt.act.seal.header;
    if (auto leads = act::verify_act_receipt(context.network.genesis().log_origin, receipt);
        !leads) {
        return refuse(context, "an act that is not what its leaf says: " + leads.error().message());
    }
    SERAI_CHECK(
        context.log.check_included(context.session, receipt.receipt.index, receipt.receipt.leaf));
    const auto verified = act::verify_act(context.network.network().act_context(),
                                          receipt.act,
                                          context.network.trust_at(receipt.receipt.index));
    if (!verified) {
        return refuse(context,
                      "an act whose signature does not hold: " + verified.error().message());
    }
    if (auto timely = act::check_act_time(header, receipt.receipt.leaf.time); !timely) {
        return refuse(context, "an act out of its time: " + timely.error().message());
    }
    return verified->signer;
}

// The channel that an act is about, and what it says of it.
struct Said {
    GroupId group;
    Decision decision;
};

template <class Statement>
std::optional<Said> said_of_person(const network::Act& act) {
    const auto statement = Statement::parse(act.fields);
    return statement ? std::optional{Said{statement->group, {act.kind(), statement->subject, {}}}}
                     : std::nullopt;
}

std::optional<Said> said_in(const network::Act& act) {
    switch (act.kind()) {
        case network::ActKind::admit:
            return said_of_person<network::AdmitStatement>(act);
        case network::ActKind::expel:
            return said_of_person<network::ExpelStatement>(act);
        case network::ActKind::restore:
            if (const auto statement = network::RestoreStatement::parse(act.fields)) {
                return Said{statement->group,
                            {act.kind(), statement->device.person, statement->device.device}};
            }
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

// By id: a server could put one signed act into two leaves.
Result<void> check_unused(const Context& context,
                          const ChannelState& state,
                          std::span<const message::ActReceipt> before,
                          const EntryId& id) {
    const bool repeated = std::ranges::find(state.used_acts, id) != state.used_acts.end() ||
                          std::ranges::any_of(before, [&](const message::ActReceipt& other) {
                              return other.receipt.leaf.entry_id == id;
                          });
    if (repeated) {
        return refuse(context, "a commit uses an act for the second time");
    }
    return {};
}

}  // namespace

ErrorCode refuse(const Context& context, std::string why) {
    return context.diagnostics.fail(ClientError::untrusted, std::move(why));
}

std::optional<Decision> decision_in(const message::ActReceipt& receipt) {
    auto said = said_in(receipt.act);
    return said ? std::optional{std::move(said->decision)} : std::nullopt;
}

Result<Authority> verify_authority(const Context& context,
                                   const GroupId& group,
                                   const message::ActReceipt& receipt) {
    SERAI_TRY(signer, verify_receipt(context, receipt));
    auto said = said_in(receipt.act);
    if (!said) {
        return refuse(context, "an act that does not decide about members");
    }
    if (said->group != group) {
        return refuse(context, "an act that is not about this channel");
    }
    return Authority{std::move(said->decision), signer.id.person};
}

Result<void> verify_recorded(const Context& context,
                             const network::Act& sent,
                             const message::ActReceipt& receipt) {
    if (receipt.act != sent) {
        return context.diagnostics.fail(ClientError::protocol_violation,
                                        "the receipt is of another act than ours");
    }
    SERAI_CHECK(verify_receipt(context, receipt));
    return {};
}

bool may_decide(const Context& context, const ChannelState& state, const Authority& authority) {
    const network::Genesis& genesis = context.network.genesis();
    const auto& [decision, signer] = authority;
    switch (decision.kind) {
        case network::ActKind::admit:
            return network::may_admit(
                genesis, state.rules, state.founder, signer, decision.subject);
        case network::ActKind::expel:
            return network::may_expel(genesis, state.founder, signer, decision.subject);
        case network::ActKind::restore:
            return network::may_restore(
                genesis, state.rules, state.founder, signer, decision.subject);
        default:
            return false;
    }
}

Result<Authority> verify_unused_authority(const Context& context,
                                          const ChannelState& state,
                                          const message::ActReceipt& receipt) {
    SERAI_CHECK(check_unused(context, state, {}, receipt.receipt.leaf.entry_id));
    SERAI_TRY(authority, verify_authority(context, state.group, receipt));
    if (!may_decide(context, state, authority)) {
        return refuse(context,
                      authority.signer.to_string() + " may not decide about " +
                          authority.decision.subject.to_string());
    }
    return authority;
}

Result<network::PersonId> verify_founding(const Context& context,
                                          const GroupId& group,
                                          const network::ChannelRules& rules,
                                          const message::ActReceipt& receipt) {
    const GroupId named = act::group_id_of(context.network.genesis().network_id,
                                           act::leaf_hash(receipt.receipt.leaf));
    if (named != group || receipt.act.kind() != network::ActKind::found_channel) {
        return refuse(context, "the founding act is not the one that this channel is named by");
    }
    SERAI_TRY(signer, verify_receipt(context, receipt));
    const auto statement = network::FoundChannelStatement::parse(receipt.act.fields);
    if (!statement || statement->rules != rules) {
        return refuse(context, "the channel has other rules than it was founded with");
    }
    if (!network::may_found(context.network.genesis(), rules, signer.id.person)) {
        return refuse(context, signer.id.to_string() + " may not found such a channel");
    }
    return signer.id.person;
}

// Whether the acts beside a record are those under the sender's signature.
bool are_named(const message::ChannelAad& aad, std::span<const message::ActReceipt> acts) {
    return std::ranges::equal(aad.acts, acts, [](const auto& reference, const auto& act_receipt) {
        return reference.index == act_receipt.receipt.index &&
               reference.leaf_hash == act::leaf_hash(act_receipt.receipt.leaf);
    });
}

Result<void> check_named_unused(const Context& context,
                                const ChannelState& state,
                                const message::ChannelAad& aad,
                                std::span<const message::ActReceipt> acts) {
    if (!are_named(aad, acts)) {
        return refuse(context, "a commit names other acts than those beside it");
    }
    for (std::size_t i = 0; i < acts.size(); ++i) {
        SERAI_CHECK(check_unused(context, state, acts.first(i), acts[i].receipt.leaf.entry_id));
    }
    return {};
}

Result<std::vector<message::ActReceipt>> waiting_acts(
    const Context& context,
    const ChannelState& state,
    const std::function<bool(const Decision&)>& wanted) {
    std::vector<message::ActReceipt> found;
    message::ListActs request;
    request.group = state.group;
    std::optional<std::uint64_t> before;
    while (true) {
        SERAI_TRY(page, context.session.call(request));
        if (page.acts.empty()) {
            return found;
        }
        const std::uint64_t last = page.acts.back().receipt.index.value();
        if (last == message::kNoPrevious || (before && last <= *before)) {
            return context.diagnostics.fail(ClientError::protocol_violation,
                                            "the server lists the same acts again");
        }
        request.after = last;
        before = last;
        for (message::ActReceipt& receipt : page.acts) {
            const auto decision = decision_in(receipt);
            if (!decision || !wanted(*decision)) {
                continue;
            }
            const auto authority = verify_unused_authority(context, state, receipt);
            if (!authority && authority.error() != ClientError::untrusted) {
                return authority.error();
            }
            if (authority) {
                found.push_back(std::move(receipt));
            }
        }
    }
}

}  // namespace serai::client::channel
