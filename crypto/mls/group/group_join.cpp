// Joining: by Welcome (RFC 9420, section 12.4.3.1) and by external commit (section 12.4.3.2).
#include "crypto/mls/group/commit_builder.hpp"
#include "crypto/mls/group/group.hpp"
#include "crypto/mls/group/lineage.hpp"

#include <algorithm>

namespace serai::crypto::mls {

namespace {

Result<GroupSecrets> open_group_secrets(const CipherSuite& suite,
                                        const Welcome& welcome,
                                        const KeyPackageSecrets& key_package) {
    const Bytes ref = key_package_ref(suite, key_package.key_package);
    const auto entry = std::find_if(
        welcome.secrets.begin(), welcome.secrets.end(), [&](const EncryptedGroupSecrets& item) {
            return item.new_member == ref;
        });
    if (entry == welcome.secrets.end()) {
        return MlsError::invalid_welcome;
    }
    const auto& sealed = entry->encrypted_group_secrets;
    SERAI_TRY(encoded,
              suite.decrypt<EncodedGroupSecrets>(key_package.init_key,
                                                 "Welcome",
                                                 welcome.encrypted_group_info,
                                                 sealed.kem_output,
                                                 sealed.ciphertext));
    return encoded.with_bytes(SecretAccess{"decoding GroupSecrets"}, [](ByteView bytes) {
        return protocol::codec::decode_exact<GroupSecrets>(bytes);
    });
}

// The PSK that says what this group follows from, if there is one; it must be the only such.
Result<const ResumptionPskId*> lineage_psk(const GroupSecrets& secrets) {
    const ResumptionPskId* found = nullptr;
    for (const auto& psk : secrets.psks) {
        const auto* lineage = lineage_of(psk);
        if (lineage != nullptr && found != nullptr) {
            return MlsError::invalid_welcome;
        }
        found = lineage != nullptr ? lineage : found;
    }
    return found;
}

Result<GroupInfo> open_group_info(const CipherSuite& suite,
                                  const Welcome& welcome,
                                  const WelcomeSecret& secret) {
    const auto key = suite.expand<MessageKey>(secret, "key", {}, suite.key_size());
    const auto nonce = suite.expand<MessageNonce>(secret, "nonce", {}, suite.nonce_size());
    SERAI_TRY(plaintext,
              suite.aead_open(key,
                              SecretView{nonce}.bytes(SecretAccess{"AEAD nonce"}),
                              {},
                              welcome.encrypted_group_info));
    SERAI_TRY(info, protocol::codec::decode_exact<GroupInfo>(plaintext));
    if (info.group_context.cipher_suite != suite.id()) {
        return MlsError::invalid_welcome;
    }
    return std::move(info);
}

Result<TreeNodes> tree_for(const GroupInfo& info, const TreeNodes* given) {
    if (given != nullptr) {
        return *given;
    }
    const Bytes* inside = info.extensions.find(ExtensionType::ratchet_tree);
    if (inside == nullptr) {
        return MlsError::invalid_tree;
    }
    return protocol::codec::decode_exact<TreeNodes>(*inside);
}

std::optional<LeafIndex> find_leaf(const RatchetTree& tree, const LeafNode& own) {
    std::optional<LeafIndex> found;
    tree.for_each_member([&](LeafIndex index, const LeafNode& leaf) {
        if (leaf.encryption_key == own.encryption_key && leaf == own) {
            found = index;
        }
    });
    return found;
}

// struct { HPKEPublicKey external_pub; } ExternalPub;
Result<ByteView> external_pub_of(const GroupInfo& info) {
    const Bytes* data = info.extensions.find(ExtensionType::external_pub);
    if (data == nullptr) {
        return MlsError::invalid_group_info;
    }
    Reader reader{*data};
    const auto key = reader.vector();
    return key && reader.at_end() ? Result<ByteView>{*key}
                                  : Result<ByteView>{MlsError::invalid_group_info};
}

}  // namespace

Result<Group> Group::join(const Welcome& welcome,
                          const KeyPackageSecrets& key_package,
                          const TreeNodes* tree,
                          const ValidationPolicy& policy,
                          const PskSource* psks,
                          GroupInfo* info_out,
                          const Group* predecessor) {
    const CipherSuite* suite = CipherSuite::find(welcome.cipher_suite);
    if (suite == nullptr || key_package.key_package.cipher_suite != welcome.cipher_suite) {
        return MlsError::unsupported;
    }
    SERAI_TRY(secrets, open_group_secrets(*suite, welcome, key_package));
    SERAI_TRY(lineage, lineage_psk(secrets));
    if (lineage == nullptr && predecessor != nullptr) {
        return MlsError::invalid_welcome;
    }
    const LineageSource source{predecessor, psks};
    SERAI_TRY(psk, combine_psks_from(*suite, secrets.psks, &source));
    SERAI_TRY(info,
              open_group_info(*suite, welcome, welcome_secret(*suite, secrets.joiner_secret, psk)));
    SERAI_TRY(nodes, tree_for(info, tree));
    SERAI_TRY(view, PublicGroup::from_group_info(info, nodes, policy));
    if (lineage != nullptr) {
        SERAI_CHECK(check_lineage(*lineage, *predecessor, *view, policy));
    }
    const auto self = find_leaf(view->tree(), key_package.key_package.leaf_node);
    if (!self) {
        return MlsError::invalid_welcome;
    }
    TreeKemPrivate keys{*self,
                        key_package.leaf_key.clone("the key package outlives a failed join")};
    if (secrets.path_secret) {
        SERAI_CHECK(keys.implant(view->tree(), info.signer, std::move(*secrets.path_secret)));
    }
    auto joined =
        joined_secrets(*suite, std::move(secrets.joiner_secret), psk, view->encoded_context());
    const Bytes tag =
        suite->mac(joined.epoch.confirmation_key, view->context().confirmed_transcript_hash);
    if (!ct_equal(ByteView{tag}, info.confirmation_tag)) {
        return CryptoError::verification_failed;
    }
    if (!keys.consistent_with(view->tree())) {
        return MlsError::invalid_welcome;
    }
    if (info_out != nullptr) {
        *info_out = std::move(info);
    }
    return Group{view, std::move(keys), std::move(joined.epoch)};
}

Result<PendingCommit> Group::join_external(const GroupInfo& info,
                                           const TreeNodes* tree,
                                           const LeafIdentity& identity,
                                           const ExternalCommitOptions& options,
                                           const ValidationPolicy& policy,
                                           Random& random) {
    SERAI_TRY(external_pub, external_pub_of(info));
    SERAI_TRY(nodes, tree_for(info, tree));
    SERAI_TRY(view, PublicGroup::from_group_info(info, nodes, policy));
    CommitOptions commit;
    if (options.removes) {
        commit.removes.push_back(*options.removes);
    }
    commit.psks = options.psks;
    commit.authenticated_data = options.authenticated_data;
    commit.published_info = options.published_info;
    commit.psk_source = options.psk_source;
    return CommitBuilder{*view, external_pub, identity, commit, policy, random}.run();
}

}  // namespace serai::crypto::mls
