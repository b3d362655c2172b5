#include "client/channel/judge.hpp"

#include "crypto/act/channel_chain.hpp"
#include "crypto/act/channel_group.hpp"
#include "crypto/act/opening.hpp"
#include "crypto/x509/certificate.hpp"
#include "protocol/base/limits.hpp"
#include "protocol/network/authority.hpp"

#include <algorithm>
#include <set>

namespace serai::client::channel {
namespace {

namespace act = crypto::act;
namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
namespace x509 = crypto::x509;

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
    std::shared_ptr<const mls::LeafNode> removed;  // null if it adds
};

Result<std::vector<Change>> changes_of(const Context& context,
                                       const mls::PublicGroup& before,
                                       const mls::StagedPublicCommit& commit) {
    std::vector<Change> changes;
    std::set<network::SpiffeId> added_devices;
    for (const mls::AddedMember& added : commit.adds) {
        SERAI_TRY(id, claimed_id(added.key_package.leaf_node));
        bool there = !added_devices.insert(id).second;
        before.tree().for_each_member([&](mls::LeafIndex, const mls::LeafNode& leaf) {
            there = there || device_of(leaf) == id.to_string();
        });
        if (there) {
            return refuse(context, "a commit adds " + id.to_string() + ", who is there already");
        }
        changes.push_back({true, id.person, nullptr});
    }
    for (const mls::RemovedMember& removed : commit.removes) {
        SERAI_TRY(id, claimed_id(*removed.leaf));
        changes.push_back({false, id.person, removed.leaf});
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

// Whether the acts beside a record are those under the sender's signature.
bool are_named(const message::ChannelAad& aad, std::span<const message::ActReceipt> acts) {
    return std::ranges::equal(aad.acts, acts, [](const auto& reference, const auto& act_receipt) {
        return reference.index == act_receipt.receipt.index &&
               reference.leaf_hash == act::leaf_hash(act_receipt.receipt.leaf);
    });
}

// The acts beside the record are those under the committer's signature, each new.
Result<void> check_references(const Context& context,
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

// Whether a list revokes the leaf's certificate, or it has expired.
std::string unfitness(const x509::TrustStore& trust, const mls::LeafNode& leaf, UnixSeconds at) {
    const mls::X509Credential* credential = leaf.credential.x509();
    const auto certificate = credential == nullptr || credential->certificates.empty()
                                 ? Result<x509::Certificate>{mls::MlsError::invalid_credential}
                                 : x509::Certificate::parse(credential->certificates.front());
    const auto id =
        certificate ? certificate->claimed_id() : Result<network::SpiffeId>{certificate.error()};
    if (!id) {
        return {};
    }
    const auto crls = trust.crls(id->person.trust_domain);
    const bool revoked = std::ranges::any_of(
        crls, [&](const x509::Crl& crl) { return crl.revokes(certificate->serial()); });
    if (revoked) {
        return "its certificate is revoked";
    }
    return certificate->not_after() <= at ? "its certificate has expired" : "";
}

// A member that lost its way and comes back: it replaces its own leaf, shows by a resumption PSK that it was there (whether it really
// has that secret, the confirmation tag has said), and changes nothing else.
Result<void> judge_return(const Context& context,
                          const mls::PublicGroup& before,
                          const mls::StagedPublicCommit& change,
                          const message::ChannelAad& aad,
                          std::span<const message::ActReceipt> acts) {
    if (change.removes.size() != 1 || !change.adds.empty() || !acts.empty() || !aad.acts.empty() ||
        !change.committer_update || change.reinit || change.extensions_changed) {
        return refuse(context, "a commit from outside does more than come back");
    }
    SERAI_TRY(old_id, claimed_id(*change.removes.front().leaf));
    SERAI_TRY(new_id, claimed_id(*change.committer_update->after));
    if (old_id != new_id) {
        return refuse(context, new_id.to_string() + " takes the place of " + old_id.to_string());
    }
    const auto* psk = change.psks.size() == 1
                          ? std::get_if<mls::ResumptionPskId>(&change.psks.front().key)
                          : nullptr;
    if (psk == nullptr || psk->usage != mls::ResumptionPskUsage::application ||
        psk->group_id != before.group_id() || psk->epoch > before.epoch() ||
        psk->epoch + limits::kResumptionEpochs < before.epoch()) {
        return refuse(context,
                      new_id.to_string() + " comes back without showing that it was there");
    }
    return {};
}

}  // namespace

Result<std::string> reason_to_remove(const Context& context,
                                     const mls::LeafNode& leaf,
                                     const Moment& at) {
    auto reason = unfitness(context.network.trust_at(at.leaf), leaf, at.time);
    if (reason.empty()) {
        SERAI_CHECK(context.network.refresh(context.session, context.log, context.evidence));
        reason = unfitness(context.network.trust_at(at.leaf), leaf, at.time);
    }
    return reason;
}

bool is_unfit(const Context& context, const mls::LeafNode& leaf) {
    return !unfitness(context.network.trust_now(), leaf, context.now_seconds()).empty();
}

std::string device_of(const mls::LeafNode& leaf) {
    const auto id = claimed_id(leaf);
    return id ? id->to_string() : std::string{};
}

LeafJudge::LeafJudge(const Context& context)
    : LeafJudge(context.network.trust_now(), context.now_seconds(), context.network.genesis()) {}

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

Bytes LeafJudge::client_name(const mls::LeafNode& leaf) const {
    return to_bytes(as_bytes(device_of(leaf)));
}

Result<void> LeafJudge::validate_external_sender(const mls::ExternalSender& sender) const {
    return act::check_external_sender(*genesis_, sender);
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

std::optional<Decision> decision_in(const message::ActReceipt& receipt) {
    if (receipt.act.kind() == network::ActKind::admit) {
        const auto admit = network::AdmitStatement::parse(receipt.act.fields);
        return admit ? std::optional{Decision{true, admit->subject}} : std::nullopt;
    }
    if (receipt.act.kind() == network::ActKind::expel) {
        const auto expel = network::ExpelStatement::parse(receipt.act.fields);
        return expel ? std::optional{Decision{false, expel->subject}} : std::nullopt;
    }
    return std::nullopt;
}

Result<Authority> verify_unused_authority(const Context& context,
                                          const ChannelState& state,
                                          const message::ActReceipt& receipt) {
    SERAI_CHECK(check_unused(context, state, {}, receipt.receipt.leaf.entry_id));
    SERAI_TRY(authority, verify_authority(context, state.group, receipt));
    if (!may(context, state, authority)) {
        return refuse(context,
                      authority.signer.to_string() + " may not decide about " +
                          authority.subject.to_string());
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

Result<void> judge_commit(const Context& context,
                          const ChannelState& state,
                          const mls::PublicGroup& before,
                          const mls::StagedPublicCommit& change,
                          const message::ChannelAad& aad,
                          std::span<const message::ActReceipt> acts,
                          const Moment& at) {
    if (change.external) {
        return judge_return(context, before, change, aad, acts);
    }
    if (change.extensions_changed || change.reinit || !change.psks.empty()) {
        return refuse(context, "a commit changes more than the roster");
    }
    SERAI_CHECK(check_references(context, state, aad, acts));
    SERAI_TRY(changes, changes_of(context, before, change));
    std::vector<Authority> authorities;
    for (const message::ActReceipt& receipt : acts) {
        SERAI_TRY(authority, verify_unused_authority(context, state, receipt));
        authorities.push_back(std::move(authority));
    }
    const auto fits = [](const Authority& authority, const Change& one) {
        return authority.admits == one.adds && authority.subject == one.person;
    };
    for (const Change& one : changes) {
        if (std::ranges::any_of(authorities, [&](const auto& a) { return fits(a, one); })) {
            continue;
        }
        SERAI_TRY(reason,
                  one.adds ? Result<std::string>{std::string{}}
                           : reason_to_remove(context, *one.removed, at));
        if (reason.empty()) {
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

Result<std::string> judge_proposal(const Context& context,
                                   const ChannelState& state,
                                   const mls::LeafNode& leaf,
                                   const message::ChannelAad& aad,
                                   std::span<const message::ActReceipt> acts,
                                   const Moment& at) {
    if (!are_named(aad, acts)) {
        return refuse(context, "a proposal that names other acts than those beside it");
    }
    SERAI_TRY(id, claimed_id(leaf));
    std::string reason;
    for (const message::ActReceipt& receipt : acts) {
        SERAI_TRY(authority, verify_unused_authority(context, state, receipt));
        if (authority.admits || authority.subject != id.person) {
            return refuse(context, "a proposal with an act that does not expel whom it names");
        }
        reason = authority.signer == authority.subject
                     ? "the person leaves"
                     : "expelled by " + authority.signer.to_string();
    }
    if (reason.empty()) {
        SERAI_TRY(unfit, reason_to_remove(context, leaf, at));
        reason = std::move(unfit);
    }
    if (reason.empty()) {
        return refuse(context, "a proposal to remove " + id.to_string() + " without a reason");
    }
    return reason;
}

}  // namespace serai::client::channel
