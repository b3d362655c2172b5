#include "crypto/x509/error.hpp"

#include <array>
#include <string>

namespace serai::crypto::x509 {
namespace {

struct Words {
    std::string_view name;
    std::string_view sentence;
};

// In the order of the enum, from 1.
constexpr std::array<Words, 27> kWords{{
    {"malformed", "not exactly one well-formed DER structure"},
    {"empty_chain", "there is no certificate"},
    {"chain_too_long", "the certificate chain is over the limit"},
    {"no_uri", "the certificate names no URI"},
    {"two_uris", "the certificate names more than one URI"},
    {"bad_spiffe_id",
     "the certificate's URI is no identity of the form spiffe://domain/role/person/device"},
    {"unknown_trust_domain", "the certificate's trust domain is of no party of this network"},
    {"trust_domain_mismatch",
     "the certificate names an identity outside its issuer's trust domain"},
    {"leaf_is_ca", "the certificate is that of a certificate authority"},
    {"wrong_key_usage", "the certificate's key usage does not fit"},
    {"unsupported_key", "the certificate's key algorithm is not used in this network"},
    {"untrusted_issuer", "the certificate was not issued by its trust domain's own authority"},
    {"bad_signature", "a certificate of the chain is not signed by its issuer"},
    {"expired", "the certificate has expired"},
    {"not_yet_valid", "the certificate is not valid yet"},
    {"name_constraint", "the certificate is outside what its issuer may certify"},
    {"critical_extension", "the certificate has a critical extension that is not understood"},
    {"invalid_path", "the certificate chain breaks the rules of RFC 5280"},
    {"revoked", "the certificate has been revoked"},
    {"crl_missing", "there is no revocation list of the certificate's issuer"},
    {"crl_bad_issuer", "the revocation list is not of this trust domain's authority"},
    {"crl_bad_signature", "the revocation list's signature is wrong"},
    {"crl_stale", "the revocation list is past its next update"},
    {"crl_not_yet_valid", "the revocation list is not valid yet"},
    {"crl_too_long_lived", "the revocation list promises no update within 24 hours"},
    {"bad_bundle", "a root of the trust bundle is no authority of its trust domain"},
    {"openssl_failure", "the certificate library failed"},
}};

bool is_known(int value) {
    return value >= 1 && static_cast<std::size_t>(value) <= kWords.size();
}

class X509Category final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "x509"; }

    std::string message(int value) const override {
        return is_known(value) ? std::string{kWords[static_cast<std::size_t>(value) - 1].sentence}
                               : "unknown certificate error";
    }
};

}  // namespace

std::string_view name(X509Error error) {
    const int value = static_cast<int>(error);
    return is_known(value) ? kWords[static_cast<std::size_t>(value) - 1].name : "unknown";
}

const boost::system::error_category& x509_category() {
    static const X509Category category;
    return category;
}

boost::system::error_code make_error_code(X509Error error) {
    return {static_cast<int>(error), x509_category()};
}

}  // namespace serai::crypto::x509
