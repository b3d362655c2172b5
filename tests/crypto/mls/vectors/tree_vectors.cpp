// Tree arithmetic, tree operations, hashes of trees, TreeKEM.
#include "crypto/mls/group/leaf_validation.hpp"
#include "crypto/mls/tree/ratchet_tree.hpp"
#include "crypto/mls/tree/treekem.hpp"
#include "crypto/mls/wire/group_info.hpp"
#include "tests/crypto/mls/vectors/vector_case.hpp"
#include "tests/crypto/mls/vectors/vector_runner.hpp"

#include <map>

namespace serai::tests::mls {

using namespace serai::crypto;
using namespace serai::crypto::mls;

namespace {

std::optional<NodeIndex> optional_node(const boost::json::value& value) {
    if (value.is_null()) {
        return std::nullopt;
    }
    return NodeIndex{value.to_number<std::uint32_t>()};
}

RatchetTree tree_of(const CipherSuite& suite, const VectorCase& entry, std::string_view name) {
    return value_of(RatchetTree::from_nodes(suite, entry.decoded<TreeNodes>(name)), name);
}

void apply(RatchetTree& tree, const Proposal& proposal, LeafIndex sender) {
    if (const auto* add = proposal.get<Add>()) {
        tree.add(std::make_shared<const LeafNode>(add->key_package.leaf_node));
    } else if (const auto* update = proposal.get<Update>()) {
        tree.update(sender, std::make_shared<const LeafNode>(update->leaf_node));
    } else if (const auto* remove = proposal.get<Remove>()) {
        tree.remove(remove->removed);
    } else {
        throw VectorFailed{"unexpected proposal"};
    }
}

struct Member {
    TreeKemPrivate keys;
    SignatureKeyPair signer;
};

std::map<LeafIndex, Member> members_of(const CipherSuite& suite,
                                       const VectorCase& entry,
                                       const RatchetTree& tree) {
    std::map<LeafIndex, Member> members;
    for (const auto& item : entry.array("leaves_private")) {
        const VectorCase leaf{item};
        const LeafIndex index{leaf.number32("index")};
        Member member{{index, hpke_key(suite, leaf, "encryption_priv")},
                      signature_key(suite, leaf, "signature_priv")};
        for (const auto& node : leaf.array("path_secrets")) {
            const VectorCase secret{node};
            member.keys.set(NodeIndex{secret.number32("node")},
                            path_key_pair(suite, secret.secret<PathSecret>("path_secret")));
        }
        expect(member.keys.consistent_with(tree), "private state fits the tree");
        expect_equal(tree.leaf(index)->signature_key, member.signer.public_key, "signature key");
        members.emplace(index, std::move(member));
    }
    return members;
}

// What the vectors have in common for all paths of one tree.
struct TreeKemCase {
    const CipherSuite& suite;
    RatchetTree tree;
    GroupContext context;
    std::map<LeafIndex, Member> members;
};

// Merges a path into a copy of the tree; returns the encoded context that belongs to it.
Bytes merge(const TreeKemCase& test,
            LeafIndex sender,
            const UpdatePath& path,
            std::span<const PathStep> steps,
            RatchetTree& merged) {
    std::vector<Bytes> keys;
    for (const auto& node : path.nodes) {
        keys.push_back(node.encryption_key);
    }
    expect(keys.size() == steps.size(), "one key for each step");
    expect_equal(merged.merge_path(sender, steps, keys),
                 path.leaf_node.parent_hash(),
                 "parent hash of the path's leaf");
    merged.set_leaf(sender, std::make_shared<const LeafNode>(path.leaf_node));
    expect(merged.parent_hashes_valid(), "merged tree is parent-hash valid");
    GroupContext context = test.context;
    context.tree_hash = merged.root_hash();
    return protocol::codec::encode(context);
}

void open_for_all(const TreeKemCase& test,
                  LeafIndex sender,
                  const UpdatePath& path,
                  std::span<const PathStep> steps,
                  ByteView context,
                  ByteView commit_secret) {
    for (const auto& [index, member] : test.members) {
        if (index == sender) {
            continue;
        }
        auto keys = member.keys.clone("each path starts from the same state");
        expect_secret(value_of(keys.open_path(test.suite, steps, path, context), "open_path"),
                      commit_secret,
                      "commit_secret");
    }
}

void check_given_path(const TreeKemCase& test, const VectorCase& given) {
    const LeafIndex sender{given.number32("sender")};
    const auto path = given.decoded<UpdatePath>("update_path");
    const auto steps = test.tree.filtered_direct_path(sender, {});
    RatchetTree merged = test.tree;
    const Bytes context = merge(test, sender, path, steps, merged);
    expect_equal(merged.root_hash(), given.bytes("tree_hash_after"), "tree_hash_after");
    open_for_all(test, sender, path, steps, context, given.bytes("commit_secret"));

    const auto& secrets = given.array("path_secrets");
    for (const auto& [index, member] : test.members) {
        if (secrets.at(index.value()).is_null()) {
            continue;
        }
        auto keys = member.keys.clone("each path starts from the same state");
        static_cast<void>(value_of(keys.open_path(test.suite, steps, path, context), "open_path"));
        const auto expected = path_key_pair(
            test.suite, PathSecret::from_bytes(VectorCase::hex(secrets.at(index.value()))));
        const auto* held = keys.find(common_ancestor(index, sender));
        expect(held != nullptr && held->public_key == expected.public_key,
               "key of the common ancestor comes from the given path secret");
    }
}

void check_own_path(const TreeKemCase& test, LeafIndex sender) {
    const auto steps = test.tree.filtered_direct_path(sender, {});
    const auto secrets = TreeKemPrivate::generate_path(test.suite, steps.size(), system_random());
    RatchetTree merged = test.tree;
    UpdatePath path{*test.tree.leaf(sender), {}};
    path.leaf_node.encryption_key = secrets.leaf_key.public_key;
    path.leaf_node.source = FromCommit{merged.merge_path(sender, steps, secrets.public_keys)};
    path.leaf_node.signature = sign_leaf(test.suite,
                                         test.members.at(sender).signer.private_key,
                                         path.leaf_node,
                                         test.context.group_id,
                                         sender);
    merged.set_leaf(sender, std::make_shared<const LeafNode>(path.leaf_node));
    GroupContext context = test.context;
    context.tree_hash = merged.root_hash();
    const Bytes encoded = protocol::codec::encode(context);
    path.nodes = value_of(encrypt_path(merged, steps, secrets, encoded, system_random()), "path");
    secrets.commit_secret.with_bytes(
        SecretAccess{"comparison in a test"}, [&](ByteView commit_secret) {
            open_for_all(test, sender, path, steps, encoded, commit_secret);
        });
}

}  // namespace

void check_tree_math(const boost::json::value& value) {
    const VectorCase entry{value};
    const auto leaves = entry.number32("n_leaves");
    const auto nodes = node_count(leaves);
    expect(nodes == entry.number32("n_nodes"), "n_nodes");
    expect(root_of(leaves).value() == entry.number32("root"), "root");
    for (std::uint32_t i = 0; i < nodes; ++i) {
        const NodeIndex node{i};
        expect(left(node) == optional_node(entry.array("left").at(i)), "left");
        expect(right(node) == optional_node(entry.array("right").at(i)), "right");
        expect(parent(node, leaves) == optional_node(entry.array("parent").at(i)), "parent");
        expect(sibling(node, leaves) == optional_node(entry.array("sibling").at(i)), "sibling");
    }
}

void check_tree_operations(const boost::json::value& value) {
    const VectorCase entry{value};
    RatchetTree tree = tree_of(entry.suite(), entry, "tree_before");
    const RatchetTree before = tree;
    expect_equal(tree.root_hash(), entry.bytes("tree_hash_before"), "tree_hash_before");
    apply(tree, entry.decoded<Proposal>("proposal"), LeafIndex{entry.number32("proposal_sender")});
    expect_equal(protocol::codec::encode(tree.to_nodes()), entry.bytes("tree_after"), "tree_after");
    expect_equal(tree.root_hash(), entry.bytes("tree_hash_after"), "tree_hash_after");
    expect_equal(before.root_hash(), entry.bytes("tree_hash_before"), "the tree before is kept");
}

void check_tree_validation(const boost::json::value& value) {
    const VectorCase entry{value};
    const auto& suite = entry.suite();
    const RatchetTree tree = tree_of(suite, entry, "tree");
    const auto nodes = node_count(tree.leaf_slots());
    expect(entry.array("resolutions").size() == nodes, "number of nodes");
    for (std::uint32_t i = 0; i < nodes; ++i) {
        std::vector<NodeIndex> expected;
        for (const auto& item : entry.array("resolutions").at(i).as_array()) {
            expected.push_back(*optional_node(item));
        }
        expect(tree.resolution(NodeIndex{i}) == expected, "resolution");
        expect_equal(tree.tree_hash(NodeIndex{i}),
                     VectorCase::hex(entry.array("tree_hashes").at(i)),
                     "tree hash");
    }
    expect(tree.parent_hashes_valid(), "parent hashes");
    const Bytes group_id = entry.bytes("group_id");
    tree.for_each_member([&](LeafIndex index, const LeafNode& leaf) {
        expect_ok(verify_leaf_signature(suite, leaf, group_id, index), "leaf signature");
    });
    expect_equal(protocol::codec::encode(tree.to_nodes()), entry.bytes("tree"), "re-encoded tree");
}

void check_treekem(const boost::json::value& value) {
    const VectorCase entry{value};
    const auto& suite = entry.suite();
    RatchetTree tree = tree_of(suite, entry, "ratchet_tree");
    auto members = members_of(suite, entry, tree);
    const GroupContext context{suite.id(),
                               entry.bytes("group_id"),
                               entry.number("epoch"),
                               tree.root_hash(),
                               entry.bytes("confirmed_transcript_hash"),
                               {}};
    const TreeKemCase test{suite, std::move(tree), context, std::move(members)};
    for (const auto& item : entry.array("update_paths")) {
        const VectorCase given{item};
        check_given_path(test, given);
        check_own_path(test, LeafIndex{given.number32("sender")});
    }
}

}  // namespace serai::tests::mls
