#include "crypto/mls/schedule/epoch_secrets.hpp"

namespace serai::crypto::mls {

namespace {

using MemberSecret = Secret<struct MemberSecretTag>;

// The middle of the key schedule: joiner secret and PSK together.
MemberSecret member_secret(const CipherSuite& suite,
                           const JoinerSecret& joiner,
                           const PskSecret& psk) {
    return suite.extract(joiner, psk).retag<MemberSecretTag>("member secret, section 8");
}

}  // namespace

EpochSecrets EpochSecrets::derive(const CipherSuite& suite, EpochSecret&& epoch_secret) {
    const EpochSecret consumed = std::move(epoch_secret);
    return {suite.derive<SenderDataSecret>(consumed, "sender data"),
            suite.derive<EncryptionSecret>(consumed, "encryption"),
            suite.derive<ExporterSecret>(consumed, "exporter"),
            suite.derive<ExternalSecret>(consumed, "external"),
            suite.derive<ConfirmationKey>(consumed, "confirm"),
            suite.derive<MembershipKey>(consumed, "membership"),
            suite.derive<ResumptionPsk>(consumed, "resumption"),
            suite.derive<EpochAuthenticator>(consumed, "authentication"),
            suite.derive<InitSecret>(consumed, "init")};
}

JoinerSecret joiner_secret(const CipherSuite& suite,
                           InitSecret&& init,
                           const CommitSecret& commit,
                           ByteView encoded_context) {
    const InitSecret consumed = std::move(init);
    const Prk extracted = suite.extract(consumed, commit);
    return suite.expand<JoinerSecret>(extracted, "joiner", encoded_context, suite.hash_size());
}

WelcomeSecret welcome_secret(const CipherSuite& suite,
                             const JoinerSecret& joiner,
                             const PskSecret& psk) {
    return suite.derive<WelcomeSecret>(member_secret(suite, joiner, psk), "welcome");
}

JoinedSecrets joined_secrets(const CipherSuite& suite,
                             JoinerSecret&& joiner,
                             const PskSecret& psk,
                             ByteView encoded_context) {
    const JoinerSecret consumed = std::move(joiner);
    const MemberSecret member = member_secret(suite, consumed, psk);
    return {
        suite.derive<WelcomeSecret>(member, "welcome"),
        EpochSecrets::derive(
            suite, suite.expand<EpochSecret>(member, "epoch", encoded_context, suite.hash_size()))};
}

PskSecret combine_psks(const CipherSuite& suite,
                       std::span<const PreSharedKeyId> ids,
                       std::span<const SecretView> keys) {
    using PskInput = Secret<struct PskInputTag>;
    auto combined = PskSecret::zero(suite.hash_size());
    const PskSecret zero = PskSecret::zero(suite.hash_size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        Bytes label;  // PSKLabel
        Writer writer{label};
        ids[i].encode(writer);
        writer.u16(static_cast<std::uint16_t>(i));
        writer.u16(static_cast<std::uint16_t>(ids.size()));
        const Prk extracted = suite.extract(zero, keys[i]);
        const auto input =
            suite.expand<PskInput>(extracted, "derived psk", label, suite.hash_size());
        combined = suite.extract(input, combined).retag<PskSecretTag>("psk_secret, section 8.4");
    }
    return combined;
}

void export_into(const CipherSuite& suite,
                 const ExporterSecret& exporter,
                 std::string_view label,
                 ByteView context,
                 std::span<std::uint8_t> out) {
    using DerivedExporter = Secret<struct DerivedExporterTag>;
    const auto derived = suite.derive<DerivedExporter>(exporter, label);
    suite.expand_into(derived, "exported", suite.hash({context}), out);
}

Bytes confirmed_transcript_hash(const CipherSuite& suite,
                                ByteView interim_before,
                                WireFormat wire_format,
                                ByteView encoded_content,
                                ByteView signature) {
    Bytes format;
    Writer{format}.enumeration(wire_format);
    Bytes tail;
    Writer{tail}.vector(signature);
    return suite.hash({interim_before, format, encoded_content, tail});
}

Bytes interim_transcript_hash(const CipherSuite& suite,
                              ByteView confirmed,
                              ByteView confirmation_tag) {
    Bytes input;
    Writer{input}.vector(confirmation_tag);
    return suite.hash({confirmed, input});
}

}  // namespace serai::crypto::mls
