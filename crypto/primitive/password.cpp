#include "crypto/primitive/password.hpp"

#include <sodium.h>

namespace serai::crypto {

Result<PasswordKey> argon2id(SecretView passphrase,
                             ByteView salt,
                             const PasswordCost& cost,
                             std::size_t n) {
    static_assert(kPasswordSaltSize == crypto_pwhash_argon2id_SALTBYTES);
    ensure_sodium();
    if (salt.size() != kPasswordSaltSize || n < crypto_pwhash_argon2id_BYTES_MIN) {
        return CryptoError::bad_length;
    }
    const ByteView bytes = passphrase.bytes(SecretAccess{"Argon2id reads the passphrase"});
    return PasswordKey::filled(n, [&](std::span<std::uint8_t> out) -> Result<void> {
        const int failed = crypto_pwhash_argon2id(out.data(),
                                                  out.size(),
                                                  reinterpret_cast<const char*>(bytes.data()),
                                                  bytes.size(),
                                                  salt.data(),
                                                  cost.passes,
                                                  static_cast<std::size_t>(cost.memory_bytes),
                                                  crypto_pwhash_argon2id_ALG_ARGON2ID13);
        if (failed != 0) {
            return CryptoError::bad_length;
        }
        return {};
    });
}

}  // namespace serai::crypto
