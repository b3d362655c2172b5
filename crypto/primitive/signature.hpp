// Ed25519 (RFC 8032), by libsodium, which refuses non-canonical signatures and small-order keys.
#pragma once

#include "crypto/primitive/error.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <cstddef>

namespace serai::crypto {

inline constexpr std::size_t kEd25519SeedSize = 32;
inline constexpr std::size_t kEd25519PublicKeySize = 32;
inline constexpr std::size_t kEd25519SignatureSize = 64;

// RFC 8032's private key, which is the seed of everything else.
using Ed25519Seed = Secret<struct Ed25519SeedTag>;

// Seed and public key together (64 bytes), so that signing need not compute the public key again.
using SignaturePrivateKey = Secret<struct SignaturePrivateKeyTag>;

struct SignatureKeyPair {
    SignaturePrivateKey private_key;
    Bytes public_key;

    [[nodiscard]] SignatureKeyPair clone(std::string_view reason) const {
        return {private_key.clone(reason), public_key};
    }
};

[[nodiscard]] SignatureKeyPair ed25519_generate(Random& random = system_random());

// bad_key unless the seed has kEd25519SeedSize bytes.
[[nodiscard]] Result<SignatureKeyPair> ed25519_from_seed(SecretView seed);

// The seed of a private key of this file, for PKCS #8 and the like.
[[nodiscard]] Ed25519Seed ed25519_seed(const SignaturePrivateKey& key);

// The key must be one of this file: anything else is a broken invariant and throws std::invalid_argument.
[[nodiscard]] Bytes ed25519_sign(const SignaturePrivateKey& key, ByteView message);

// verification_failed for a wrong signature, a wrong length or an invalid key alike.
Result<void> ed25519_verify(ByteView public_key, ByteView message, ByteView signature);

}  // namespace serai::crypto
