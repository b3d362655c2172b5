#include "crypto/document/chunk_cipher.hpp"

#include "crypto/primitive/kdf.hpp"

#include <algorithm>

namespace serai::crypto::document {
namespace {

constexpr std::string_view kInfo = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM";
constexpr std::size_t kDerivedSize = kDocumentKeySize + kAeadNonceSize + kCommitmentSize;

// AEAD key, base nonce and commitment, in this order.
using Derived = Secret<struct DerivedTag>;

Derived derive_all(SecretView key, ByteView salt, ByteView context) {
    Bytes info = to_bytes(as_bytes(kInfo));
    info.push_back(0);
    append(info, salt);
    append(info, context);
    return hkdf_expand<DerivedTag>(HashAlgorithm::sha512, key, info, kDerivedSize);
}

}  // namespace

Result<std::uint64_t> plaintext_size(std::uint64_t ciphertext) {
    if (ciphertext < kHeaderSize + kAeadTagSize) {
        return DocumentError::bad_length;
    }
    const std::uint64_t body = ciphertext - kHeaderSize;
    const std::uint64_t full = body / kSealedChunkSize;
    const std::uint64_t last = body % kSealedChunkSize;
    if (last < kAeadTagSize || full >= kMaxChunks) {
        return DocumentError::bad_length;
    }
    return full * kChunkSize + (last - kAeadTagSize);
}

Result<ChunkCipher> ChunkCipher::derive(SecretView key, const Salt& salt, ByteView context) {
    if (key.size() != kDocumentKeySize) {
        return DocumentError::bad_key;
    }
    const Derived derived = derive_all(key, salt, context);
    const SecretView parts = derived;
    // Base nonce and commitment are no secrets: the one is as good as public in AES-GCM, the other is in the header.
    const ByteView open = parts.slice(kDocumentKeySize, kAeadNonceSize + kCommitmentSize)
                              .bytes(SecretAccess{"nonce and commitment of a document"});
    ByteArray<kAeadNonceSize> base_nonce;
    std::copy_n(open.begin(), kAeadNonceSize, base_nonce.begin());
    Header header;
    std::copy(open.begin() + kAeadNonceSize,
              open.end(),
              std::copy(salt.begin(), salt.end(), header.begin()));
    return ChunkCipher{
        Aead{AeadAlgorithm::aes_256_gcm, parts.slice(0, kDocumentKeySize)}, base_nonce, header};
}

Result<ChunkCipher> ChunkCipher::open(SecretView key, ByteView header, ByteView context) {
    if (header.size() != kHeaderSize) {
        return DocumentError::bad_length;
    }
    Salt salt;
    std::copy_n(header.begin(), kSaltSize, salt.begin());
    SERAI_TRY(cipher, derive(key, salt, context));
    if (!ct_equal(cipher.header_, header)) {
        return DocumentError::wrong_key;
    }
    return std::move(cipher);
}

Result<void> ChunkCipher::seal(std::uint64_t k, ByteView plaintext, std::span<std::uint8_t> out) {
    if (k >= kMaxChunks) {
        return DocumentError::too_long;
    }
    aead_.seal_into(nonce(k), {}, plaintext, out);
    return {};
}

Result<void> ChunkCipher::open_chunk(std::uint64_t k,
                                     ByteView sealed,
                                     std::span<std::uint8_t> out) {
    if (k >= kMaxChunks) {
        return DocumentError::too_long;
    }
    if (sealed.size() < kAeadTagSize || sealed.size() > kSealedChunkSize ||
        !aead_.open_into(nonce(k), {}, sealed, out)) {
        std::fill(out.begin(), out.end(), std::uint8_t{0});
        return DocumentError::damaged;
    }
    return {};
}

// The base nonce XOR the chunk number as a big-endian integer of its width.
ByteArray<kAeadNonceSize> ChunkCipher::nonce(std::uint64_t k) const {
    ByteArray<kAeadNonceSize> out = base_nonce_;
    for (auto byte = out.rbegin(); k != 0; ++byte, k >>= 8U) {
        *byte = static_cast<std::uint8_t>(*byte ^ (k & 0xffU));
    }
    return out;
}

}  // namespace serai::crypto::document
