// Wire structures, message protection, Welcome.
#include "crypto/mls/group/identity.hpp"
#include "crypto/mls/group/message_protection.hpp"
#include "crypto/mls/wire/message.hpp"
#include "crypto/mls/wire/tree_node.hpp"
#include "tests/crypto/mls/vectors/vector_case.hpp"
#include "tests/crypto/mls/vectors/vector_runner.hpp"

#include <algorithm>

namespace serai::tests::mls {

using namespace serai::crypto;
using namespace serai::crypto::mls;

namespace {

template <class T>
void expect_round_trip(const VectorCase& entry, std::string_view name) {
    expect_equal(protocol::codec::encode(entry.decoded<T>(name)), entry.bytes(name), name);
}

void expect_message(const VectorCase& entry, std::string_view name, WireFormat format) {
    expect(entry.decoded<MlsMessage>(name).wire_format() == format, name);
    expect_round_trip<MlsMessage>(entry, name);
}

void expect_public(const VectorCase& entry, std::string_view name, ContentType type) {
    expect_message(entry, name, WireFormat::public_message);
    const auto message = entry.decoded<MlsMessage>(name);
    expect(message.get<PublicMessage>()->content.type() == type, name);
}

// Two members; the one at leaf 1 sends.
class ProtectionCase {
  public:
    explicit ProtectionCase(const VectorCase& entry)
        : entry_(entry),
          suite_(entry.suite()),
          context_{suite_.id(),
                   entry.bytes("group_id"),
                   entry.number("epoch"),
                   entry.bytes("tree_hash"),
                   entry.bytes("confirmed_transcript_hash"),
                   {}},
          encoded_context_(protocol::codec::encode(context_)),
          signer_(signature_key(suite_, entry, "signature_priv")) {
        expect_equal(signer_.public_key, entry.bytes("signature_pub"), "signature_pub");
    }

    void given_public(std::string_view name, const Content& raw) const {
        const auto message = entry_.decoded<MlsMessage>(name);
        expect(message.get<PublicMessage>() != nullptr, name);
        expect(open_public(*message.get<PublicMessage>()) == raw, name);
    }

    void given_private(std::string_view name, const Content& raw) const {
        const auto message = entry_.decoded<MlsMessage>(name);
        expect(message.get<PrivateMessage>() != nullptr, name);
        expect(open_private_message(*message.get<PrivateMessage>()) == raw, name);
    }

    void own_public(const Content& raw) const {
        auto message = protect_public(suite_,
                                      membership_key(),
                                      signed_content(WireFormat::public_message, raw),
                                      encoded_context_);
        if (content_type(raw) == ContentType::application) {
            expect(!message, "an application message cannot be public");
            return;
        }
        expect(open_public(value_of(std::move(message), "protect_public")) == raw, "own public");
    }

    void own_private(const Content& raw) const {
        auto keys = secret_tree();
        const auto message =
            value_of(protect_private(suite_,
                                     keys,
                                     sender_data_secret(),
                                     signed_content(WireFormat::private_message, raw),
                                     0,
                                     system_random()),
                     "protect_private");
        expect(open_private_message(message) == raw, "own private");
    }

  private:
    [[nodiscard]] AuthenticatedContent signed_content(WireFormat format, const Content& raw) const {
        auto content =
            sign_content(suite_,
                         signer_.private_key,
                         format,
                         {context_.group_id, context_.epoch, Sender::member(LeafIndex{1}), {}, raw},
                         encoded_context_);
        if (content_type(raw) == ContentType::commit) {
            content.auth.confirmation_tag = Bytes(suite_.hash_size());
        }
        return content;
    }

    [[nodiscard]] Content open_public(const PublicMessage& message) const {
        const auto content = value_of(
            unprotect_public(suite_, membership_key(), message, encoded_context_), "membership");
        return verified(content);
    }

    [[nodiscard]] Content open_private_message(const PrivateMessage& message) const {
        auto keys = secret_tree();
        const auto sender =
            value_of(open_sender_data(suite_, sender_data_secret(), message), "sender data");
        return verified(value_of(open_private(suite_, keys, sender, message), "content"));
    }

    [[nodiscard]] Content verified(const AuthenticatedContent& content) const {
        expect(content.content.sender == Sender::member(LeafIndex{1}), "sender");
        expect_ok(verify_content(suite_, signer_.public_key, content, encoded_context_),
                  "signature");
        return content.content.content;
    }

    [[nodiscard]] SecretTree secret_tree() const {
        return {suite_, entry_.secret<EncryptionSecret>("encryption_secret"), 2};
    }

    [[nodiscard]] MembershipKey membership_key() const {
        return entry_.secret<MembershipKey>("membership_key");
    }

    [[nodiscard]] SenderDataSecret sender_data_secret() const {
        return entry_.secret<SenderDataSecret>("sender_data_secret");
    }

    VectorCase entry_;
    const CipherSuite& suite_;
    GroupContext context_;
    Bytes encoded_context_;
    SignatureKeyPair signer_;
};

}  // namespace

void check_messages(const boost::json::value& value) {
    const VectorCase entry{value};
    expect_message(entry, "mls_welcome", WireFormat::welcome);
    expect_message(entry, "mls_group_info", WireFormat::group_info);
    expect_message(entry, "mls_key_package", WireFormat::key_package);
    expect_round_trip<TreeNodes>(entry, "ratchet_tree");
    const auto secrets = entry.decoded<GroupSecrets>("group_secrets");
    expect_secret(secrets.encode(), entry.bytes("group_secrets"), "group_secrets");
    expect_round_trip<Add>(entry, "add_proposal");
    expect_round_trip<Update>(entry, "update_proposal");
    expect_round_trip<Remove>(entry, "remove_proposal");
    expect_round_trip<PreSharedKey>(entry, "pre_shared_key_proposal");
    expect_round_trip<ReInit>(entry, "re_init_proposal");
    expect_round_trip<ExternalInit>(entry, "external_init_proposal");
    expect_round_trip<GroupContextExtensions>(entry, "group_context_extensions_proposal");
    expect_round_trip<Commit>(entry, "commit");
    expect_public(entry, "public_message_application", ContentType::application);
    expect_public(entry, "public_message_proposal", ContentType::proposal);
    expect_public(entry, "public_message_commit", ContentType::commit);
    expect_message(entry, "private_message", WireFormat::private_message);
}

void check_message_protection(const boost::json::value& value) {
    const VectorCase entry{value};
    const ProtectionCase test{entry};
    const Content proposal = entry.decoded<Proposal>("proposal");
    const Content commit = entry.decoded<Commit>("commit");
    const Content application = ApplicationData{entry.bytes("application")};
    test.given_public("proposal_pub", proposal);
    test.given_public("commit_pub", commit);
    test.given_private("proposal_priv", proposal);
    test.given_private("commit_priv", commit);
    test.given_private("application_priv", application);
    for (const auto* content : {&proposal, &commit, &application}) {
        test.own_public(*content);
        test.own_private(*content);
    }
}

void check_welcome(const boost::json::value& value) {
    const VectorCase entry{value};
    const auto& suite = entry.suite();
    const auto key_package_message = entry.decoded<MlsMessage>("key_package");
    const auto welcome_message = entry.decoded<MlsMessage>("welcome");
    const auto* key_package = key_package_message.get<KeyPackage>();
    const auto* welcome = welcome_message.get<Welcome>();
    expect(key_package != nullptr && welcome != nullptr, "wire formats");

    const auto ref = key_package_ref(suite, *key_package);
    const auto item = std::find_if(welcome->secrets.begin(),
                                   welcome->secrets.end(),
                                   [&](const auto& secrets) { return secrets.new_member == ref; });
    expect(item != welcome->secrets.end(), "entry for the key package");
    const auto init = hpke_key(suite, entry, "init_priv");
    const auto& sealed = item->encrypted_group_secrets;
    const auto encoded = value_of(
        suite.decrypt<EncodedGroupSecrets>(
            init, "Welcome", welcome->encrypted_group_info, sealed.kem_output, sealed.ciphertext),
        "group secrets");
    auto secrets = value_of(
        encoded.with_bytes(SecretAccess{"decoding"}, protocol::codec::decode_exact<GroupSecrets>),
        "group secrets");

    const auto psk = PskSecret::zero(suite.hash_size());
    const auto secret = welcome_secret(suite, secrets.joiner_secret, psk);
    const auto nonce = suite.expand<MessageNonce>(secret, "nonce", {}, suite.nonce_size());
    const auto plaintext =
        value_of(suite.aead_open(suite.expand<MessageKey>(secret, "key", {}, suite.key_size()),
                                 SecretView{nonce}.bytes(SecretAccess{"nonce"}),
                                 {},
                                 welcome->encrypted_group_info),
                 "group info");
    const auto info = value_of(protocol::codec::decode_exact<GroupInfo>(plaintext), "group info");
    expect_ok(suite.verify(
                  entry.bytes("signer_pub"), "GroupInfoTBS", info.to_be_signed(), info.signature),
              "signature of the group info");
    const auto joined = joined_secrets(
        suite, std::move(secrets.joiner_secret), psk, protocol::codec::encode(info.group_context));
    expect_equal(
        suite.mac(joined.epoch.confirmation_key, info.group_context.confirmed_transcript_hash),
        info.confirmation_tag,
        "confirmation_tag");
}

}  // namespace serai::tests::mls
