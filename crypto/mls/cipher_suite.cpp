#include "crypto/mls/cipher_suite.hpp"

#include "crypto/primitive/mac.hpp"

#include <string>

namespace serai::crypto::mls {

namespace {

constexpr std::string_view kPrefix = "MLS 1.0 ";
constexpr std::string_view kExternalInit = "MLS 1.0 external init secret";

}  // namespace

const CipherSuite* CipherSuite::find(CipherSuiteId id) {
    static const CipherSuite chacha{CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519,
                                    AeadAlgorithm::chacha20_poly1305};
    static const CipherSuite aes{CipherSuiteId::x25519_aes128gcm_sha256_ed25519,
                                 AeadAlgorithm::aes_128_gcm};
    switch (id) {
        case CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519:
            return &chacha;
        case CipherSuiteId::x25519_aes128gcm_sha256_ed25519:
            return &aes;
    }
    return nullptr;
}

Bytes CipherSuite::hash(std::initializer_list<ByteView> parts) const {
    return to_bytes(sha256(parts));
}

Bytes CipherSuite::ref_hash(std::string_view label, ByteView value) const {
    Bytes input;
    Writer writer{input};
    writer.vector(as_bytes(label));
    writer.vector(value);
    return hash({input});
}

Bytes CipherSuite::mac(SecretView key, ByteView data) const {
    return to_bytes(hmac_sha256(key, {data}));
}

Prk CipherSuite::extract(SecretView salt, SecretView ikm) const {
    return hkdf_extract(salt, {ikm});
}

void CipherSuite::expand_into(SecretView secret,
                              std::string_view label,
                              ByteView context,
                              std::span<std::uint8_t> out) const {
    Bytes info;
    Writer writer{info};
    writer.u16(static_cast<std::uint16_t>(out.size()));
    writer.fixed(label_and(label, context));
    hkdf_expand_into(secret, info, out);
}

Bytes CipherSuite::label_and(std::string_view label, ByteView content) {
    Bytes out;
    out.reserve(kPrefix.size() + label.size() + content.size() + 8);
    Writer writer{out};
    writer.length(kPrefix.size() + label.size());
    writer.fixed(as_bytes(kPrefix));
    writer.fixed(as_bytes(label));
    writer.vector(content);
    return out;
}

Bytes CipherSuite::sign(const SignaturePrivateKey& key,
                        std::string_view label,
                        ByteView content) const {
    return ed25519_sign(key, label_and(label, content));
}

Result<void> CipherSuite::verify(ByteView public_key,
                                 std::string_view label,
                                 ByteView content,
                                 ByteView signature) const {
    return ed25519_verify(public_key, label_and(label, content), signature);
}

Result<SignatureKeyPair> CipherSuite::signature_key_pair(SecretView private_key) const {
    return ed25519_from_seed(private_key);
}

SignatureKeyPair CipherSuite::generate_signature_key_pair(Random& random) const {
    return ed25519_generate(random);
}

HpkeKeyPair CipherSuite::derive_key_pair(SecretView ikm) const {
    return Hpke::derive_key_pair(ikm);
}

HpkeKeyPair CipherSuite::generate_key_pair(Random& random) const {
    return Hpke::generate(random);
}

Result<HpkeKeyPair> CipherSuite::hpke_key_pair(SecretView private_key) const {
    SERAI_TRY(public_key, x25519_public(private_key));
    return HpkeKeyPair{
        HpkePrivateKey::from_bytes(private_key.bytes(SecretAccess{"import of a private key"})),
        std::move(public_key)};
}

bool CipherSuite::is_hpke_public_key(ByteView key) const {
    return x25519_usable(key);
}

bool CipherSuite::is_signature_public_key(ByteView key) const {
    return key.size() == kEd25519PublicKeySize;
}

Result<HpkeCiphertext> CipherSuite::encrypt(ByteView public_key,
                                            std::string_view label,
                                            ByteView context,
                                            SecretView plaintext,
                                            Random& random) const {
    return hpke_.seal(public_key, label_and(label, context), {}, plaintext, random);
}

Result<HpkeExported> CipherSuite::external_init(ByteView external_pub, Random& random) const {
    return hpke_.send_export(external_pub, {}, as_bytes(kExternalInit), hash_size(), random);
}

Result<HpkeExport> CipherSuite::external_init(const HpkeKeyPair& external_key,
                                              ByteView kem_output) const {
    return hpke_.receive_export(kem_output, external_key, {}, as_bytes(kExternalInit), hash_size());
}

}  // namespace serai::crypto::mls
