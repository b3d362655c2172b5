// P-256, P-384 and P-521 (FIPS 186-4, appendix D.1.2): private keys are scalars, big-endian and of fixed length; public keys are
// uncompressed points (SEC 1, section 2.3.3), as RFC 9180, section 7.1.1, and RFC 8446, section 4.2.8.2, want them.
#pragma once

#include "crypto/primitive/error.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace serai::crypto::curve {

enum class NistCurve : std::uint8_t { p256, p384, p521 };

// Of a scalar, and of a coordinate.
[[nodiscard]] constexpr std::size_t scalar_size(NistCurve curve) {
    switch (curve) {
        case NistCurve::p256:
            return 32;
        case NistCurve::p384:
            return 48;
        case NistCurve::p521:
            break;
    }
    return 66;
}

[[nodiscard]] constexpr std::size_t point_size(NistCurve curve) {
    return 1 + 2 * scalar_size(curve);
}

// Whether the bytes are a private key: right size, at least 1, below the order. Constant time but for the answer.
[[nodiscard]] bool is_scalar(NistCurve curve, SecretView bytes);

// Random bytes into a candidate for rejection sampling: clears the bits above the order's (RFC 9180, section 7.1.3, "bitmask").
// Candidates are right at least every other time. `bytes` has scalar_size().
void mask_candidate(NistCurve curve, std::span<std::uint8_t> bytes);

// Whether the bytes are a public key: right size, uncompressed, on the curve. All such points are of the curve's order.
[[nodiscard]] bool is_point(NistCurve curve, ByteView bytes);

// bad_key unless is_scalar().
[[nodiscard]] Result<Bytes> public_point(NistCurve curve, SecretView scalar);

// The x-coordinate of scalar * point (SEC 1, section 3.3.1) into `out`, which has scalar_size() bytes. bad_key unless both are valid.
Result<void> agree_into(NistCurve curve,
                        SecretView scalar,
                        ByteView point,
                        std::span<std::uint8_t> out);

}  // namespace serai::crypto::curve
