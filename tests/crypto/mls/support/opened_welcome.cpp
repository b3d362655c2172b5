#include "tests/crypto/mls/support/opened_welcome.hpp"

namespace serai::tests::mls {

namespace {

struct WelcomeKeys {
    MessageKey key;
    MessageNonce nonce;

    [[nodiscard]] ByteView nonce_bytes() const {
        return SecretView{nonce}.bytes(SecretAccess{"AEAD nonce"});
    }
};

PskSecret psk_of(const OpenedWelcome& opened, const PskSource* psks) {
    return *combine_psks_from(test_suite(), opened.secrets.psks, psks);
}

WelcomeKeys keys_of(const OpenedWelcome& opened, const PskSource* psks) {
    const auto& suite = test_suite();
    const auto secret = welcome_secret(suite, opened.secrets.joiner_secret, psk_of(opened, psks));
    return {suite.expand<MessageKey>(secret, "key", {}, suite.key_size()),
            suite.expand<MessageNonce>(secret, "nonce", {}, suite.nonce_size())};
}

}  // namespace

OpenedWelcome open_welcome(const Welcome& welcome,
                           const KeyPackageSecrets& key_package,
                           const PskSource* psks) {
    const auto& sealed = welcome.secrets.at(0).encrypted_group_secrets;
    const auto encoded = *test_suite().decrypt<EncodedGroupSecrets>(key_package.init_key,
                                                                    "Welcome",
                                                                    welcome.encrypted_group_info,
                                                                    sealed.kem_output,
                                                                    sealed.ciphertext);
    OpenedWelcome opened{
        encoded.with_bytes(
            SecretAccess{"test"},
            [](ByteView bytes) { return *protocol::codec::decode_exact<GroupSecrets>(bytes); }),
        {}};
    const auto keys = keys_of(opened, psks);
    opened.info = *protocol::codec::decode_exact<GroupInfo>(
        *test_suite().aead_open(keys.key, keys.nonce_bytes(), {}, welcome.encrypted_group_info));
    return opened;
}

void confirm_again(OpenedWelcome& opened, const PskSource* psks) {
    const auto& context = opened.info.group_context;
    const auto joined = joined_secrets(test_suite(),
                                       opened.secrets.joiner_secret.clone("test"),
                                       psk_of(opened, psks),
                                       protocol::codec::encode(context));
    opened.info.confirmation_tag =
        test_suite().mac(joined.epoch.confirmation_key, context.confirmed_transcript_hash);
}

void sign_again(GroupInfo& info, const SignaturePrivateKey& signer) {
    info.signature = test_suite().sign(signer, "GroupInfoTBS", info.to_be_signed());
}

Welcome seal_welcome(const OpenedWelcome& opened,
                     const KeyPackage& key_package,
                     Random& random,
                     const PskSource* psks,
                     bool spoil_info) {
    const auto keys = keys_of(opened, psks);
    Welcome welcome{test_suite().id(), {}, {}};
    welcome.encrypted_group_info = test_suite().aead_seal(
        keys.key, keys.nonce_bytes(), {}, protocol::codec::encode(opened.info));
    welcome.encrypted_group_info.back() ^= spoil_info ? 1 : 0;
    auto sealed = *test_suite().encrypt(key_package.init_key,
                                        "Welcome",
                                        welcome.encrypted_group_info,
                                        opened.secrets.encode(),
                                        random);
    welcome.secrets.push_back({key_package_ref(test_suite(), key_package),
                               {std::move(sealed.kem_output), std::move(sealed.ciphertext)}});
    return welcome;
}

}  // namespace serai::tests::mls
