#include "crypto/x509/trust_bundle.hpp"

#include "crypto/x509/detail/parsed.hpp"

namespace serai::crypto::x509 {
namespace {

bool is_root_of(const Certificate& root, const std::string& trust_domain) {
    X509* handle = root.parsed().handle.get();
    if (!root.is_ca() || (X509_get_key_usage(handle) & KU_KEY_CERT_SIGN) == 0 ||
        X509_self_signed(handle, 1) != 1) {
        return false;
    }
    return root.uris().empty() ||
           (root.uris().size() == 1 && root.uris().front() == "spiffe://" + trust_domain);
}

}  // namespace

Result<TrustBundle> TrustBundle::make(std::string trust_domain, std::span<const Bytes> roots_der) {
    const detail::ErrorQueueGuard guard;
    if (roots_der.empty() || !protocol::network::is_trust_domain(trust_domain)) {
        return X509Error::bad_bundle;
    }
    auto parsed = std::make_shared<Parsed>();
    parsed->store.reset(X509_STORE_new());
    if (parsed->store == nullptr) {
        return X509Error::openssl_failure;
    }
    for (const auto& der : roots_der) {
        SERAI_TRY(root, Certificate::parse(der));
        if (!is_root_of(root, trust_domain)) {
            return X509Error::bad_bundle;
        }
        if (X509_STORE_add_cert(parsed->store.get(), root.parsed().handle.get()) != 1) {
            return X509Error::openssl_failure;
        }
        parsed->roots.push_back(root);
    }
    parsed->trust_domain = std::move(trust_domain);
    return TrustBundle{std::move(parsed)};
}

const std::string& TrustBundle::trust_domain() const {
    return parsed_->trust_domain;
}

const std::vector<Certificate>& TrustBundle::roots() const {
    return parsed_->roots;
}

}  // namespace serai::crypto::x509
