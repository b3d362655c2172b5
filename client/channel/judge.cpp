#include "client/channel/judge.hpp"

#include "client/channel/authority.hpp"
#include "crypto/act/channel_group.hpp"
#include "crypto/x509/certificate.hpp"
#include "protocol/base/limits.hpp"

#include <algorithm>
#include <set>

namespace serai::client::channel {
namespace {

namespace act = crypto::act;
namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
namespace x509 = crypto::x509;

Result<network::SpiffeId> claimed_id(const mls::LeafNode& leaf) {
    SERAI_TRY(certificate, certificate_of(leaf));
    return certificate.claimed_id();
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

bool lists_revoke(const x509::TrustStore& trust, const x509::Certificate& certificate) {
    const auto id = certificate.claimed_id();
    return id && std::ranges::any_of(trust.crls(id->person.trust_domain), [&](const auto& crl) {
               return crl.revokes(certificate.serial());
           });
}

// Why a member may be removed: a list revokes its certificate, or it has expired. Empty if it may not.
std::string unfitness(const x509::TrustStore& trust, const mls::LeafNode& leaf, UnixSeconds at) {
    const auto certificate = certificate_of(leaf);
    if (!certificate || !certificate->claimed_id()) {
        return {};
    }
    if (lists_revoke(trust, *certificate)) {
        return "its certificate is revoked";
    }
    return certificate->not_after() <= at ? "its certificate has expired" : "";
}

// Whether a resumption PSK shows that a member was there (whether it really has that secret, the confirmation tag has said): one of the
// last epochs, that nobody has who has left since.
bool shows_membership(const ChannelState& state,
                      const mls::PublicGroup& before,
                      const mls::StagedPublicCommit& change) {
    const auto* psk = change.psks.size() == 1
                          ? std::get_if<mls::ResumptionPskId>(&change.psks.front().key)
                          : nullptr;
    return psk != nullptr && psk->usage == mls::ResumptionPskUsage::application &&
           psk->group_id == before.group_id() && psk->epoch <= before.epoch() &&
           psk->epoch + limits::kResumptionEpochs >= before.epoch() &&
           psk->epoch >= state.removed_at.value();
}

// A member that lost its way and comes back: it replaces its own leaf, by a resumption PSK or else by its restoration, and changes
// nothing else.
Result<void> judge_return(const Context& context,
                          const ChannelState& state,
                          const mls::PublicGroup& before,
                          const mls::StagedPublicCommit& change,
                          const message::ChannelAad& aad,
                          std::span<const message::ActReceipt> acts) {
    if (change.removes.size() != 1 || !change.adds.empty() || !change.committer_update ||
        change.reinit || change.extensions_changed) {
        return refuse(context, "a commit from outside does more than come back");
    }
    SERAI_TRY(old_id, claimed_id(*change.removes.front().leaf));
    SERAI_TRY(new_id, claimed_id(*change.committer_update->after));
    if (old_id != new_id) {
        return refuse(context, new_id.to_string() + " takes the place of " + old_id.to_string());
    }
    SERAI_CHECK(check_named_unused(context, state, aad, acts));
    if (acts.empty() && shows_membership(state, before, change)) {
        return {};
    }
    if (acts.size() != 1 || !change.psks.empty()) {
        return refuse(context,
                      new_id.to_string() + " comes back without showing that it was there");
    }
    SERAI_TRY(authority, verify_unused_authority(context, state, acts.front()));
    const Decision restoration{network::ActKind::restore, new_id.person, new_id.device};
    return authority.decision == restoration
               ? Result<void>{}
               : refuse(context, new_id.to_string() + " comes back by an act that is not its own");
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

Result<x509::Certificate> certificate_of(const mls::LeafNode& leaf) {
    const mls::X509Credential* credential = leaf.credential.x509();
    return credential == nullptr || credential->certificates.empty()
               ? Result<x509::Certificate>{mls::MlsError::invalid_credential}
               : x509::Certificate::parse(credential->certificates.front());
}

bool is_revoked(const Context& context, const mls::LeafNode& leaf) {
    const auto certificate = certificate_of(leaf);
    return certificate && lists_revoke(context.network.trust_now(), *certificate);
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

Result<void> judge_commit(const Context& context,
                          const ChannelState& state,
                          const mls::PublicGroup& before,
                          const mls::StagedPublicCommit& change,
                          const message::ChannelAad& aad,
                          std::span<const message::ActReceipt> acts,
                          const Moment& at) {
    if (change.external) {
        return judge_return(context, state, before, change, aad, acts);
    }
    if (change.extensions_changed || change.reinit || !change.psks.empty()) {
        return refuse(context, "a commit changes more than the roster");
    }
    SERAI_CHECK(check_named_unused(context, state, aad, acts));
    SERAI_TRY(changes, changes_of(context, before, change));
    std::vector<Authority> authorities;
    for (const message::ActReceipt& receipt : acts) {
        SERAI_TRY(authority, verify_unused_authority(context, state, receipt));
        authorities.push_back(std::move(authority));
    }
    const auto fits = [](const Authority& authority, const Change& one) {
        const auto kind = one.adds ? network::ActKind::admit : network::ActKind::expel;
        return authority.decision == Decision{kind, one.person, {}};
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
        if (authority.decision != Decision{network::ActKind::expel, id.person, {}}) {
            return refuse(context, "a proposal with an act that does not expel whom it names");
        }
        reason = authority.signer == authority.decision.subject
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
