#include "crypto/primitive/signature_scheme.hpp"

#include "crypto/primitive/curve/curve448.hpp"
#include "crypto/primitive/curve/ecdsa.hpp"
#include "crypto/primitive/hash.hpp"

namespace serai::crypto {

namespace {

struct Ecdsa {
    curve::NistCurve curve;
    HashAlgorithm hash;
};

// Of a scheme that is neither Ed25519 nor Ed448.
Ecdsa ecdsa_of(SignatureScheme scheme) {
    switch (scheme) {
        case SignatureScheme::ecdsa_p256_sha256:
            return {curve::NistCurve::p256, HashAlgorithm::sha256};
        case SignatureScheme::ecdsa_p384_sha384:
            return {curve::NistCurve::p384, HashAlgorithm::sha384};
        default:
            return {curve::NistCurve::p521, HashAlgorithm::sha512};
    }
}

}  // namespace

SignatureKeyPair signature_generate(SignatureScheme scheme, Random& random) {
    switch (scheme) {
        case SignatureScheme::ed25519:
            return ed25519_generate(random);
        case SignatureScheme::ed448:
            return *signature_key_pair(scheme,
                                       SignaturePrivateKey::random(curve::kEd448KeySize, random));
        default:
            break;
    }
    const curve::NistCurve on = ecdsa_of(scheme).curve;
    while (true) {
        const auto candidate =
            SignaturePrivateKey::filled(curve::scalar_size(on), [&](std::span<std::uint8_t> out) {
                random.fill(out);
                curve::mask_candidate(on, out);
            });
        if (auto pair = signature_key_pair(scheme, candidate)) {
            return std::move(*pair);
        }
    }
}

Result<SignatureKeyPair> signature_key_pair(SignatureScheme scheme, SecretView private_key) {
    if (scheme == SignatureScheme::ed25519) {
        return ed25519_from_seed(private_key);
    }
    SERAI_TRY(public_key,
              scheme == SignatureScheme::ed448
                  ? curve::ed448_public(private_key)
                  : curve::public_point(ecdsa_of(scheme).curve, private_key));
    return SignatureKeyPair{
        SignaturePrivateKey::from_bytes(private_key.bytes(SecretAccess{"import of a private key"})),
        std::move(public_key)};
}

bool is_signature_public_key(SignatureScheme scheme, ByteView public_key) {
    switch (scheme) {
        case SignatureScheme::ed25519:
            return public_key.size() == kEd25519PublicKeySize;
        case SignatureScheme::ed448:
            return curve::ed448_usable(public_key);
        default:
            return curve::is_point(ecdsa_of(scheme).curve, public_key);
    }
}

Bytes signature_sign(SignatureScheme scheme, const SignaturePrivateKey& key, ByteView message) {
    switch (scheme) {
        case SignatureScheme::ed25519:
            return ed25519_sign(key, message);
        case SignatureScheme::ed448:
            return curve::ed448_sign(key, message);
        default:
            break;
    }
    const Ecdsa ecdsa = ecdsa_of(scheme);
    return curve::ecdsa_sign(ecdsa.curve, key, hash(ecdsa.hash, {message}));
}

Result<void> signature_verify(SignatureScheme scheme,
                              ByteView public_key,
                              ByteView message,
                              ByteView signature) {
    switch (scheme) {
        case SignatureScheme::ed25519:
            return ed25519_verify(public_key, message, signature);
        case SignatureScheme::ed448:
            return curve::ed448_verify(public_key, message, signature);
        default:
            break;
    }
    const Ecdsa ecdsa = ecdsa_of(scheme);
    return curve::ecdsa_verify(ecdsa.curve, public_key, hash(ecdsa.hash, {message}), signature);
}

}  // namespace serai::crypto
