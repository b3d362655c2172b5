// Signatures by the name of their scheme, for protocols that negotiate it: Ed25519, Ed448, and ECDSA on the curves of NIST.
#pragma once

#include "crypto/primitive/signature.hpp"

#include <cstdint>

namespace serai::crypto {

// The values are those of RFC 8446, section 4.2.3.
enum class SignatureScheme : std::uint16_t {
    ecdsa_p256_sha256 = 0x0403,
    ecdsa_p384_sha384 = 0x0503,
    ecdsa_p521_sha512 = 0x0603,
    ed25519 = 0x0807,
    ed448 = 0x0808,
};

// Private keys: RFC 8032's for Ed25519 and Ed448; for ECDSA the scalar, big-endian and of fixed length. Public keys: RFC 8032's; for
// ECDSA the uncompressed point. Signatures: RFC 8032's; for ECDSA in DER. So TLS and MLS have them (RFC 8446, section 4.2.3).

[[nodiscard]] SignatureKeyPair signature_generate(SignatureScheme scheme, Random& random);

// bad_key for what is no private key.
[[nodiscard]] Result<SignatureKeyPair> signature_key_pair(SignatureScheme scheme,
                                                          SecretView private_key);

// Whether the bytes can be a public key: right size; for ECDSA a point of the curve; for Ed448 not of small order.
[[nodiscard]] bool is_signature_public_key(SignatureScheme scheme, ByteView public_key);

// The key must be of a pair that one of the functions above made for that scheme: anything else is a broken invariant and throws
// std::invalid_argument. ECDSA signatures differ each time.
[[nodiscard]] Bytes signature_sign(SignatureScheme scheme,
                                   const SignaturePrivateKey& key,
                                   ByteView message);

// verification_failed for a wrong signature, a wrong length or form, or an invalid key alike.
Result<void> signature_verify(SignatureScheme scheme,
                              ByteView public_key,
                              ByteView message,
                              ByteView signature);

}  // namespace serai::crypto
