// ECDSA (FIPS 186-4, section 6) on the curves of NIST. Signatures are DER (RFC 5480's ECDSA-Sig-Value), as TLS and MLS want them
// (RFC 8446, section 4.2.3).
#pragma once

#include "crypto/primitive/curve/nist_curve.hpp"

namespace serai::crypto::curve {

// Of a digest as long as the curve's hash. The scalar must be one: anything else is a broken invariant and throws
// std::invalid_argument. The nonce is OpenSSL's own, from its generator, the digest and the key: no Random has a part in it.
[[nodiscard]] Bytes ecdsa_sign(NistCurve curve, SecretView scalar, ByteView digest);

// verification_failed for a wrong signature, one that is not DER to the last byte, or an invalid point alike.
Result<void> ecdsa_verify(NistCurve curve, ByteView point, ByteView digest, ByteView signature);

}  // namespace serai::crypto::curve
