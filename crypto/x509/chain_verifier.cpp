#include "crypto/x509/chain_verifier.hpp"

#include "crypto/x509/detail/crl_check.hpp"
#include "crypto/x509/detail/parsed.hpp"
#include "protocol/base/limits.hpp"

#include <algorithm>

namespace serai::crypto::x509 {
namespace {

// Bits of security that every key of the path must have (OpenSSL level 2: 112).
constexpr int kSecurityLevel = 2;
constexpr int kMaxIntermediates = static_cast<int>(kMaxChainCertificates) - 1;

Result<std::vector<Certificate>> parse_chain(std::span<const Bytes> chain) {
    if (chain.empty()) {
        return X509Error::empty_chain;
    }
    std::size_t bytes = 0;
    for (const auto& der : chain) {
        bytes += der.size();
    }
    if (chain.size() > kMaxChainCertificates || bytes > limits::kMaxCertificateChain) {
        return X509Error::chain_too_long;
    }
    std::vector<Certificate> certificates;
    for (const auto& der : chain) {
        SERAI_TRY(certificate, Certificate::parse(der));
        certificates.push_back(certificate);
    }
    return certificates;
}

bool extended_usage_fits(X509* leaf, Usage usage) {
    const std::uint32_t extended = X509_get_extended_key_usage(leaf);
    if (extended == UINT32_MAX) {
        return true;  // not restricted
    }
    switch (usage) {
        case Usage::signature:
            return true;
        case Usage::tls_client:
            return (extended & XKU_SSL_CLIENT) != 0;
        case Usage::tls_server:
            return (extended & XKU_SSL_SERVER) != 0;
    }
    return false;
}

// SPIFFE X.509-SVID, sections 4.1 to 4.4: a leaf is no CA and has keyUsage with digitalSignature, without keyCertSign and
// cRLSign.
Result<void> check_usage(const Certificate& leaf, Usage usage) {
    X509* handle = leaf.parsed().handle.get();
    if (leaf.is_ca()) {
        return X509Error::leaf_is_ca;
    }
    const bool has_key_usage = (X509_get_extension_flags(handle) & EXFLAG_KUSAGE) != 0;
    const std::uint32_t key_usage = X509_get_key_usage(handle);
    if (!has_key_usage || (key_usage & KU_DIGITAL_SIGNATURE) == 0 ||
        (key_usage & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)) != 0 ||
        !extended_usage_fits(handle, usage)) {
        return X509Error::wrong_key_usage;
    }
    if (leaf.key_algorithm() == KeyAlgorithm::other) {
        return X509Error::unsupported_key;
    }
    return {};
}

X509Error error_of_path(int code) {
    switch (code) {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_CERT_UNTRUSTED:
            return X509Error::untrusted_issuer;
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
            return X509Error::bad_signature;
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return X509Error::expired;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return X509Error::not_yet_valid;
        case X509_V_ERR_PERMITTED_VIOLATION:
        case X509_V_ERR_EXCLUDED_VIOLATION:
        case X509_V_ERR_SUBTREE_MINMAX:
        case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
        case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
        case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
            return X509Error::name_constraint;
        case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
            return X509Error::critical_extension;
        case X509_V_ERR_OUT_OF_MEM:
        case X509_V_ERR_UNSPECIFIED:
            return X509Error::openssl_failure;
        default:
            return X509Error::invalid_path;
    }
}

struct StackDeleter {
    void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};

using StackHandle = std::unique_ptr<STACK_OF(X509), StackDeleter>;

// The path that OpenSSL built, the leaf first, the root last. Lives as long as the context.
using Path = std::vector<X509*>;

Result<Path> build_path(X509_STORE_CTX* context,
                        const std::vector<Certificate>& chain,
                        const StackHandle& untrusted,
                        const TrustBundle& bundle,
                        UnixSeconds at) {
    for (const auto& certificate : chain) {
        if (sk_X509_push(untrusted.get(), certificate.parsed().handle.get()) == 0) {
            return X509Error::openssl_failure;
        }
    }
    X509* leaf = chain.front().parsed().handle.get();
    if (X509_STORE_CTX_init(context, bundle.parsed().store.get(), leaf, untrusted.get()) != 1) {
        return X509Error::openssl_failure;
    }
    X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
    X509_VERIFY_PARAM_set_auth_level(param, kSecurityLevel);
    X509_VERIFY_PARAM_set_depth(param, kMaxIntermediates);
    X509_VERIFY_PARAM_set_time(param, static_cast<std::time_t>(at.value()));
    if (X509_verify_cert(context) != 1) {
        return error_of_path(X509_STORE_CTX_get_error(context));
    }
    STACK_OF(X509)* built = X509_STORE_CTX_get0_chain(context);
    Path path;
    for (int i = 0; i < sk_X509_num(built); ++i) {
        path.push_back(sk_X509_value(built, i));
    }
    return path;
}

bool is_issued_by(const X509* certificate, const Crl& crl) {
    return X509_NAME_cmp(X509_get_issuer_name(certificate),
                         X509_CRL_get_issuer(crl.parsed().handle.get())) == 0;
}

// Every certificate of the path whose issuer published a list is looked up on it; for the leaf there must be one.
Result<void> check_revocation(const Path& path,
                              const TrustBundle& bundle,
                              std::span<const Crl> crls,
                              UnixSeconds at) {
    if (crls.empty()) {
        return {};
    }
    // All roots beside the path's own CAs: while a CA renews its key, the list is signed with the new one and names
    // certificates of both (RFC 5280, section 5.1.2.3: the issuer is a name, not a key).
    Path issuers{path.begin() + 1, path.end()};
    for (const auto& root : bundle.roots()) {
        issuers.push_back(root.parsed().handle.get());
    }
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        bool covered = false;
        for (const auto& crl : crls) {
            if (!is_issued_by(path[i], crl)) {
                continue;
            }
            SERAI_CHECK(detail::check_crl(crl, issuers, at));
            SERAI_TRY(serial, detail::integer_bytes(X509_get0_serialNumber(path[i])));
            if (crl.revokes(serial)) {
                return X509Error::revoked;
            }
            covered = true;
        }
        if (i == 0 && !covered) {
            return X509Error::crl_missing;
        }
    }
    return {};
}

Identity identity_of(const Certificate& leaf, protocol::network::SpiffeId id) {
    return {.id = std::move(id),
            .key_algorithm = leaf.key_algorithm(),
            .public_key = leaf.public_key(),
            .spki = leaf.spki(),
            .certificate_hash = leaf.hash(),
            .serial = leaf.serial(),
            .not_before = leaf.not_before(),
            .not_after = leaf.not_after()};
}

Result<Identity> judge(const std::vector<Certificate>& chain,
                       const TrustBundle& bundle,
                       std::span<const Crl> crls,
                       UnixSeconds at,
                       Usage usage) {
    const Certificate& leaf = chain.front();
    SERAI_TRY(id, leaf.claimed_id());
    if (id.person.trust_domain != bundle.trust_domain()) {
        return X509Error::trust_domain_mismatch;
    }
    SERAI_CHECK(check_usage(leaf, usage));
    const detail::X509StoreCtxHandle context{X509_STORE_CTX_new()};
    const StackHandle untrusted{sk_X509_new_null()};
    if (context == nullptr || untrusted == nullptr) {
        return X509Error::openssl_failure;
    }
    SERAI_TRY(path, build_path(context.get(), chain, untrusted, bundle, at));
    SERAI_CHECK(check_revocation(path, bundle, crls, at));
    return identity_of(leaf, std::move(id));
}

}  // namespace

Result<Identity> verify_chain(std::span<const Bytes> chain,
                              const TrustBundle& bundle,
                              std::span<const Crl> crls,
                              UnixSeconds at,
                              Usage usage) {
    const detail::ErrorQueueGuard guard;
    SERAI_TRY(certificates, parse_chain(chain));
    return judge(certificates, bundle, crls, at, usage);
}

void TrustStore::set_bundle(TrustBundle bundle) {
    const std::string trust_domain = bundle.trust_domain();
    domains_.insert_or_assign(trust_domain, Domain{std::move(bundle), {}});
}

Result<void> TrustStore::add_crl(std::string_view trust_domain, Crl crl, UnixSeconds at) {
    const auto found = domains_.find(trust_domain);
    if (found == domains_.end()) {
        return X509Error::unknown_trust_domain;
    }
    auto& [bundle, crls] = found->second;
    SERAI_CHECK(verify_crl(crl, bundle, at));
    const auto older = std::find_if(
        crls.begin(), crls.end(), [&](const Crl& c) { return c.issuer() == crl.issuer(); });
    if (older == crls.end()) {
        crls.push_back(std::move(crl));
        return {};
    }
    if (crl.hash() == older->hash()) {
        return {};
    }
    if (!crl.is_newer_than(*older)) {
        return X509Error::crl_stale;
    }
    *older = std::move(crl);
    return {};
}

Result<Identity> TrustStore::verify(std::span<const Bytes> chain,
                                    UnixSeconds at,
                                    Usage usage) const {
    const detail::ErrorQueueGuard guard;
    SERAI_TRY(certificates, parse_chain(chain));
    SERAI_TRY(id, certificates.front().claimed_id());
    const auto found = domains_.find(id.person.trust_domain);
    if (found == domains_.end()) {
        return X509Error::unknown_trust_domain;
    }
    return judge(certificates, found->second.bundle, found->second.crls, at, usage);
}

const TrustBundle* TrustStore::bundle(std::string_view trust_domain) const {
    const auto found = domains_.find(trust_domain);
    return found == domains_.end() ? nullptr : &found->second.bundle;
}

std::span<const Crl> TrustStore::crls(std::string_view trust_domain) const {
    const auto found = domains_.find(trust_domain);
    return found == domains_.end() ? std::span<const Crl>{}
                                   : std::span<const Crl>{found->second.crls};
}

}  // namespace serai::crypto::x509
