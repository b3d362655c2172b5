// X448 (RFC 7748) and Ed448 (RFC 8032, with an empty context).
#pragma once

#include "crypto/primitive/error.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <cstddef>
#include <span>

namespace serai::crypto::curve {

inline constexpr std::size_t kX448KeySize = 56;
inline constexpr std::size_t kEd448KeySize = 57;  // of the private key and of the public key
inline constexpr std::size_t kEd448SignatureSize = 114;

// bad_key unless the key has kX448KeySize bytes.
[[nodiscard]] Result<Bytes> x448_public(SecretView private_key);

// Whether the bytes are a public key with which x448_into() can succeed: right size, not of small order. Cheap.
[[nodiscard]] bool x448_usable(ByteView public_key);

// kX448KeySize bytes into `out`. bad_key for wrong sizes, and for a public key of small order (all-zero result, RFC 9180, section
// 7.1.4).
Result<void> x448_into(SecretView private_key, ByteView public_key, std::span<std::uint8_t> out);

// bad_key unless the key has kEd448KeySize bytes.
[[nodiscard]] Result<Bytes> ed448_public(SecretView private_key);

// Whether the bytes can be a public key: right size, not of small order. (A key of small order has signatures that hold for
// messages nobody signed.) Whether they decode to a point, verification finds out.
[[nodiscard]] bool ed448_usable(ByteView public_key);

// The key must have kEd448KeySize bytes: anything else is a broken invariant and throws std::invalid_argument.
[[nodiscard]] Bytes ed448_sign(SecretView private_key, ByteView message);

// verification_failed for a wrong signature, a wrong length or an invalid key alike.
Result<void> ed448_verify(ByteView public_key, ByteView message, ByteView signature);

}  // namespace serai::crypto::curve
