#include "crypto/mls/cipher_suite.hpp"

#include "crypto/primitive/mac.hpp"

#include <iterator>
#include <string>

namespace serai::crypto::mls {

namespace {

constexpr std::string_view kPrefix = "MLS 1.0 ";
constexpr std::string_view kExternalInit = "MLS 1.0 external init secret";

}  // namespace

const CipherSuite* CipherSuite::find(CipherSuiteId id) {
    using Aead = AeadAlgorithm;
    using Hash = HashAlgorithm;
    using Scheme = SignatureScheme;
    using Id = CipherSuiteId;
    static const CipherSuite suites[] = {
        {Id{1}, DhGroup::x25519, Aead::aes_128_gcm, Hash::sha256, Scheme::ed25519},
        {Id{2}, DhGroup::p256, Aead::aes_128_gcm, Hash::sha256, Scheme::ecdsa_p256_sha256},
        {Id{3}, DhGroup::x25519, Aead::chacha20_poly1305, Hash::sha256, Scheme::ed25519},
        {Id{4}, DhGroup::x448, Aead::aes_256_gcm, Hash::sha512, Scheme::ed448},
        {Id{5}, DhGroup::p521, Aead::aes_256_gcm, Hash::sha512, Scheme::ecdsa_p521_sha512},
        {Id{6}, DhGroup::x448, Aead::chacha20_poly1305, Hash::sha512, Scheme::ed448},
        {Id{7}, DhGroup::p384, Aead::aes_256_gcm, Hash::sha384, Scheme::ecdsa_p384_sha384},
    };
    const auto number = static_cast<std::size_t>(id);
    return number >= 1 && number <= std::size(suites) ? &suites[number - 1] : nullptr;
}

Bytes CipherSuite::hash(std::initializer_list<ByteView> parts) const {
    return crypto::hash(hash_, parts);
}

Bytes CipherSuite::ref_hash(std::string_view label, ByteView value) const {
    Bytes input;
    Writer writer{input};
    writer.vector(as_bytes(label));
    writer.vector(value);
    return hash({input});
}

Bytes CipherSuite::mac(SecretView key, ByteView data) const {
    return hmac(hash_, key, {data});
}

Prk CipherSuite::extract(SecretView salt, SecretView ikm) const {
    return hkdf_extract(hash_, salt, {ikm});
}

void CipherSuite::expand_into(SecretView secret,
                              std::string_view label,
                              ByteView context,
                              std::span<std::uint8_t> out) const {
    Bytes info;
    Writer writer{info};
    writer.u16(static_cast<std::uint16_t>(out.size()));
    writer.fixed(label_and(label, context));
    hkdf_expand_into(hash_, secret, info, out);
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
    return signature_sign(scheme_, key, label_and(label, content));
}

Result<void> CipherSuite::verify(ByteView public_key,
                                 std::string_view label,
                                 ByteView content,
                                 ByteView signature) const {
    return signature_verify(scheme_, public_key, label_and(label, content), signature);
}

Result<SignatureKeyPair> CipherSuite::signature_key_pair(SecretView private_key) const {
    return crypto::signature_key_pair(scheme_, private_key);
}

SignatureKeyPair CipherSuite::generate_signature_key_pair(Random& random) const {
    return signature_generate(scheme_, random);
}

HpkeKeyPair CipherSuite::derive_key_pair(SecretView ikm) const {
    return hpke_.kem().derive_key_pair(ikm);
}

HpkeKeyPair CipherSuite::generate_key_pair(Random& random) const {
    return hpke_.kem().generate(random);
}

Result<HpkeKeyPair> CipherSuite::hpke_key_pair(SecretView private_key) const {
    SERAI_TRY(public_key, dh_public(hpke_.kem().group(), private_key));
    return HpkeKeyPair{
        HpkePrivateKey::from_bytes(private_key.bytes(SecretAccess{"import of a private key"})),
        std::move(public_key)};
}

bool CipherSuite::is_hpke_public_key(ByteView key) const {
    return dh_usable(hpke_.kem().group(), key);
}

bool CipherSuite::is_signature_public_key(ByteView key) const {
    return crypto::is_signature_public_key(scheme_, key);
}

Result<HpkeCiphertext> CipherSuite::encrypt(ByteView public_key,
                                            std::string_view label,
                                            ByteView context,
                                            SecretView plaintext,
                                            Random& random) const {
    return hpke_.seal(public_key, label_and(label, context), {}, plaintext, random);
}

HpkeInfo CipherSuite::encryption_info(std::string_view label, ByteView context) const {
    return hpke_.prepare(label_and(label, context));
}

Result<HpkeCiphertext> CipherSuite::encrypt(ByteView public_key,
                                            const HpkeInfo& info,
                                            SecretView plaintext,
                                            Random& random) const {
    return hpke_.seal(public_key, info, {}, plaintext, random);
}

Result<HpkeExported> CipherSuite::external_init(ByteView external_pub, Random& random) const {
    return hpke_.send_export(external_pub, {}, as_bytes(kExternalInit), hash_size(), random);
}

Result<HpkeExport> CipherSuite::external_init(const HpkeKeyPair& external_key,
                                              ByteView kem_output) const {
    return hpke_.receive_export(kem_output, external_key, {}, as_bytes(kExternalInit), hash_size());
}

}  // namespace serai::crypto::mls
