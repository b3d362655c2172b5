// Diffie-Hellman: X25519 (RFC 7748) by libsodium, and by name each of the five groups that HPKE has KEMs for.
#pragma once

#include "crypto/primitive/error.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace serai::crypto {

inline constexpr std::size_t kX25519KeySize = 32;

using HpkePrivateKey = Secret<struct HpkePrivateKeyTag>;
using SharedSecret = Secret<struct SharedSecretTag>;

struct HpkeKeyPair {
    HpkePrivateKey private_key;
    Bytes public_key;

    [[nodiscard]] HpkeKeyPair clone(std::string_view reason) const {
        return {private_key.clone(reason), public_key};
    }
};

// bad_key unless the key has kX25519KeySize bytes.
[[nodiscard]] Result<Bytes> x25519_public(SecretView private_key);

// Whether the bytes are a public key with which x25519() can succeed: right size, not of small order. Cheap.
[[nodiscard]] bool x25519_usable(ByteView public_key);

// bad_key for wrong sizes, and for a public key of small order (all-zero result, RFC 9180, section 7.1.4).
[[nodiscard]] Result<SharedSecret> x25519(SecretView private_key, ByteView public_key);

// The values are those of the group's KEM (RFC 9180, section 7.1). Keys are serialised as its section 7.1.1 says: for P-256, P-384
// and P-521, scalars of fixed length, big-endian, and uncompressed points.
enum class DhGroup : std::uint16_t {
    p256 = 0x0010,
    p384 = 0x0011,
    p521 = 0x0012,
    x25519 = 0x0020,
    x448 = 0x0021,
};

// Of a private key, in bytes.
[[nodiscard]] std::size_t dh_private_key_size(DhGroup group);

// Clears the bits that no private key of the group has, so that random bytes are one at least every other time ("bitmask" in RFC
// 9180, section 7.1.3). `candidate` has dh_private_key_size() bytes.
void dh_mask_candidate(DhGroup group, std::span<std::uint8_t> candidate);

// bad_key for what is no private key: wrong size, or a scalar that is zero or not below the order.
[[nodiscard]] Result<Bytes> dh_public(DhGroup group, SecretView private_key);

// Whether the bytes are a public key with which dh() can succeed: right size, on the curve, not of small order. Cheap.
[[nodiscard]] bool dh_usable(DhGroup group, ByteView public_key);

// bad_key for what is no private key, and for a public key that is not usable (RFC 9180, section 7.1.4).
[[nodiscard]] Result<SharedSecret> dh(DhGroup group, SecretView private_key, ByteView public_key);

}  // namespace serai::crypto
