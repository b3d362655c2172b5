#include "crypto/primitive/aead.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <limits>
#include <stdexcept>

namespace serai::crypto {

namespace {

struct CipherDeleter {
    void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
};

struct ContextDeleter {
    void operator()(EVP_CIPHER_CTX* ctx) const { EVP_CIPHER_CTX_free(ctx); }
};

using CipherPtr = std::unique_ptr<EVP_CIPHER, CipherDeleter>;
using ContextPtr = std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter>;

// Looking an algorithm up costs more than encrypting a short message with it, so it is done once.
CipherPtr fetch(const char* name) {
    CipherPtr cipher{EVP_CIPHER_fetch(nullptr, name, nullptr)};
    if (cipher == nullptr) {
        throw std::runtime_error{"OpenSSL does not offer AES-GCM"};
    }
    return cipher;
}

const EVP_CIPHER* aes_gcm(AeadAlgorithm algorithm) {
    static const CipherPtr aes128 = fetch("AES-128-GCM");
    static const CipherPtr aes256 = fetch("AES-256-GCM");
    return algorithm == AeadAlgorithm::aes_128_gcm ? aes128.get() : aes256.get();
}

void require(bool condition) {
    if (!condition) {
        throw std::runtime_error{"OpenSSL refused an AES-GCM operation"};
    }
}

int length_of(ByteView data) {
    if (data.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        throw std::length_error{"AEAD input"};
    }
    return static_cast<int>(data.size());
}

void check_sizes(ByteView nonce, std::size_t in, std::size_t out) {
    if (nonce.size() != kAeadNonceSize || in != out) {
        throw std::invalid_argument{"AEAD sizes"};
    }
}

void chacha_seal(
    SecretView key, ByteView nonce, ByteView aad, ByteView in, std::span<std::uint8_t> out) {
    crypto_aead_chacha20poly1305_ietf_encrypt(
        out.data(),
        nullptr,
        in.data(),
        in.size(),
        aad.data(),
        aad.size(),
        nullptr,
        nonce.data(),
        key.bytes(SecretAccess{"ChaCha20-Poly1305 key"}).data());
}

Result<void> chacha_open(
    SecretView key, ByteView nonce, ByteView aad, ByteView in, std::span<std::uint8_t> out) {
    if (crypto_aead_chacha20poly1305_ietf_decrypt(
            out.data(),
            nullptr,
            nullptr,
            in.data(),
            in.size(),
            aad.data(),
            aad.size(),
            nonce.data(),
            key.bytes(SecretAccess{"ChaCha20-Poly1305 key"}).data()) != 0) {
        wipe(out);
        return CryptoError::verification_failed;
    }
    return {};
}

}  // namespace

struct Aead::Impl {
    AeadAlgorithm algorithm;
    ContextPtr aes;                         // with the key schedule, for AES
    Secret<struct AeadKeyTag> chacha = {};  // otherwise
};

Aead::Aead(AeadAlgorithm algorithm, SecretView key) {
    if (key.size() != aead_key_size(algorithm)) {
        throw std::invalid_argument{"AEAD key size"};
    }
    const ByteView bytes = key.bytes(SecretAccess{"AEAD key schedule"});
    impl_ = std::make_unique<Impl>(Impl{algorithm, nullptr});
    if (algorithm == AeadAlgorithm::chacha20_poly1305) {
        impl_->chacha = Secret<AeadKeyTag>::from_bytes(bytes);
        return;
    }
    impl_->aes.reset(EVP_CIPHER_CTX_new());
    require(impl_->aes != nullptr);
    require(EVP_CipherInit_ex2(
                impl_->aes.get(), aes_gcm(algorithm), bytes.data(), nullptr, 1, nullptr) == 1);
}

Aead::~Aead() = default;
Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;

void Aead::seal_into(ByteView nonce,
                     ByteView aad,
                     ByteView plaintext,
                     std::span<std::uint8_t> out) {
    check_sizes(nonce, plaintext.size() + kAeadTagSize, out.size());
    if (impl_->algorithm == AeadAlgorithm::chacha20_poly1305) {
        chacha_seal(impl_->chacha, nonce, aad, plaintext, out);
        return;
    }
    EVP_CIPHER_CTX* ctx = impl_->aes.get();
    int n = 0;
    require(EVP_CipherInit_ex2(ctx, nullptr, nullptr, nonce.data(), 1, nullptr) == 1);
    if (!aad.empty()) {
        require(EVP_CipherUpdate(ctx, nullptr, &n, aad.data(), length_of(aad)) == 1);
    }
    if (!plaintext.empty()) {
        require(EVP_CipherUpdate(ctx, out.data(), &n, plaintext.data(), length_of(plaintext)) == 1);
    }
    std::uint8_t* const tag = out.data() + plaintext.size();
    require(EVP_CipherFinal_ex(ctx, tag, &n) == 1);
    require(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, kAeadTagSize, tag) == 1);
}

Bytes Aead::seal(ByteView nonce, ByteView aad, ByteView plaintext) {
    Bytes out(plaintext.size() + kAeadTagSize);
    seal_into(nonce, aad, plaintext, out);
    return out;
}

Result<void> Aead::open_into(ByteView nonce,
                             ByteView aad,
                             ByteView ciphertext,
                             std::span<std::uint8_t> out) {
    if (ciphertext.size() < kAeadTagSize) {
        return CryptoError::verification_failed;
    }
    check_sizes(nonce, ciphertext.size(), out.size() + kAeadTagSize);
    if (impl_->algorithm == AeadAlgorithm::chacha20_poly1305) {
        return chacha_open(impl_->chacha, nonce, aad, ciphertext, out);
    }
    EVP_CIPHER_CTX* ctx = impl_->aes.get();
    const ByteView body = ciphertext.first(out.size());
    ByteArray<kAeadTagSize> tag;
    std::copy_n(ciphertext.end() - kAeadTagSize, kAeadTagSize, tag.begin());
    int n = 0;
    require(EVP_CipherInit_ex2(ctx, nullptr, nullptr, nonce.data(), 0, nullptr) == 1);
    require(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, kAeadTagSize, tag.data()) == 1);
    if (!aad.empty()) {
        require(EVP_CipherUpdate(ctx, nullptr, &n, aad.data(), length_of(aad)) == 1);
    }
    if (!body.empty()) {
        require(EVP_CipherUpdate(ctx, out.data(), &n, body.data(), length_of(body)) == 1);
    }
    std::uint8_t nothing = 0;
    if (EVP_CipherFinal_ex(ctx, &nothing, &n) != 1) {
        wipe(out);
        return CryptoError::verification_failed;
    }
    return {};
}

Result<Bytes> Aead::open(ByteView nonce, ByteView aad, ByteView ciphertext) {
    if (ciphertext.size() < kAeadTagSize) {
        return CryptoError::verification_failed;
    }
    Bytes out(ciphertext.size() - kAeadTagSize);
    SERAI_CHECK(open_into(nonce, aad, ciphertext, out));
    return out;
}

Bytes aead_seal(
    AeadAlgorithm algorithm, SecretView key, ByteView nonce, ByteView aad, ByteView plaintext) {
    if (algorithm == AeadAlgorithm::chacha20_poly1305 && key.size() == aead_key_size(algorithm) &&
        nonce.size() == kAeadNonceSize) {
        Bytes out(plaintext.size() + kAeadTagSize);
        chacha_seal(key, nonce, aad, plaintext, out);
        return out;
    }
    return Aead{algorithm, key}.seal(nonce, aad, plaintext);
}

Result<Bytes> aead_open(
    AeadAlgorithm algorithm, SecretView key, ByteView nonce, ByteView aad, ByteView ciphertext) {
    if (ciphertext.size() < kAeadTagSize) {
        return CryptoError::verification_failed;
    }
    if (algorithm == AeadAlgorithm::chacha20_poly1305 && key.size() == aead_key_size(algorithm) &&
        nonce.size() == kAeadNonceSize) {
        Bytes out(ciphertext.size() - kAeadTagSize);
        SERAI_CHECK(chacha_open(key, nonce, aad, ciphertext, out));
        return out;
    }
    return Aead{algorithm, key}.open(nonce, aad, ciphertext);
}

}  // namespace serai::crypto
