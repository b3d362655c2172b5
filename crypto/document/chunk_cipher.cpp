#include "crypto/document/chunk_cipher.hpp"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace serai::crypto::document {
namespace {

constexpr std::string_view kInfo = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM";
constexpr std::size_t kDerivedSize = kDocumentKeySize + kAeadNonceSize + kCommitmentSize;

// AEAD key, base nonce and commitment, in this order.
using Derived = Secret<struct DerivedTag>;

struct KdfDeleter {
    void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }

    void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

const EVP_KDF* hkdf() {
    static const std::unique_ptr<EVP_KDF, KdfDeleter> kdf{
        EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr)};
    return kdf.get();
}

// OpenSSL takes parameters by pointers to non-const that it does not write to.
OSSL_PARAM octets(const char* name, ByteView bytes) {
    return OSSL_PARAM_construct_octet_string(
        name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
}

void hkdf_expand_sha512(SecretView key, ByteView info, std::span<std::uint8_t> out) {
    const std::unique_ptr<EVP_KDF_CTX, KdfDeleter> context{
        EVP_KDF_CTX_new(const_cast<EVP_KDF*>(hkdf()))};
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    char digest[] = "SHA512";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        octets(OSSL_KDF_PARAM_KEY, key.bytes(SecretAccess{"HKDF of a document key"})),
        octets(OSSL_KDF_PARAM_INFO, info),
        OSSL_PARAM_construct_end()};
    if (context == nullptr || EVP_KDF_derive(context.get(), out.data(), out.size(), params) != 1) {
        throw std::runtime_error{"OpenSSL refused HKDF with SHA-512"};
    }
}

Derived derive_all(SecretView key, ByteView salt, ByteView context) {
    Bytes info = to_bytes(as_bytes(kInfo));
    info.push_back(0);
    append(info, salt);
    append(info, context);
    return Derived::filled(
        kDerivedSize, [&](std::span<std::uint8_t> out) { hkdf_expand_sha512(key, info, out); });
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
