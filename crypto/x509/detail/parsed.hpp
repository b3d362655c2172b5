// What stands behind Certificate, Crl and TrustBundle. Internal: only .cpp files of crypto/x509 include this.
#pragma once

#include "crypto/x509/certificate.hpp"
#include "crypto/x509/crl.hpp"
#include "crypto/x509/detail/openssl.hpp"
#include "crypto/x509/trust_bundle.hpp"

#include <vector>

namespace serai::crypto::x509 {

struct Certificate::Parsed {
    detail::X509Handle handle;  // its extension cache is filled: read-only from now on
    Bytes der;
    Digest hash{};
    Bytes spki;
    Digest spki_hash{};
    KeyAlgorithm key_algorithm = KeyAlgorithm::other;
    Bytes public_key;
    Bytes serial;
    Bytes issuer;
    Bytes subject;
    UnixSeconds not_before;
    UnixSeconds not_after;
    std::vector<std::string> uris;
};

struct Crl::Parsed {
    detail::X509CrlHandle handle;
    Bytes der;
    Digest hash{};
    Bytes issuer;
    Bytes number;
    UnixSeconds this_update;
    UnixSeconds next_update;
    std::vector<Bytes> serials;  // sorted
};

struct TrustBundle::Parsed {
    std::string trust_domain;
    std::vector<Certificate> roots;
    detail::X509StoreHandle store;
};

}  // namespace serai::crypto::x509
