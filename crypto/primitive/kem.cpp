#include "crypto/primitive/kem.hpp"

#include <stdexcept>

namespace serai::crypto {

namespace {

// RFC 9180, section 7.1: each KEM has its own KDF.
HashAlgorithm hash_of(DhGroup group) {
    switch (group) {
        case DhGroup::p256:
        case DhGroup::x25519:
            return HashAlgorithm::sha256;
        case DhGroup::p384:
            return HashAlgorithm::sha384;
        case DhGroup::p521:
        case DhGroup::x448:
            break;
    }
    return HashAlgorithm::sha512;
}

Bytes suite_id(DhGroup group) {
    Bytes id = to_bytes(as_bytes("KEM"));
    id.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(group) >> 8));
    id.push_back(static_cast<std::uint8_t>(group));
    return id;
}

// Rejection sampling: `fill(counter, out)` writes candidates until one is a private key. X25519 and X448 take the first.
template <class Fill>
HpkeKeyPair first_key_pair(DhGroup group, Fill&& fill) {
    for (unsigned counter = 0; counter < 256; ++counter) {
        auto candidate =
            HpkePrivateKey::filled(dh_private_key_size(group), [&](std::span<std::uint8_t> out) {
                fill(static_cast<std::uint8_t>(counter), out);
                dh_mask_candidate(group, out);
            });
        if (auto public_key = dh_public(group, candidate)) {
            return {std::move(candidate), std::move(*public_key)};
        }
    }
    // Even P-521's odds against this are 2^256.
    throw std::runtime_error{"no private key among 256 candidates"};
}

}  // namespace

Dhkem::Dhkem(DhGroup group) : group_(group), kdf_(hash_of(group), suite_id(group)) {}

HpkeKeyPair Dhkem::derive_key_pair(SecretView ikm) const {
    const Prk dkp_prk = kdf_.extract({}, "dkp_prk", ikm);
    const bool single = group_ == DhGroup::x25519 || group_ == DhGroup::x448;
    return first_key_pair(group_, [&](std::uint8_t counter, std::span<std::uint8_t> out) {
        if (single) {
            kdf_.expand_into(dkp_prk, "sk", {}, out);
        } else {
            kdf_.expand_into(dkp_prk, "candidate", ByteView{&counter, 1}, out);
        }
    });
}

HpkeKeyPair Dhkem::generate(Random& random) const {
    return first_key_pair(group_,
                          [&](std::uint8_t, std::span<std::uint8_t> out) { random.fill(out); });
}

Result<Encapsulated> Dhkem::encapsulate(ByteView public_key, Random& random) const {
    HpkeKeyPair ephemeral = generate(random);
    SERAI_TRY(shared, dh(group_, ephemeral.private_key, public_key));
    SharedSecret secret = extract_and_expand(shared, ephemeral.public_key, public_key);
    return Encapsulated{std::move(ephemeral.public_key), std::move(secret)};
}

Result<SharedSecret> Dhkem::decapsulate(ByteView kem_output, const HpkeKeyPair& key) const {
    SERAI_TRY(shared, dh(group_, key.private_key, kem_output));
    return extract_and_expand(shared, kem_output, key.public_key);
}

SharedSecret Dhkem::extract_and_expand(SecretView shared,
                                       ByteView kem_output,
                                       ByteView public_key) const {
    Bytes context = to_bytes(kem_output);
    append(context, public_key);
    const Prk eae_prk = kdf_.extract({}, "eae_prk", shared);
    return kdf_.expand<SharedSecretTag>(eae_prk, "shared_secret", context, kdf_.hash_size());
}

}  // namespace serai::crypto
