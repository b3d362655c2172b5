#include "crypto/primitive/hpke.hpp"

#include "crypto/primitive/kdf.hpp"

#include <string_view>

namespace serai::crypto {

namespace {

constexpr std::uint16_t kKemId = 0x0020;  // DHKEM(X25519, HKDF-SHA256)
constexpr std::uint16_t kKdfId = 0x0001;  // HKDF-SHA256
constexpr std::size_t kHashSize = 32;

void append_u16(Bytes& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

Bytes kem_suite_id() {
    Bytes id = to_bytes(as_bytes("KEM"));
    append_u16(id, kKemId);
    return id;
}

Bytes hpke_suite_id(AeadAlgorithm aead) {
    Bytes id = to_bytes(as_bytes("HPKE"));
    append_u16(id, kKemId);
    append_u16(id, kKdfId);
    append_u16(id, static_cast<std::size_t>(aead));
    return id;
}

// RFC 9180, section 4.
Prk labeled_extract(ByteView suite_id, SecretView salt, std::string_view label, SecretView ikm) {
    Bytes prefix = to_bytes(as_bytes("HPKE-v1"));
    append(prefix, suite_id);
    append(prefix, as_bytes(label));
    return hkdf_extract(salt, {SecretView::of_public(prefix), ikm});
}

Bytes labeled_info(ByteView suite_id, std::string_view label, ByteView info, std::size_t n) {
    Bytes out;
    append_u16(out, n);
    append(out, as_bytes("HPKE-v1"));
    append(out, suite_id);
    append(out, as_bytes(label));
    append(out, info);
    return out;
}

// RFC 9180, section 4.1.
SharedSecret extract_and_expand(SecretView dh, ByteView kem_output, ByteView public_key) {
    const Bytes suite_id = kem_suite_id();
    Bytes context = to_bytes(kem_output);
    append(context, public_key);
    const Prk eae_prk = labeled_extract(suite_id, {}, "eae_prk", dh);
    return hkdf_expand<SharedSecretTag>(
        eae_prk, labeled_info(suite_id, "shared_secret", context, kHashSize), kHashSize);
}

struct Encapsulated {
    Bytes kem_output;
    SharedSecret secret;
};

Result<Encapsulated> encapsulate(ByteView public_key, Random& random) {
    HpkeKeyPair ephemeral = Hpke::generate(random);
    SERAI_TRY(dh, x25519(ephemeral.private_key, public_key));
    SharedSecret secret = extract_and_expand(dh, ephemeral.public_key, public_key);
    return Encapsulated{std::move(ephemeral.public_key), std::move(secret)};
}

Result<SharedSecret> decapsulate(ByteView kem_output, const HpkeKeyPair& key) {
    SERAI_TRY(dh, x25519(key.private_key, kem_output));
    return extract_and_expand(dh, kem_output, key.public_key);
}

}  // namespace

struct Hpke::Context {
    Secret<struct HpkeAeadKeyTag> key;
    Secret<struct HpkeNonceTag> base_nonce;  // single-shot: sequence number 0, so the nonce itself
    Prk exporter_secret;

    [[nodiscard]] ByteView nonce() const {
        return SecretView{base_nonce}.bytes(SecretAccess{"HPKE nonce"});
    }
};

HpkeKeyPair Hpke::derive_key_pair(SecretView ikm) {
    const Bytes suite_id = kem_suite_id();
    const Prk dkp_prk = labeled_extract(suite_id, {}, "dkp_prk", ikm);
    auto private_key = hkdf_expand<HpkePrivateKeyTag>(
        dkp_prk, labeled_info(suite_id, "sk", {}, kX25519KeySize), kX25519KeySize);
    Bytes public_key = *x25519_public(private_key);
    return {std::move(private_key), std::move(public_key)};
}

HpkeKeyPair Hpke::generate(Random& random) {
    auto private_key = HpkePrivateKey::random(kX25519KeySize, random);
    Bytes public_key = *x25519_public(private_key);
    return {std::move(private_key), std::move(public_key)};
}

// RFC 9180, section 5.1, mode_base.
Hpke::Context Hpke::schedule(SecretView shared_secret, ByteView info) const {
    const Bytes suite_id = hpke_suite_id(aead_);
    const Prk psk_id_hash = labeled_extract(suite_id, {}, "psk_id_hash", {});
    const Prk info_hash = labeled_extract(suite_id, {}, "info_hash", SecretView::of_public(info));
    Bytes context{0};
    const auto add = [&](ByteView bytes) {
        append(context, bytes);
    };
    psk_id_hash.with_bytes(SecretAccess{"public HPKE context"}, add);
    info_hash.with_bytes(SecretAccess{"public HPKE context"}, add);

    const Prk secret = labeled_extract(suite_id, shared_secret, "secret", {});
    const auto key_size = aead_key_size(aead_);
    return {
        hkdf_expand<HpkeAeadKeyTag>(
            secret, labeled_info(suite_id, "key", context, key_size), key_size),
        hkdf_expand<HpkeNonceTag>(
            secret, labeled_info(suite_id, "base_nonce", context, kAeadNonceSize), kAeadNonceSize),
        hkdf_expand<PrkTag>(secret, labeled_info(suite_id, "exp", context, kHashSize), kHashSize)};
}

HpkeExport Hpke::export_from(const Context& context,
                             ByteView exporter_context,
                             std::size_t n) const {
    return hkdf_expand<HpkeExportTag>(
        context.exporter_secret, labeled_info(hpke_suite_id(aead_), "sec", exporter_context, n), n);
}

Result<HpkeCiphertext> Hpke::seal(
    ByteView public_key, ByteView info, ByteView aad, SecretView plaintext, Random& random) const {
    SERAI_TRY(encapsulated, encapsulate(public_key, random));
    const Context context = schedule(encapsulated.secret, info);
    return HpkeCiphertext{std::move(encapsulated.kem_output),
                          aead_seal(aead_,
                                    context.key,
                                    context.nonce(),
                                    aad,
                                    plaintext.bytes(SecretAccess{"HPKE plaintext"}))};
}

Result<void> Hpke::open_into(ByteView kem_output,
                             const HpkeKeyPair& key,
                             ByteView info,
                             ByteView aad,
                             ByteView ciphertext,
                             std::span<std::uint8_t> out) const {
    SERAI_TRY(shared_secret, decapsulate(kem_output, key));
    const Context context = schedule(shared_secret, info);
    return Aead{aead_, context.key}.open_into(context.nonce(), aad, ciphertext, out);
}

Result<HpkeExported> Hpke::send_export(ByteView public_key,
                                       ByteView info,
                                       ByteView exporter_context,
                                       std::size_t n,
                                       Random& random) const {
    SERAI_TRY(encapsulated, encapsulate(public_key, random));
    return HpkeExported{std::move(encapsulated.kem_output),
                        export_from(schedule(encapsulated.secret, info), exporter_context, n)};
}

Result<HpkeExport> Hpke::receive_export(ByteView kem_output,
                                        const HpkeKeyPair& key,
                                        ByteView info,
                                        ByteView exporter_context,
                                        std::size_t n) const {
    SERAI_TRY(shared_secret, decapsulate(kem_output, key));
    return export_from(schedule(shared_secret, info), exporter_context, n);
}

}  // namespace serai::crypto
