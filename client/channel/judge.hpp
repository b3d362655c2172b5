// Judges what changes a channel's roster: certificates of leaves, and the signed acts that authorise adds and removes. The
// server judged the same before it ordered the commit; this is what makes that unnecessary to believe.
#pragma once

#include "client/channel/state.hpp"
#include "client/context.hpp"
#include "crypto/mls/group/group.hpp"
#include "crypto/x509/certificate.hpp"
#include "crypto/x509/chain_verifier.hpp"

#include <span>
#include <vector>

namespace serai::client::channel {

// The identity that a leaf of an accepted tree claims; empty text if it has none (which a judged tree never has).
[[nodiscard]] std::string device_of(const crypto::mls::LeafNode& leaf);

// The certificate in a leaf's credential, judged by nobody yet. invalid_credential if there is none that parses.
[[nodiscard]] Result<crypto::x509::Certificate> certificate_of(const crypto::mls::LeafNode& leaf);

// For MLS: a leaf's certificate is its own trust domain's, good at `at`, for the leaf's key; a leaf that replaces another is the
// same device; and nobody but the server proposes from outside. Borrows store and genesis.
class LeafJudge final : public crypto::mls::CredentialValidator {
  public:
    LeafJudge(const crypto::x509::TrustStore& trust,
              UnixSeconds at,
              const protocol::network::Genesis& genesis)
        : trust_(&trust), at_(at), genesis_(&genesis) {}

    // By what is known now.
    explicit LeafJudge(const Context& context);

    [[nodiscard]] Result<void> validate(const crypto::mls::LeafInQuestion& question) const override;

    // The SPIFFE id: a device stays itself when its certificate is renewed.
    [[nodiscard]] Bytes client_name(const crypto::mls::LeafNode& leaf) const override;

    [[nodiscard]] Result<void> validate_external_sender(
        const crypto::mls::ExternalSender& sender) const override;

    // The same for one leaf by itself, with the identity it proves.
    [[nodiscard]] Result<crypto::x509::Identity> identify(const crypto::mls::LeafNode& leaf) const;

  private:
    const crypto::x509::TrustStore* trust_;
    UnixSeconds at_;
    const protocol::network::Genesis* genesis_;
};

// When something stands in the log: the leaf of its record, and the record's time.
struct Moment {
    LogIndex leaf;
    UnixSeconds time;
};

// Why a member may be removed without anybody's act: its certificate has expired, or a list in the log revokes it. Empty if it may
// not. Lists from before `at` that we have not heard of yet are asked for.
Result<std::string> reason_to_remove(const Context& context,
                                     const crypto::mls::LeafNode& leaf,
                                     const Moment& at);

// Whether a list that we know of revokes its certificate.
[[nodiscard]] bool is_revoked(const Context& context, const crypto::mls::LeafNode& leaf);

// The same by all that we know at present, without asking.
[[nodiscard]] bool is_unfit(const Context& context, const crypto::mls::LeafNode& leaf);

// Whether a staged commit may happen: every add and remove is authorised by an act of the record, except that a member whose
// certificate does not hold any more may be removed by anybody; every act is used, used for the first time, and named under the
// committer's signature; nothing else of the group changes. An external commit may do one thing: bring back a member that lost its
// way, in the place of its own leaf, with a resumption PSK of the last epochs or by its restoration. untrusted with an explanation.
Result<void> judge_commit(const Context& context,
                          const ChannelState& state,
                          const crypto::mls::PublicGroup& before,
                          const crypto::mls::StagedPublicCommit& change,
                          const protocol::message::ChannelAad& aad,
                          std::span<const protocol::message::ActReceipt> acts,
                          const Moment& at);

// Whether the server may propose to remove this leaf: an act beside the record expels its person, and somebody signed it who may;
// or the leaf's certificate does not hold any more. Gives the reason, for people. untrusted with an explanation.
Result<std::string> judge_proposal(const Context& context,
                                   const ChannelState& state,
                                   const crypto::mls::LeafNode& leaf,
                                   const protocol::message::ChannelAad& aad,
                                   std::span<const protocol::message::ActReceipt> acts,
                                   const Moment& at);

// Whether a group has the extensions that every channel of this network has, with these rules. untrusted.
Result<void> judge_extensions(const Context& context,
                              const protocol::network::ChannelRules& rules,
                              const crypto::mls::Extensions& extensions);

// Whether a record's time, by which certificates are judged, is that of its leaf. Leaves are rounded to a minute and never go back;
// a server's clock may, by a little.
[[nodiscard]] bool is_time_of(const protocol::message::Leaf& leaf, UnixMillis time);

// The same, with the leaf fetched and found in the log. server_lied with evidence; network errors.
Result<void> check_record_time(const Context& context,
                               const protocol::message::RecordEntry& entry,
                               UnixMillis time);

// Whether everybody in a tree may be in a channel with these rules. untrusted names who may not.
Result<void> judge_members(const Context& context,
                           const protocol::network::ChannelRules& rules,
                           const crypto::mls::PublicGroup& group);

}  // namespace serai::client::channel
