// Checking what a device signed, before anything is prepared.
#pragma once

#include "crypto/act/signed_act.hpp"
#include "crypto/mls/group/validation.hpp"
#include "crypto/x509/chain_verifier.hpp"
#include "protocol/network/act.hpp"
#include "server/service/context.hpp"

#include <map>
#include <memory>
#include <mutex>

namespace serai::server::service {

// The act is of this network, of this kind, signed by the very device that asks, with a certificate that was good at the act's time
// and is good now, and counts now. act_expired, forbidden, invalid_certificate or verification_failed, as errors.hpp has them.
Result<void> verify_act(const Context& context,
                        const session::Caller& caller,
                        const protocol::network::Act& act);

// As above, and what it says.
template <class Statement>
Result<Statement> verify_statement(const Context& context,
                                   const session::Caller& caller,
                                   const protocol::network::Act& act) {
    if (act.kind() != Statement::kKind) {
        return WireError::malformed;
    }
    SERAI_TRY(statement, Statement::parse(act.fields));
    SERAI_CHECK(verify_act(context, caller, act));
    return statement;
}

// Judges the credentials of MLS leaves: a certificate of its own trust domain's party, good now, whose key is the leaf's; and a
// leaf that replaces another must be of the same device. Remembers whom it has judged. Thread-safe.
class CredentialJudge final : public crypto::mls::CredentialValidator {
  public:
    explicit CredentialJudge(const Context& context);

    [[nodiscard]] Result<void> validate(const crypto::mls::LeafInQuestion& question) const override;

    // The SPIFFE id: a device stays itself when its certificate is renewed.
    [[nodiscard]] Bytes client_name(const crypto::mls::LeafNode& leaf) const override;

    // Nobody but this server proposes from outside.
    [[nodiscard]] Result<void> validate_external_sender(
        const crypto::mls::ExternalSender& sender) const override;

    // The identity in a credential; a leaf that was validated is not verified again.
    [[nodiscard]] Result<crypto::x509::Identity> identify(
        const crypto::mls::Credential& credential) const;

    [[nodiscard]] crypto::mls::ValidationPolicy policy() const { return {*this, now_}; }

  private:
    const storage::repo::Network& network_;
    const protocol::network::Genesis& genesis_;
    const std::shared_ptr<const crypto::x509::TrustStore> trust_;
    const UnixSeconds now_;
    mutable std::mutex mutex_;
    mutable std::map<std::vector<Bytes>, crypto::x509::Identity> known_;
};

// Who a leaf says it is, unverified: for leaves that were judged when they came into a group.
[[nodiscard]] Result<protocol::network::SpiffeId> claimed_device(const crypto::mls::LeafNode& leaf);

}  // namespace serai::server::service
