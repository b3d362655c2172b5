// Authenticated encryption. Ciphertexts carry their 16-byte tag at the end.
#pragma once

#include "crypto/primitive/error.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace serai::crypto {

enum class AeadAlgorithm : std::uint16_t {
    // RFC 9180, section 7.3
    aes_128_gcm = 1,
    aes_256_gcm = 2,
    chacha20_poly1305 = 3,
};

inline constexpr std::size_t kAeadTagSize = 16;
inline constexpr std::size_t kAeadNonceSize = 12;

[[nodiscard]] constexpr std::size_t aead_key_size(AeadAlgorithm algorithm) {
    return algorithm == AeadAlgorithm::aes_128_gcm ? 16 : 32;
}

// One key ready for many messages: the AES key schedule is computed once. Not thread-safe; move-only.
// A nonce must never repeat under a key: that is the caller's duty.
class Aead {
  public:
    // The key must have aead_key_size(algorithm) bytes: anything else is a broken invariant and throws std::invalid_argument.
    Aead(AeadAlgorithm algorithm, SecretView key);
    ~Aead();
    Aead(Aead&&) noexcept;
    Aead& operator=(Aead&&) noexcept;

    // Writes plaintext.size() + kAeadTagSize bytes; `out` has exactly that size and does not overlap the input. The nonce has
    // kAeadNonceSize bytes.
    void seal_into(ByteView nonce, ByteView aad, ByteView plaintext, std::span<std::uint8_t> out);
    [[nodiscard]] Bytes seal(ByteView nonce, ByteView aad, ByteView plaintext);

    // Writes ciphertext.size() - kAeadTagSize bytes; `out` has exactly that size. On verification_failed `out` holds zeros.
    Result<void> open_into(ByteView nonce,
                           ByteView aad,
                           ByteView ciphertext,
                           std::span<std::uint8_t> out);
    [[nodiscard]] Result<Bytes> open(ByteView nonce, ByteView aad, ByteView ciphertext);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// One message under one key, without keeping it. Sizes as above.
[[nodiscard]] Bytes aead_seal(
    AeadAlgorithm algorithm, SecretView key, ByteView nonce, ByteView aad, ByteView plaintext);
[[nodiscard]] Result<Bytes> aead_open(
    AeadAlgorithm algorithm, SecretView key, ByteView nonce, ByteView aad, ByteView ciphertext);

}  // namespace serai::crypto
