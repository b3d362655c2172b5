#include "crypto/mls/tree/treekem.hpp"

#include "crypto/secret/secret_writer.hpp"

#include <algorithm>

namespace serai::crypto::mls {

namespace {

constexpr std::string_view kPathLabel = "UpdatePathNode";

HpkeCiphertextWire to_wire(HpkeCiphertext&& sealed) {
    return {std::move(sealed.kem_output), std::move(sealed.ciphertext)};
}

}  // namespace

HpkeKeyPair path_key_pair(const CipherSuite& suite, const PathSecret& path_secret) {
    return suite.derive_key_pair(suite.derive<NodeSecret>(path_secret, "node"));
}

PathSecret next_path_secret(const CipherSuite& suite, PathSecret&& path_secret) {
    const PathSecret consumed = std::move(path_secret);
    return suite.derive<PathSecret>(consumed, "path");
}

TreeKemPrivate::TreeKemPrivate(LeafIndex self, HpkeKeyPair leaf_key) : self_(self) {
    set_leaf_key(std::move(leaf_key));
}

const HpkeKeyPair* TreeKemPrivate::find(NodeIndex node) const {
    const auto it = keys_.find(node);
    return it == keys_.end() ? nullptr : &it->second;
}

void TreeKemPrivate::set(NodeIndex node, HpkeKeyPair key) {
    keys_.insert_or_assign(node, std::move(key));
}

TreeKemPrivate TreeKemPrivate::clone(std::string_view reason) const {
    TreeKemPrivate copy{self_, find(node_of(self_))->clone(reason)};
    for (const auto& [node, key] : keys_) {
        copy.set(node, key.clone(reason));
    }
    return copy;
}

NewPath TreeKemPrivate::generate_path(const CipherSuite& suite, std::size_t steps, Random& random) {
    NewPath path;
    path.leaf_key = suite.generate_key_pair(random);
    auto secret = PathSecret::random(suite.hash_size(), random);
    for (std::size_t i = 0; i < steps; ++i) {
        path.keys.push_back(path_key_pair(suite, secret));
        path.public_keys.push_back(path.keys.back().public_key);
        auto next = suite.derive<PathSecret>(secret, "path");
        path.secrets.push_back(std::move(secret));
        secret = std::move(next);
    }
    path.commit_secret = std::move(secret).retag<CommitSecretTag>("path_secret[n+1], section 7.4");
    return path;
}

void TreeKemPrivate::take_own_path(NewPath& path, std::span<const PathStep> steps) {
    set_leaf_key(std::move(path.leaf_key));
    for (std::size_t i = 0; i < steps.size(); ++i) {
        set(steps[i].node, std::move(path.keys[i]));
    }
}

Result<void> TreeKemPrivate::implant(const RatchetTree& tree,
                                     LeafIndex committer,
                                     PathSecret&& secret) {
    if (committer == self_) {
        return MlsError::invalid_welcome;
    }
    const CipherSuite& suite = tree.suite();
    auto current = std::move(secret);
    std::optional<NodeIndex> at = common_ancestor(self_, committer);
    if (at->value() >= node_count(tree.leaf_slots())) {
        return MlsError::invalid_welcome;
    }
    bool first = true;
    for (; at; at = parent(*at, tree.leaf_slots())) {
        const TreeNode node = tree.node(*at);
        if (node.blank()) {
            // Not on the committer's filtered path. The lowest one must be: we lie on its copath.
            if (first) {
                return MlsError::invalid_welcome;
            }
            continue;
        }
        if (!first) {
            current = next_path_secret(suite, std::move(current));
        }
        first = false;
        auto key = path_key_pair(suite, current);
        if (!equal(key.public_key, node.encryption_key())) {
            return MlsError::invalid_welcome;
        }
        set(*at, std::move(key));
    }
    return {};
}

Result<CommitSecret> TreeKemPrivate::open_path(const CipherSuite& suite,
                                               std::span<const PathStep> steps,
                                               const UpdatePath& path,
                                               ByteView context) {
    const auto step = std::find_if(steps.begin(), steps.end(), [&](const PathStep& candidate) {
        return contains(candidate.copath_child, self_);
    });
    if (step == steps.end()) {
        return MlsError::invalid_path;
    }
    const auto held = std::find_if(step->resolution.begin(),
                                   step->resolution.end(),
                                   [&](NodeIndex node) { return find(node) != nullptr; });
    if (held == step->resolution.end()) {
        return MlsError::invalid_path;
    }
    const auto first = static_cast<std::size_t>(step - steps.begin());
    const auto& sealed =
        path.nodes[first]
            .encrypted_path_secret[static_cast<std::size_t>(held - step->resolution.begin())];
    SERAI_TRY(opened,
              suite.decrypt<PathSecret>(
                  *find(*held), kPathLabel, context, sealed.kem_output, sealed.ciphertext));
    PathSecret secret = std::move(opened);
    if (secret.size() != suite.hash_size()) {
        return MlsError::invalid_path;
    }
    std::vector<HpkeKeyPair> keys;
    for (std::size_t i = first; i < steps.size(); ++i) {
        keys.push_back(path_key_pair(suite, secret));
        // Section 7.5: the derived public keys must be those that were sent.
        if (!equal(keys.back().public_key, path.nodes[i].encryption_key)) {
            return MlsError::invalid_path;
        }
        secret = next_path_secret(suite, std::move(secret));
    }
    for (std::size_t i = first; i < steps.size(); ++i) {
        set(steps[i].node, std::move(keys[i - first]));
    }
    return std::move(secret).retag<CommitSecretTag>("path_secret[n+1], section 12.4.2");
}

void TreeKemPrivate::prune(const RatchetTree& tree) {
    std::erase_if(keys_, [&](const auto& entry) {
        return !equal(tree.node(entry.first).encryption_key(), entry.second.public_key);
    });
}

bool TreeKemPrivate::consistent_with(const RatchetTree& tree) const {
    return find(node_of(self_)) != nullptr &&
           std::all_of(keys_.begin(), keys_.end(), [&](const auto& entry) {
               return equal(tree.node(entry.first).encryption_key(), entry.second.public_key);
           });
}

EncodedTreeKem TreeKemPrivate::save() const {
    SecretWriter writer;
    writer.u32(self_.value());
    writer.u32(static_cast<std::uint32_t>(keys_.size()));
    for (const auto& [node, key] : keys_) {
        writer.u32(node.value());
        writer.vector(key.private_key);
        writer.vector(ByteView{key.public_key});
    }
    return writer.finish<EncodedTreeKem>();
}

Result<TreeKemPrivate> TreeKemPrivate::load(SecretView blob) {
    Reader reader{blob.bytes(SecretAccess{"decoding TreeKEM keys"})};
    SERAI_TRY(self, reader.u32());
    SERAI_TRY(count, reader.u32());
    TreeKemPrivate loaded{LeafIndex{self}, {}};
    for (std::uint32_t i = 0; i < count; ++i) {
        SERAI_TRY(node, reader.u32());
        SERAI_TRY(private_key, reader.vector());
        SERAI_TRY(public_key, read_bytes(reader));
        loaded.set(NodeIndex{node},
                   {HpkePrivateKey::from_bytes(private_key), std::move(public_key)});
    }
    if (!reader.at_end()) {
        return MlsError::corrupt_state;
    }
    return loaded;
}

Result<std::vector<UpdatePathNode>> encrypt_path(const RatchetTree& tree,
                                                 std::span<const PathStep> steps,
                                                 const NewPath& path,
                                                 ByteView context,
                                                 Random& random) {
    std::vector<UpdatePathNode> nodes;
    const HpkeInfo info = tree.suite().encryption_info(kPathLabel, context);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        UpdatePathNode node{path.public_keys[i], {}};
        for (const auto target : steps[i].resolution) {
            const TreeNode recipient = tree.node(target);
            auto sealed =
                tree.suite().encrypt(recipient.encryption_key(), info, path.secrets[i], random);
            if (!sealed) {
                return MlsError::invalid_path;
            }
            node.encrypted_path_secret.push_back(to_wire(std::move(*sealed)));
        }
        nodes.push_back(std::move(node));
    }
    return nodes;
}

}  // namespace serai::crypto::mls
