// X25519 (RFC 7748), by libsodium.
#pragma once

#include "crypto/primitive/error.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <cstddef>

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

}  // namespace serai::crypto
