// One parsed X.509 certificate, unverified: what it says, not whether to believe it. chain_verifier.hpp judges.
#pragma once

#include "crypto/x509/error.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace serai::crypto::x509 {

enum class KeyAlgorithm : std::uint8_t {
    ed25519,
    ed448,
    ecdsa_p256,
    ecdsa_p384,
    ecdsa_p521,
    other,
};

// Immutable and cheap to copy (copies share); any thread may read it.
class Certificate {
  public:
    // Exactly one certificate in DER; malformed otherwise. What RFC 5280 forbids in a single certificate (an extension twice,
    // an extension that does not decode) is malformed too.
    static Result<Certificate> parse(ByteView der);

    // Views and references live as long as any copy of this certificate.
    [[nodiscard]] const Bytes& der() const;
    [[nodiscard]] const Digest& hash() const;  // SHA-256 of der()
    [[nodiscard]] const Bytes& spki() const;   // SubjectPublicKeyInfo, DER
    [[nodiscard]] const Digest& spki_hash()
        const;  // SHA-256 of spki(): what genesis pins of the server's TLS key
    [[nodiscard]] KeyAlgorithm key_algorithm() const;
    // Content of the key's BIT STRING: RFC 8032's bytes for Ed25519 and Ed448; for ECDSA a point, uncompressed in all but odd
    // certificates. So it is what TLS and MLS sign with (RFC 9420, section 5.3), if it is the same bytes.
    [[nodiscard]] const Bytes& public_key() const;
    [[nodiscard]] const Bytes& serial() const;   // big-endian, no leading zero bytes
    [[nodiscard]] const Bytes& issuer() const;   // Name, DER
    [[nodiscard]] const Bytes& subject() const;  // Name, DER
    [[nodiscard]] UnixSeconds not_before() const;
    [[nodiscard]] UnixSeconds not_after() const;  // the first second that counts as expired
    [[nodiscard]] const std::vector<std::string>& uris()
        const;  // of the subject alternative names; any bytes
    [[nodiscard]] bool is_ca() const;

    // The identity that it claims: no_uri, two_uris or bad_spiffe_id otherwise (SPIFFE X.509-SVID, section 2: exactly one URI).
    [[nodiscard]] Result<protocol::network::SpiffeId> claimed_id() const;

    // For crypto/x509's own files.
    struct Parsed;

    [[nodiscard]] const Parsed& parsed() const { return *parsed_; }

    friend bool operator==(const Certificate& a, const Certificate& b) {
        return a.hash() == b.hash();
    }

  private:
    explicit Certificate(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}

    std::shared_ptr<const Parsed> parsed_;
};

}  // namespace serai::crypto::x509
