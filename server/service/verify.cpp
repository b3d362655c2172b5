#include "server/service/verify.hpp"

#include "crypto/act/channel_group.hpp"
#include "crypto/x509/certificate.hpp"

namespace serai::server::service {

namespace mls = crypto::mls;
namespace x509 = crypto::x509;

Result<void> verify_act(const Context& context,
                        const session::Caller& caller,
                        const protocol::network::Act& act) {
    SERAI_CHECK(crypto::act::check_act_time(act.seal.header, context.clock.now_seconds()));
    SERAI_TRY(verified, crypto::act::verify_act(context.act_context, act, *context.trust.store()));
    if (verified.signer.certificate_hash != caller.identity.certificate_hash) {
        return WireError::forbidden;
    }
    if (caller.is_expired(context.clock.now_seconds())) {
        return x509::X509Error::expired;
    }
    return {};
}

CredentialJudge::CredentialJudge(const Context& context)
    : network_(context.repositories.network()),
      genesis_(context.genesis()),
      trust_(context.trust.store()),
      now_(context.clock.now_seconds()) {}

Result<x509::Identity> CredentialJudge::identify(const mls::Credential& credential) const {
    const auto* certificates = credential.x509();
    if (certificates == nullptr) {
        return mls::MlsError::invalid_credential;
    }
    {
        const std::lock_guard lock{mutex_};
        if (const auto it = known_.find(certificates->certificates); it != known_.end()) {
            return it->second;
        }
    }
    SERAI_TRY(identity, trust_->verify(certificates->certificates, now_, x509::Usage::signature));
    if (network_.is_revoked(identity.id.person.trust_domain, identity.serial)) {
        return x509::X509Error::revoked;
    }
    const std::lock_guard lock{mutex_};
    known_.emplace(certificates->certificates, identity);
    return identity;
}

Result<void> CredentialJudge::validate(const mls::LeafInQuestion& question) const {
    SERAI_TRY(identity, identify(question.leaf.credential));
    // RFC 9420, section 5.3: the certificate's key MUST be the leaf's signature key.
    if (identity.public_key != question.leaf.signature_key) {
        return mls::MlsError::invalid_credential;
    }
    if (question.predecessor != nullptr) {
        SERAI_TRY(before, claimed_device(*question.predecessor));
        if (before != identity.id) {
            return mls::MlsError::invalid_credential;
        }
    }
    return {};
}

Bytes CredentialJudge::client_name(const mls::LeafNode& leaf) const {
    const auto device = claimed_device(leaf);
    return device ? to_bytes(as_bytes(device->to_string())) : Bytes{};
}

Result<void> CredentialJudge::validate_external_sender(const mls::ExternalSender& sender) const {
    return crypto::act::check_external_sender(genesis_, sender);
}

Result<protocol::network::SpiffeId> claimed_device(const mls::LeafNode& leaf) {
    const auto* certificates = leaf.credential.x509();
    if (certificates == nullptr || certificates->certificates.empty()) {
        return mls::MlsError::invalid_credential;
    }
    SERAI_TRY(certificate, x509::Certificate::parse(certificates->certificates.front()));
    return certificate.claimed_id();
}

}  // namespace serai::server::service
