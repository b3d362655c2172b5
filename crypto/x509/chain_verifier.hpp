// Judges a certificate chain: who speaks, according to that party's own CA, at a given time.
//
// Path building and RFC 5280 are OpenSSL's, with a store that holds one trust domain's roots and nothing else; the rules of
// SPIFFE X.509-SVID are ours. Nothing here keeps state or a cache: callers keep Identity by the chain's hash.
#pragma once

#include "crypto/x509/certificate.hpp"
#include "crypto/x509/crl.hpp"
#include "crypto/x509/error.hpp"
#include "crypto/x509/trust_bundle.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace serai::crypto::x509 {

// What the key is about to be used for. All of them need digitalSignature; if the certificate has extended key usages, TLS
// needs its own among them.
enum class Usage : std::uint8_t {
    signature,  // acts and MLS
    tls_client,
    tls_server,
};

inline constexpr std::size_t kMaxChainCertificates = 4;

// A verified identity. A plain value.
struct Identity {
    protocol::network::SpiffeId id;
    KeyAlgorithm key_algorithm = KeyAlgorithm::other;
    Bytes public_key;           // content of the key's BIT STRING, see Certificate
    Bytes spki;                 // SubjectPublicKeyInfo, DER
    Digest certificate_hash{};  // SHA-256 of the leaf
    Bytes serial;               // big-endian, no leading zero bytes
    UnixSeconds not_before;     // of the leaf
    UnixSeconds not_after;      // of the leaf: the first second that counts as expired

    friend bool operator==(const Identity&, const Identity&) = default;
};

// Judges `chain` (DER, the leaf first, then any intermediates in any order; a root may be there and is not trusted for it)
// against one bundle, as of `at`.
//
// crls: lists of this bundle's CAs as they were at `at`. Empty: revocation is not judged. Otherwise one must be of the leaf's
// issuer (crl_missing), each must verify and not be past its next update (crl_stale), and a serial on it is revoked, whatever
// its date: the caller chooses the list of the moment in question.
//
// Refusals, in the order of the checks: empty_chain, chain_too_long, malformed, no_uri, two_uris, bad_spiffe_id,
// trust_domain_mismatch, leaf_is_ca, wrong_key_usage, unsupported_key; then those of the path (untrusted_issuer,
// bad_signature, expired, not_yet_valid, name_constraint, critical_extension, invalid_path); then those of the CRLs and revoked.
Result<Identity> verify_chain(std::span<const Bytes> chain,
                              const TrustBundle& bundle,
                              std::span<const Crl> crls,
                              UnixSeconds at,
                              Usage usage);

// The bundles of a network's parties and their newest CRLs. A value: copy it, change the copy, publish it as a
// shared_ptr<const TrustStore>.
class TrustStore {
  public:
    // Replaces what it had of this trust domain, CRLs included.
    void set_bundle(TrustBundle bundle);

    // Verifies the list against the domain's bundle as of `at` (see verify_crl) and puts it in the place of that issuer's older
    // one. When the log is replayed, `at` is the time of the list's leaf: a list that has become stale since then refuses the
    // domain's certificates until a newer one is there, and is never dropped. The same list again changes nothing.
    // unknown_trust_domain; crl_stale also for a number that does not rise.
    Result<void> add_crl(std::string_view trust_domain, Crl crl, UnixSeconds at);

    // Finds the bundle by the trust domain that the leaf claims, then verify_chain. unknown_trust_domain if no party has it.
    [[nodiscard]] Result<Identity> verify(std::span<const Bytes> chain,
                                          UnixSeconds at,
                                          Usage usage) const;

    // nullptr if no party has it. Lives as long as the store is not changed.
    [[nodiscard]] const TrustBundle* bundle(std::string_view trust_domain) const;
    [[nodiscard]] std::span<const Crl> crls(std::string_view trust_domain) const;

  private:
    struct Domain {
        TrustBundle bundle;
        std::vector<Crl> crls;  // at most one per issuer
    };

    std::map<std::string, Domain, std::less<>> domains_;
};

}  // namespace serai::crypto::x509
