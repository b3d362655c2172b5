#include "client/channel/judge.hpp"

#include "crypto/act/channel_chain.hpp"
#include "crypto/act/opening.hpp"
#include "crypto/x509/certificate.hpp"
#include "protocol/network/authority.hpp"

#include <algorithm>

namespace serai::client::channel {
namespace {

namespace act = crypto::act;
namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
namespace x509 = crypto::x509;

constexpr std::uint64_t kMaxClockStep = 300;  // seconds

ErrorCode refuse(const Context& context, std::string why) {
    return context.diagnostics.fail(ClientError::untrusted, std::move(why));
}

Result<network::SpiffeId> claimed_id(const mls::LeafNode& leaf) {
    const mls::X509Credential* credential = leaf.credential.x509();
    if (credential == nullptr || credential->certificates.empty()) {
        return mls::MlsError::invalid_credential;
    }
    SERAI_TRY(certificate, x509::Certificate::parse(credential->certificates.front()));
    return certificate.claimed_id();
}

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

// Which people a commit adds or removes.
struct Change {
    bool adds = false;
    network::PersonId person;
};

Result<std::vector<Change>> changes_of(const Context& context,
                                       const mls::PublicGroup& before,
                                       const mls::StagedPublicCommit& commit) {
    std::vector<Change> changes;
    for (const mls::AddedMember& added : commit.adds) {
        SERAI_TRY(id, claimed_id(added.key_package.leaf_node));
        bool there = false;
        before.tree().for_each_member([&](mls::LeafIndex, const mls::LeafNode& leaf) {
            there = there || device_of(leaf) == id.to_string();
        });
        if (there) {
            return refuse(context, "a commit adds " + id.to_string() + ", who is there already");
        }
        changes.push_back({true, id.person});
    }
    for (const mls::RemovedMember& removed : commit.removes) {
        SERAI_TRY(id, claimed_id(*removed.leaf));
        changes.push_back({false, id.person});
    }
    return changes;
}

bool may(const Context& context, const ChannelState& state, const Authority& authority) {
    const network::Genesis& genesis = context.network.genesis();
    return authority.admits
               ? network::may_admit(
                     genesis, state.rules, state.founder, authority.signer, authority.subject)
               : network::may_expel(genesis, state.founder, authority.signer, authority.subject);
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

// The acts beside the record are those under the committer's signature, each new.
Result<void> check_references(const Context& context,
                              const ChannelState& state,
                              const message::ChannelAad& aad,
                              std::span<const message::ActReceipt> acts) {
    if (aad.acts.size() != acts.size()) {
        return refuse(context, "a commit names other acts than those beside it");
    }
    for (std::size_t i = 0; i < acts.size(); ++i) {
        const message::Receipt& receipt = acts[i].receipt;
        if (aad.acts[i].index != receipt.index ||
            aad.acts[i].leaf_hash != act::leaf_hash(receipt.leaf)) {
            return refuse(context, "a commit names other acts than those beside it");
        }
        SERAI_CHECK(check_unused(context, state, acts.first(i), receipt.leaf.entry_id));
    }
    return {};
}

}  // namespace

std::string device_of(const mls::LeafNode& leaf) {
    const auto id = claimed_id(leaf);
    return id ? id->to_string() : std::string{};
}

Result<x509::Identity> LeafJudge::identify(const mls::LeafNode& leaf) const {
    const mls::X509Credential* credential = leaf.credential.x509();
    if (credential == nullptr) {
        return mls::MlsError::invalid_credential;
    }
    SERAI_TRY(identity, trust_->verify(credential->certificates, at_, x509::Usage::signature));
    // RFC 9420, section 5.3. No two algorithms that the verifier accepts have keys of one form, so the same bytes are the same key; MLS
    // checks that they are a key of the group's suite.
    if (identity.public_key != leaf.signature_key) {
        return mls::MlsError::invalid_credential;
    }
    return identity;
}

Result<void> LeafJudge::validate(const mls::LeafInQuestion& question) const {
    SERAI_TRY(identity, identify(question.leaf));
    if (question.predecessor != nullptr) {
        SERAI_TRY(before, claimed_id(*question.predecessor));
        if (before != identity.id) {
            return mls::MlsError::invalid_credential;
        }
    }
    return {};
}

Result<Authority> verify_authority(const Context& context,
                                   const GroupId& group,
                                   const message::ActReceipt& receipt) {
    SERAI_TRY(signer, verify_receipt(context, receipt));
    const auto about = [&](const auto& statement, bool admits) -> Result<Authority> {
        if (!statement || statement->group != group) {
            return refuse(context, "an act that is not about this channel");
        }
        return Authority{admits, signer.id.person, statement->subject};
    };
    switch (receipt.act.kind()) {
        case network::ActKind::admit:
            return about(network::AdmitStatement::parse(receipt.act.fields), true);
        case network::ActKind::expel:
            return about(network::ExpelStatement::parse(receipt.act.fields), false);
        default:
            return refuse(context, "an act that neither admits nor expels");
    }
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

Result<void> judge_commit(const Context& context,
                          const ChannelState& state,
                          const mls::PublicGroup& before,
                          const mls::StagedPublicCommit& change,
                          const message::ChannelAad& aad,
                          std::span<const message::ActReceipt> acts) {
    if (change.external || change.extensions_changed || change.reinit || !change.psks.empty()) {
        return refuse(context, "a commit changes more than the roster");
    }
    SERAI_CHECK(check_references(context, state, aad, acts));
    SERAI_TRY(changes, changes_of(context, before, change));
    std::vector<Authority> authorities;
    for (const message::ActReceipt& receipt : acts) {
        SERAI_TRY(authority, verify_authority(context, state.group, receipt));
        if (!may(context, state, authority)) {
            return refuse(context,
                          authority.signer.to_string() + " may not decide about " +
                              authority.subject.to_string());
        }
        authorities.push_back(std::move(authority));
    }
    const auto fits = [](const Authority& authority, const Change& one) {
        return authority.admits == one.adds && authority.subject == one.person;
    };
    for (const Change& one : changes) {
        if (std::ranges::none_of(authorities, [&](const auto& a) { return fits(a, one); })) {
            return refuse(context,
                          std::string{"a commit without authority "} +
                              (one.adds ? "adds " : "removes ") + one.person.to_string());
        }
    }
    for (const Authority& authority : authorities) {
        if (std::ranges::none_of(changes, [&](const auto& one) { return fits(authority, one); })) {
            return refuse(context, "a commit names an act that it does not use");
        }
    }
    return {};
}

bool is_time_of(const message::Leaf& leaf, UnixMillis time) {
    constexpr std::uint64_t kMillis = 1000;
    const std::uint64_t said = act::leaf_time(UnixSeconds{time.value() / kMillis}).value();
    const std::uint64_t logged = leaf.time.value();
    return std::max(said, logged) - std::min(said, logged) <= kMaxClockStep;
}

Result<void> check_record_time(const Context& context,
                               const message::RecordEntry& entry,
                               UnixMillis time) {
    SERAI_TRY(page, context.session.call(message::GetLeaves{entry.leaf, 1}));
    if (page.leaves.size() != 1) {
        return context.diagnostics.fail(ClientError::protocol_violation,
                                        "the server does not give the leaf of a record");
    }
    const message::Leaf& leaf = page.leaves.front();
    SERAI_CHECK(context.log.check_included(context.session, entry.leaf, leaf));
    if (is_time_of(leaf, time)) {
        return {};
    }
    const std::string accusation = "the time of a record is not that of its leaf";
    session::EvidenceFile file{accusation};
    file.text("checkpoint", context.log.note())
        .text("record number", std::to_string(entry.head.n.value()))
        .bytes("chain hash given", entry.head.h)
        .text("leaf given", std::to_string(entry.leaf.value()))
        .bytes("leaf", protocol::codec::encode(leaf))
        .bytes("record", entry.record);
    return context.evidence.accuse(accusation, file);
}

Result<void> judge_members(const Context& context,
                           const network::ChannelRules& rules,
                           const mls::PublicGroup& group) {
    std::string stranger;
    group.tree().for_each_member([&](mls::LeafIndex, const mls::LeafNode& leaf) {
        const auto id = claimed_id(leaf);
        if (!id || !network::may_be_member(context.network.genesis(), rules, id->person)) {
            stranger = id ? id->to_string() : "a member without identity";
        }
    });
    if (!stranger.empty()) {
        return refuse(context, stranger + " is in the channel against its rules");
    }
    return {};
}

}  // namespace serai::client::channel
