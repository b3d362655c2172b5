#include "crypto/primitive/signature.hpp"

#include <sodium.h>

#include <stdexcept>

namespace serai::crypto {

SignatureKeyPair ed25519_generate(Random& random) {
    return *ed25519_from_seed(Ed25519Seed::random(kEd25519SeedSize, random));
}

Result<SignatureKeyPair> ed25519_from_seed(SecretView seed) {
    if (seed.size() != kEd25519SeedSize) {
        return CryptoError::bad_key;
    }
    ensure_sodium();
    Bytes public_key(kEd25519PublicKeySize);
    auto private_key =
        SignaturePrivateKey::filled(crypto_sign_SECRETKEYBYTES, [&](std::span<std::uint8_t> out) {
            crypto_sign_seed_keypair(
                public_key.data(), out.data(), seed.bytes(SecretAccess{"Ed25519 key pair"}).data());
        });
    return SignatureKeyPair{std::move(private_key), std::move(public_key)};
}

Ed25519Seed ed25519_seed(const SignaturePrivateKey& key) {
    return key.with_bytes(SecretAccess{"Ed25519 seed of a private key"}, [](ByteView bytes) {
        return Ed25519Seed::from_bytes(bytes.first(kEd25519SeedSize));
    });
}

Bytes ed25519_sign(const SignaturePrivateKey& key, ByteView message) {
    if (key.size() != crypto_sign_SECRETKEYBYTES) {
        throw std::invalid_argument{"Ed25519 private key"};
    }
    Bytes signature(kEd25519SignatureSize);
    key.with_bytes(SecretAccess{"Ed25519 signature"}, [&](ByteView bytes) {
        crypto_sign_detached(
            signature.data(), nullptr, message.data(), message.size(), bytes.data());
    });
    return signature;
}

Result<void> ed25519_verify(ByteView public_key, ByteView message, ByteView signature) {
    ensure_sodium();
    if (public_key.size() != kEd25519PublicKeySize || signature.size() != kEd25519SignatureSize ||
        crypto_sign_verify_detached(
            signature.data(), message.data(), message.size(), public_key.data()) != 0) {
        return CryptoError::verification_failed;
    }
    return {};
}

}  // namespace serai::crypto
