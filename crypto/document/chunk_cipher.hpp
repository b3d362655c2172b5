// C2SP chunked-encryption with AES-256-GCM and SHA-512 ("Cobblestone-256"): the key schedule and single chunks, for random access.
// chunked_encryption.hpp has the streams.
//
//   header     = salt[24] | commitment[32]
//   ciphertext = header | sealed chunk 0 | sealed chunk 1 | ...
//
// Every chunk but the last holds 16 KiB of plaintext; the last holds less, possibly nothing. A sealed chunk is 16 bytes longer.
#pragma once

#include "crypto/document/error.hpp"
#include "crypto/primitive/aead.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <cstdint>

namespace serai::crypto::document {

// The input key of one document: 32 random bytes, used for nothing else.
using DocumentKey = Secret<struct DocumentKeyTag>;

inline constexpr std::size_t kDocumentKeySize = 32;
inline constexpr std::size_t kSaltSize = 24;
inline constexpr std::size_t kCommitmentSize = 32;
inline constexpr std::size_t kHeaderSize = kSaltSize + kCommitmentSize;
inline constexpr std::size_t kChunkSize = 16 * 1024;  // plaintext bytes
inline constexpr std::size_t kSealedChunkSize = kChunkSize + kAeadTagSize;
inline constexpr std::uint64_t kMaxChunks = std::uint64_t{1} << 38U;

using Header = ByteArray<kHeaderSize>;
using Salt = ByteArray<kSaltSize>;

// Bytes of ciphertext for that many bytes of plaintext; plaintext < kMaxChunks * kChunkSize.
[[nodiscard]] constexpr std::uint64_t ciphertext_size(std::uint64_t plaintext) {
    return kHeaderSize + plaintext + (plaintext / kChunkSize + 1) * kAeadTagSize;
}

// The inverse; bad_length for a number that no ciphertext has.
Result<std::uint64_t> plaintext_size(std::uint64_t ciphertext);

// Where chunk k begins in the ciphertext. Plaintext byte i is byte i % kChunkSize of chunk i / kChunkSize.
[[nodiscard]] constexpr std::uint64_t chunk_offset(std::uint64_t k) {
    return kHeaderSize + k * kSealedChunkSize;
}

// One document's chunks. Not for use by two threads at once.
class ChunkCipher {
  public:
    // For writing: the salt must be random and new. bad_key unless the key has kDocumentKeySize bytes.
    static Result<ChunkCipher> derive(SecretView key, const Salt& salt, ByteView context);

    // For reading: bad_length unless the header has kHeaderSize bytes, wrong_key unless its commitment is that of this key, its
    // salt and this context. The comparison is constant time.
    static Result<ChunkCipher> open(SecretView key, ByteView header, ByteView context);

    [[nodiscard]] const Header& header() const { return header_; }

    // Writes plaintext.size() + 16 bytes, at most kSealedChunkSize; `out` has exactly that size. Chunk k must be sealed once
    // only. too_long from kMaxChunks on.
    Result<void> seal(std::uint64_t k, ByteView plaintext, std::span<std::uint8_t> out);

    // Writes sealed.size() - 16 bytes; `out` has exactly that size. A sealed chunk of full size is never the last one, and a shorter
    // one always is: it is for the caller to see that it stands at the end. damaged or too_long; then `out` holds zeroes.
    Result<void> open_chunk(std::uint64_t k, ByteView sealed, std::span<std::uint8_t> out);

  private:
    ChunkCipher(Aead aead, const ByteArray<kAeadNonceSize>& base_nonce, const Header& header)
        : aead_(std::move(aead)), base_nonce_(base_nonce), header_(header) {}

    [[nodiscard]] ByteArray<kAeadNonceSize> nonce(std::uint64_t k) const;

    Aead aead_;
    ByteArray<kAeadNonceSize> base_nonce_;
    Header header_;
};

}  // namespace serai::crypto::document
