// Why a certificate, a chain, a CRL or a key file was refused. Each reason is recorded by the server, so each has a value of its
// own; what the peer hears is WireError::invalid_certificate for all of them.
#pragma once

#include <boost/system/error_code.hpp>

#include <string_view>

namespace serai::crypto::x509 {

enum class X509Error {
    malformed = 1,              // not exactly one DER certificate, request, CRL or key
    empty_chain = 2,            // no certificate at all
    chain_too_long = 3,         // more certificates or bytes than allowed
    no_uri = 4,                 // no URI in the subject alternative names
    two_uris = 5,               // more than one (SPIFFE X.509-SVID, section 2)
    bad_spiffe_id = 6,          // the URI is no spiffe://domain/role/person/device
    unknown_trust_domain = 7,   // no party of this network has it
    trust_domain_mismatch = 8,  // names an identity outside the bundle's trust domain
    leaf_is_ca = 9,             // SPIFFE X.509-SVID, section 4.1
    wrong_key_usage =
        10,  // no digitalSignature, or keyCertSign or cRLSign beside it, or the wrong extended usage
    unsupported_key = 11,   // a key algorithm that this network does not use
    untrusted_issuer = 12,  // no path to a root of the party's own bundle
    bad_signature = 13,     // a certificate of the path is not signed by its issuer
    expired = 14,
    not_yet_valid = 15,
    name_constraint = 16,  // outside what a CA of the path may certify (RFC 5280, section 4.2.1.10)
    critical_extension = 17,  // a critical extension that is not understood
    invalid_path = 18,        // any other breach of RFC 5280, section 6
    revoked = 19,
    crl_missing = 20,     // CRLs were given, none of them by the issuer of the leaf
    crl_bad_issuer = 21,  // not issued by a CA of this bundle, or by one without cRLSign
    crl_bad_signature = 22,
    crl_stale = 23,  // past its next update
    crl_not_yet_valid = 24,
    crl_too_long_lived = 25,  // next update more than 24 hours after this update, or none
    bad_bundle = 26,          // a root of a bundle that is no CA, or of another trust domain
    openssl_failure = 27,     // the library failed where it never should; memory, as a rule
};

// The snake_case name, as in logs and audit entries.
[[nodiscard]] std::string_view name(X509Error error);

const boost::system::error_category& x509_category();
boost::system::error_code make_error_code(X509Error error);

}  // namespace serai::crypto::x509

template <>
struct boost::system::is_error_code_enum<serai::crypto::x509::X509Error> : std::true_type {};
