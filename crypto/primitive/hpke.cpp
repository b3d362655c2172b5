#include "crypto/primitive/hpke.hpp"

namespace serai::crypto {

namespace {

constexpr std::uint8_t kModeBase = 0;

// RFC 9180, section 7.2.
std::uint16_t kdf_id(HashAlgorithm algorithm) {
    switch (algorithm) {
        case HashAlgorithm::sha256:
            return 0x0001;
        case HashAlgorithm::sha384:
            return 0x0002;
        case HashAlgorithm::sha512:
            break;
    }
    return 0x0003;
}

Bytes suite_id(DhGroup group, HashAlgorithm kdf, AeadAlgorithm aead) {
    Bytes id = to_bytes(as_bytes("HPKE"));
    for (const unsigned part :
         {static_cast<unsigned>(group), unsigned{kdf_id(kdf)}, static_cast<unsigned>(aead)}) {
        id.push_back(static_cast<std::uint8_t>(part >> 8));
        id.push_back(static_cast<std::uint8_t>(part));
    }
    return id;
}

void append_public(Bytes& context, const Prk& hash) {
    hash.with_bytes(SecretAccess{"public HPKE context"},
                    [&](ByteView bytes) { append(context, bytes); });
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

Hpke::Hpke(DhGroup group, HashAlgorithm kdf, AeadAlgorithm aead)
    : kem_(group), kdf_(kdf, suite_id(group, kdf, aead)), aead_(aead), context_prefix_{kModeBase} {
    append_public(context_prefix_, kdf_.extract({}, "psk_id_hash", {}));
}

// RFC 9180, section 5.1, mode_base.
HpkeInfo Hpke::prepare(ByteView info) const {
    Bytes context;
    context.reserve(context_prefix_.size() + kMaxHashSize);
    append(context, context_prefix_);
    append_public(context, kdf_.extract({}, "info_hash", SecretView::of_public(info)));
    return HpkeInfo{std::move(context)};
}

Hpke::Context Hpke::schedule(SecretView shared_secret, const HpkeInfo& info) const {
    const ByteView context = info.context_;
    const Prk secret = kdf_.extract(shared_secret, "secret", {});
    return {kdf_.expand<HpkeAeadKeyTag>(secret, "key", context, aead_key_size(aead_)),
            kdf_.expand<HpkeNonceTag>(secret, "base_nonce", context, kAeadNonceSize),
            kdf_.expand<PrkTag>(secret, "exp", context, kdf_.hash_size())};
}

HpkeExport Hpke::export_from(const Context& context,
                             ByteView exporter_context,
                             std::size_t n) const {
    return kdf_.expand<HpkeExportTag>(context.exporter_secret, "sec", exporter_context, n);
}

Result<HpkeCiphertext> Hpke::seal(
    ByteView public_key, ByteView info, ByteView aad, SecretView plaintext, Random& random) const {
    return seal(public_key, prepare(info), aad, plaintext, random);
}

Result<HpkeCiphertext> Hpke::seal(ByteView public_key,
                                  const HpkeInfo& info,
                                  ByteView aad,
                                  SecretView plaintext,
                                  Random& random) const {
    SERAI_TRY(encapsulated, kem_.encapsulate(public_key, random));
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
    SERAI_TRY(shared_secret, kem_.decapsulate(kem_output, key));
    const Context context = schedule(shared_secret, prepare(info));
    return Aead{aead_, context.key}.open_into(context.nonce(), aad, ciphertext, out);
}

Result<HpkeExported> Hpke::send_export(ByteView public_key,
                                       ByteView info,
                                       ByteView exporter_context,
                                       std::size_t n,
                                       Random& random) const {
    SERAI_TRY(encapsulated, kem_.encapsulate(public_key, random));
    return HpkeExported{
        std::move(encapsulated.kem_output),
        export_from(schedule(encapsulated.secret, prepare(info)), exporter_context, n)};
}

Result<HpkeExport> Hpke::receive_export(ByteView kem_output,
                                        const HpkeKeyPair& key,
                                        ByteView info,
                                        ByteView exporter_context,
                                        std::size_t n) const {
    SERAI_TRY(shared_secret, kem_.decapsulate(kem_output, key));
    return export_from(schedule(shared_secret, prepare(info)), exporter_context, n);
}

}  // namespace serai::crypto
