#include "crypto/primitive/key_agreement.hpp"

#include <sodium.h>

namespace serai::crypto {

Result<Bytes> x25519_public(SecretView private_key) {
    if (private_key.size() != kX25519KeySize) {
        return CryptoError::bad_key;
    }
    ensure_sodium();
    Bytes out(kX25519KeySize);
    crypto_scalarmult_base(out.data(), private_key.bytes(SecretAccess{"X25519 public key"}).data());
    return out;
}

Result<SharedSecret> x25519(SecretView private_key, ByteView public_key) {
    if (private_key.size() != kX25519KeySize || public_key.size() != kX25519KeySize) {
        return CryptoError::bad_key;
    }
    ensure_sodium();
    return SharedSecret::filled(kX25519KeySize, [&](std::span<std::uint8_t> out) -> Result<void> {
        // libsodium refuses an all-zero result.
        if (crypto_scalarmult(out.data(),
                              private_key.bytes(SecretAccess{"X25519 agreement"}).data(),
                              public_key.data()) != 0) {
            return CryptoError::bad_key;
        }
        return {};
    });
}

}  // namespace serai::crypto
