// Labelled functions, key schedule, pre-shared keys, secret tree, transcript: the formats that need no tree and no group.
#include "crypto/mls/group/message_protection.hpp"
#include "crypto/mls/schedule/epoch_secrets.hpp"
#include "crypto/mls/schedule/secret_tree.hpp"
#include "tests/crypto/mls/vectors/vector_case.hpp"
#include "tests/crypto/mls/vectors/vector_runner.hpp"

namespace serai::tests::mls {

using namespace serai::crypto;
using namespace serai::crypto::mls;

namespace {

using TestSecret = Secret<struct TestSecretTag>;

void check_hashing(const CipherSuite& suite, const VectorCase& entry) {
    const auto ref = entry.object("ref_hash");
    expect_equal(
        suite.ref_hash(ref.text("label"), ref.bytes("value")), ref.bytes("out"), "ref_hash");

    const auto expand = entry.object("expand_with_label");
    expect_secret(suite.expand<TestSecret>(expand.secret<TestSecret>("secret"),
                                           expand.text("label"),
                                           expand.bytes("context"),
                                           expand.number("length")),
                  expand.bytes("out"),
                  "expand_with_label");

    const auto derive = entry.object("derive_secret");
    expect_secret(
        suite.derive<TestSecret>(derive.secret<TestSecret>("secret"), derive.text("label")),
        derive.bytes("out"),
        "derive_secret");

    const auto tree = entry.object("derive_tree_secret");
    Bytes generation;
    Writer{generation}.u32(tree.number32("generation"));
    expect_secret(suite.expand<TestSecret>(tree.secret<TestSecret>("secret"),
                                           tree.text("label"),
                                           generation,
                                           tree.number("length")),
                  tree.bytes("out"),
                  "derive_tree_secret");
}

void check_signing(const CipherSuite& suite, const VectorCase& sign) {
    const auto label = sign.text("label");
    const auto content = sign.bytes("content");
    const auto key = signature_key(suite, sign, "priv");
    expect_equal(key.public_key, sign.bytes("pub"), "signature public key");
    expect_ok(suite.verify(key.public_key, label, content, sign.bytes("signature")), "signature");
    expect_ok(
        suite.verify(key.public_key, label, content, suite.sign(key.private_key, label, content)),
        "own signature");
}

void check_encryption(const CipherSuite& suite, const VectorCase& encrypt) {
    const auto label = encrypt.text("label");
    const auto context = encrypt.bytes("context");
    const auto plaintext = encrypt.bytes("plaintext");
    const auto key = hpke_key(suite, encrypt, "priv");
    expect_equal(key.public_key, encrypt.bytes("pub"), "HPKE public key");
    expect_secret(
        value_of(suite.decrypt<TestSecret>(
                     key, label, context, encrypt.bytes("kem_output"), encrypt.bytes("ciphertext")),
                 "decrypt"),
        plaintext,
        "decrypted");
    const auto sealed = value_of(suite.encrypt(key.public_key,
                                               label,
                                               context,
                                               encrypt.secret<TestSecret>("plaintext"),
                                               system_random()),
                                 "encrypt");
    expect_secret(value_of(suite.decrypt<TestSecret>(
                               key, label, context, sealed.kem_output, sealed.ciphertext),
                           "decrypt own"),
                  plaintext,
                  "own round trip");
}

void check_epoch(const CipherSuite& suite,
                 const VectorCase& epoch,
                 const GroupContext& context,
                 InitSecret& init) {
    const Bytes encoded = protocol::codec::encode(context);
    expect_equal(encoded, epoch.bytes("group_context"), "group_context");
    auto joiner =
        joiner_secret(suite, std::move(init), epoch.secret<CommitSecret>("commit_secret"), encoded);
    expect_secret(joiner, epoch.bytes("joiner_secret"), "joiner_secret");
    const auto psk = epoch.secret<PskSecret>("psk_secret");
    expect_secret(welcome_secret(suite, joiner, psk),
                  epoch.bytes("welcome_secret"),
                  "welcome_secret before the context is known");
    auto joined = joined_secrets(suite, std::move(joiner), psk, encoded);
    expect_secret(joined.welcome, epoch.bytes("welcome_secret"), "welcome_secret");
    const EpochSecrets& secrets = joined.epoch;
    expect_secret(secrets.init, epoch.bytes("init_secret"), "init_secret");
    expect_secret(secrets.sender_data, epoch.bytes("sender_data_secret"), "sender_data_secret");
    expect_secret(secrets.encryption, epoch.bytes("encryption_secret"), "encryption_secret");
    expect_secret(secrets.exporter, epoch.bytes("exporter_secret"), "exporter_secret");
    expect_secret(secrets.authenticator, epoch.bytes("epoch_authenticator"), "authenticator");
    expect_secret(secrets.external, epoch.bytes("external_secret"), "external_secret");
    expect_secret(secrets.confirmation_key, epoch.bytes("confirmation_key"), "confirmation_key");
    expect_secret(secrets.membership_key, epoch.bytes("membership_key"), "membership_key");
    expect_secret(secrets.resumption_psk, epoch.bytes("resumption_psk"), "resumption_psk");
    expect_equal(suite.derive_key_pair(secrets.external).public_key,
                 epoch.bytes("external_pub"),
                 "external_pub");

    const auto exporter = epoch.object("exporter");
    Bytes exported(exporter.number("length"));
    export_into(
        suite, secrets.exporter, exporter.text("label"), exporter.bytes("context"), exported);
    expect_equal(exported, exporter.bytes("secret"), "exporter");
    init = std::move(joined.epoch.init);
}

void check_generation(const CipherSuite& suite,
                      SecretTree& tree,
                      LeafIndex leaf,
                      RatchetKind kind,
                      std::uint32_t generation,
                      ByteView key,
                      ByteView nonce) {
    auto* ratchet = value_of(tree.ratchet(leaf, kind), "ratchet");
    const auto* keys = value_of(ratchet->find(suite, generation), "generation");
    expect_secret(keys->key, key, "message key");
    expect_secret(keys->nonce, nonce, "message nonce");
}

}  // namespace

void check_crypto_basics(const boost::json::value& value) {
    const VectorCase entry{value};
    const auto& suite = entry.suite();
    check_hashing(suite, entry);
    check_signing(suite, entry.object("sign_with_label"));
    check_encryption(suite, entry.object("encrypt_with_label"));
}

void check_deserialization(const boost::json::value& value) {
    const VectorCase entry{value};
    const Bytes header = entry.bytes("vlbytes_header");
    Reader reader{header};
    expect(value_of(reader.length(), "header") == entry.number("length"), "length");
    expect(reader.at_end(), "header is used up");
}

void check_key_schedule(const boost::json::value& value) {
    const VectorCase entry{value};
    const auto& suite = entry.suite();
    auto init = entry.secret<InitSecret>("initial_init_secret");
    std::uint64_t number = 0;
    for (const auto& item : entry.array("epochs")) {
        const VectorCase epoch{item};
        const GroupContext context{suite.id(),
                                   entry.bytes("group_id"),
                                   number++,
                                   epoch.bytes("tree_hash"),
                                   epoch.bytes("confirmed_transcript_hash"),
                                   {}};
        check_epoch(suite, epoch, context, init);
    }
}

void check_psk_secret(const boost::json::value& value) {
    const VectorCase entry{value};
    const auto& suite = entry.suite();
    std::vector<PreSharedKeyId> ids;
    std::vector<TestSecret> keys;
    for (const auto& item : entry.array("psks")) {
        const VectorCase psk{item};
        ids.push_back({ExternalPskId{psk.bytes("psk_id")}, psk.bytes("psk_nonce")});
        keys.push_back(psk.secret<TestSecret>("psk"));
    }
    const std::vector<SecretView> views{keys.begin(), keys.end()};
    expect_secret(combine_psks(suite, ids, views), entry.bytes("psk_secret"), "psk_secret");
}

void check_secret_tree(const boost::json::value& value) {
    const VectorCase entry{value};
    const auto& suite = entry.suite();
    const auto sender = entry.object("sender_data");
    const auto header = sender_data_keys(
        suite, sender.secret<SenderDataSecret>("sender_data_secret"), sender.bytes("ciphertext"));
    expect_secret(header.key, sender.bytes("key"), "sender data key");
    expect_secret(header.nonce, sender.bytes("nonce"), "sender data nonce");

    const auto& leaves = entry.array("leaves");
    SecretTree tree{suite,
                    entry.secret<EncryptionSecret>("encryption_secret"),
                    leaf_slots_for(static_cast<std::uint32_t>(leaves.size()))};
    std::uint32_t index = 0;
    for (const auto& leaf : leaves) {
        for (const auto& item : leaf.as_array()) {
            const VectorCase step{item};
            check_generation(suite,
                             tree,
                             LeafIndex{index},
                             RatchetKind::handshake,
                             step.number32("generation"),
                             step.bytes("handshake_key"),
                             step.bytes("handshake_nonce"));
            check_generation(suite,
                             tree,
                             LeafIndex{index},
                             RatchetKind::application,
                             step.number32("generation"),
                             step.bytes("application_key"),
                             step.bytes("application_nonce"));
        }
        ++index;
    }
}

void check_transcript_hashes(const boost::json::value& value) {
    const VectorCase entry{value};
    const auto& suite = entry.suite();
    const auto content = entry.decoded<AuthenticatedContent>("authenticated_content");
    expect(content.content.type() == ContentType::commit, "content is a commit");
    const Bytes confirmed = confirmed_transcript_hash(suite,
                                                      entry.bytes("interim_transcript_hash_before"),
                                                      content.wire_format,
                                                      protocol::codec::encode(content.content),
                                                      content.auth.signature);
    expect_equal(confirmed, entry.bytes("confirmed_transcript_hash_after"), "confirmed");
    expect_equal(interim_transcript_hash(suite, confirmed, content.auth.confirmation_tag),
                 entry.bytes("interim_transcript_hash_after"),
                 "interim");
    expect_equal(suite.mac(entry.secret<ConfirmationKey>("confirmation_key"), confirmed),
                 content.auth.confirmation_tag,
                 "confirmation_tag");
}

}  // namespace serai::tests::mls
