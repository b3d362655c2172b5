// A parsed certificate revocation list (RFC 5280, section 5). Each party's newest one is a leaf of the log.
#pragma once

#include "crypto/x509/error.hpp"
#include "crypto/x509/trust_bundle.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"

#include <memory>
#include <vector>

namespace serai::crypto::x509 {

inline constexpr std::uint64_t kMaxCrlSeconds = 24 * 60 * 60;  // from this update to the next

// Immutable and cheap to copy (copies share); any thread may read it.
class Crl {
  public:
    // Exactly one CRL in DER, with a number, a next update, and no critical extension (an indirect, partial or delta list
    // would be read as more than it is). Nothing is verified: verify_crl does.
    static Result<Crl> parse(ByteView der);

    [[nodiscard]] const Bytes& der() const;
    [[nodiscard]] const Digest& hash() const;   // SHA-256 of der()
    [[nodiscard]] const Bytes& issuer() const;  // Name, DER
    [[nodiscard]] const Bytes& number() const;  // big-endian, no leading zero bytes
    [[nodiscard]] UnixSeconds this_update() const;
    [[nodiscard]] UnixSeconds next_update() const;
    [[nodiscard]] const std::vector<Bytes>& revoked_serials() const;  // ascending
    [[nodiscard]] bool revokes(ByteView serial) const;

    // Whether its number is above the other's, which is what makes it the newer list of one issuer.
    [[nodiscard]] bool is_newer_than(const Crl& other) const;

    // For crypto/x509's own files.
    struct Parsed;

    [[nodiscard]] const Parsed& parsed() const { return *parsed_; }

  private:
    explicit Crl(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}

    std::shared_ptr<const Parsed> parsed_;
};

// Whether a CA of the bundle issued and signed the list and `at` lies between its updates: crl_bad_issuer, crl_bad_signature,
// crl_too_long_lived, crl_not_yet_valid or crl_stale otherwise. That the number rises is the caller's to check.
Result<void> verify_crl(const Crl& crl, const TrustBundle& bundle, UnixSeconds at);

}  // namespace serai::crypto::x509
