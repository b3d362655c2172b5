// The low-level functions are deprecated in OpenSSL 3 in favour of EVP, which allocates a context per hash; that is half of the
// time of a short hash, and the audit log and MLS do millions of short ones.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/primitive/hash.hpp"

#include "crypto/secret/secret.hpp"

#include <openssl/sha.h>

#include <new>

namespace serai::crypto {

namespace {

SHA256_CTX* context(std::byte* state) {
    return std::launder(reinterpret_cast<SHA256_CTX*>(state));
}

SHA512_CTX* context512(std::byte* state) {
    return std::launder(reinterpret_cast<SHA512_CTX*>(state));
}

template <std::size_t kOutputSize>
void start512(SHA512_CTX* ctx) {
    static_assert(kOutputSize == SHA384_DIGEST_LENGTH || kOutputSize == SHA512_DIGEST_LENGTH);
    if constexpr (kOutputSize == SHA384_DIGEST_LENGTH) {
        SHA384_Init(ctx);
    } else {
        SHA512_Init(ctx);
    }
}

template <std::size_t kOutputSize>
ByteArray<kOutputSize> one_shot512(std::initializer_list<ByteView> parts) {
    SHA512_CTX ctx;
    start512<kOutputSize>(&ctx);
    for (const auto part : parts) {
        SHA512_Update(&ctx, part.data(), part.size());
    }
    ByteArray<kOutputSize> digest;
    SHA512_Final(digest.data(), &ctx);  // writes what its start decided
    return digest;
}

}  // namespace

Sha256::Sha256() {
    static_assert(sizeof(SHA256_CTX) <= kStateSize && alignof(SHA256_CTX) <= 8);
    SHA256_Init(new (state_) SHA256_CTX);
}

Sha256::~Sha256() {
    wipe({reinterpret_cast<std::uint8_t*>(state_), kStateSize});
}

Sha256& Sha256::update(ByteView data) {
    SHA256_Update(context(state_), data.data(), data.size());
    return *this;
}

Digest Sha256::finish() {
    Digest digest;
    SHA256_Final(digest.data(), context(state_));
    return digest;
}

template <std::size_t kOutputSize>
Sha512Family<kOutputSize>::Sha512Family() {
    static_assert(sizeof(SHA512_CTX) <= kStateSize && alignof(SHA512_CTX) <= 8);
    start512<kOutputSize>(new (state_) SHA512_CTX);
}

template <std::size_t kOutputSize>
Sha512Family<kOutputSize>::~Sha512Family() {
    wipe({reinterpret_cast<std::uint8_t*>(state_), kStateSize});
}

template <std::size_t kOutputSize>
Sha512Family<kOutputSize>& Sha512Family<kOutputSize>::update(ByteView data) {
    SHA512_Update(context512(state_), data.data(), data.size());
    return *this;
}

template <std::size_t kOutputSize>
ByteArray<kOutputSize> Sha512Family<kOutputSize>::finish() {
    Output digest;
    SHA512_Final(digest.data(), context512(state_));
    return digest;
}

template class Sha512Family<48>;
template class Sha512Family<64>;

Digest sha256(ByteView data) {
    return sha256({data});
}

Digest sha256(std::initializer_list<ByteView> parts) {
    SHA256_CTX ctx;
    SHA256_Init(&ctx);
    for (const auto part : parts) {
        SHA256_Update(&ctx, part.data(), part.size());
    }
    Digest digest;
    SHA256_Final(digest.data(), &ctx);
    return digest;
}

Digest384 sha384(std::initializer_list<ByteView> parts) {
    return one_shot512<SHA384_DIGEST_LENGTH>(parts);
}

Digest512 sha512(ByteView data) {
    return sha512({data});
}

Digest512 sha512(std::initializer_list<ByteView> parts) {
    return one_shot512<SHA512_DIGEST_LENGTH>(parts);
}

Bytes hash(HashAlgorithm algorithm, std::initializer_list<ByteView> parts) {
    switch (algorithm) {
        case HashAlgorithm::sha256:
            return to_bytes(sha256(parts));
        case HashAlgorithm::sha384:
            return to_bytes(sha384(parts));
        case HashAlgorithm::sha512:
            break;
    }
    return to_bytes(sha512(parts));
}

}  // namespace serai::crypto
