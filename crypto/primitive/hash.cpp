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

Digest512 sha512(ByteView data) {
    return sha512({data});
}

Digest512 sha512(std::initializer_list<ByteView> parts) {
    SHA512_CTX ctx;
    SHA512_Init(&ctx);
    for (const auto part : parts) {
        SHA512_Update(&ctx, part.data(), part.size());
    }
    Digest512 digest;
    SHA512_Final(digest.data(), &ctx);
    return digest;
}

}  // namespace serai::crypto
