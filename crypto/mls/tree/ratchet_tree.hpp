// The public ratchet tree, RFC 9420, sections 4 and 7: a persistent (path-copying) tree whose versions share what they have in
// common, so keeping the tree of the epoch before costs a path, and staging a commit copies nothing else.
#pragma once

#include "crypto/mls/cipher_suite.hpp"
#include "crypto/mls/tree/key_index.hpp"
#include "crypto/mls/tree/tree_math.hpp"
#include "crypto/mls/wire/commit.hpp"
#include "crypto/mls/wire/tree_node.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace serai::crypto::mls {

// One step of a filtered direct path (section 4.1.2), from the leaf upwards.
struct PathStep {
    NodeIndex node;
    NodeIndex copath_child;  // the child that is not on the path
    std::vector<NodeIndex>
        resolution;  // of copath_child, without the leaves that are new in this commit
};

// A value: copies are cheap and independent. Changing one never changes another.
// Thread safety: hashes are computed on first use and kept in the shared nodes; once root_hash() was called on a tree, it may be
// read from several threads. Indices out of range are answered like blank nodes, never undefined.
class RatchetTree {
  public:
    // One member, at leaf 0.
    RatchetTree(const CipherSuite& suite, LeafNode first);

    // From the array form: the last node must not be blank, leaves have even places, parents odd ones, and unmerged leaves are
    // members under their node. invalid_tree otherwise. Signatures and hashes are not checked here.
    static Result<RatchetTree> from_nodes(const CipherSuite& suite, const TreeNodes& nodes);

    // The array form, without blanks at the end.
    [[nodiscard]] TreeNodes to_nodes() const;

    [[nodiscard]] const CipherSuite& suite() const { return *suite_; }

    // Number of leaf places: a power of two.
    [[nodiscard]] std::uint32_t leaf_slots() const { return leaf_slots_; }

    [[nodiscard]] std::uint32_t member_count() const;

    [[nodiscard]] TreeNode node(NodeIndex index) const;

    // Null for a blank or absent leaf.
    [[nodiscard]] std::shared_ptr<const LeafNode> leaf(LeafIndex index) const;

    // Calls fn(LeafIndex, const LeafNode&) for each member, from the left.
    void for_each_member(const std::function<void(LeafIndex, const LeafNode&)>& fn) const;

    // Calls fn(NodeIndex, const TreeNode&) for each node that is not blank, in array order.
    void for_each_node(const std::function<void(NodeIndex, const TreeNode&)>& fn) const;

    // Nodes whose content differs from `before`, in array order; places that only one of them has count as blank in the other.
    [[nodiscard]] std::vector<NodeIndex> changed_since(const RatchetTree& before) const;

    // Section 7.3, over the whole tree: encryption keys of all nodes, signature keys of the leaves. Kept up to date by every change.
    [[nodiscard]] const KeyIndex& encryption_keys() const { return encryption_keys_; }

    [[nodiscard]] const KeyIndex& signature_keys() const { return signature_keys_; }

    // Section 4.1.1.
    [[nodiscard]] std::vector<NodeIndex> resolution(NodeIndex index) const;

    // Sections 7.8 and 12.4.3.1. Empty for an index out of range.
    [[nodiscard]] Bytes tree_hash(NodeIndex index) const;
    [[nodiscard]] const Bytes& root_hash() const;

    // Whether every member's capabilities list every credential type in use (section 7.3). Constant time, unless
    // a type is in use that is not known here.
    [[nodiscard]] bool credential_types_compatible() const;

    // Section 7.9.2, as a newcomer checks it: every parent is parent-hash valid by exactly one descendant.
    [[nodiscard]] bool parent_hashes_valid() const;

    // The filtered direct path of a leaf, with the nodes to encrypt to. `new_leaves` is in increasing order.
    [[nodiscard]] std::vector<PathStep> filtered_direct_path(
        LeafIndex leaf, std::span<const LeafIndex> new_leaves) const;

    // Where the next member goes: the leftmost blank leaf, perhaps in a tree one level higher.
    [[nodiscard]] LeafIndex next_free_leaf() const;

    // Section 12.1.1. Throws std::length_error over kMaxLeafSlots.
    LeafIndex add(std::shared_ptr<const LeafNode> leaf);

    // Section 12.1.2: replaces the leaf, blanks its path. The leaf must be a member.
    void update(LeafIndex index, std::shared_ptr<const LeafNode> leaf);

    // Section 12.1.3: blanks the leaf and its path, truncates.
    void remove(LeafIndex index);

    // Merging (section 7.5): blanks the path, places the public keys with their parent hashes, and returns the parent hash that the
    // new leaf must carry. `public_keys` are those of `path`'s nodes. The leaf itself is set by set_leaf().
    Bytes merge_path(LeafIndex leaf,
                     std::span<const PathStep> path,
                     std::span<const Bytes> public_keys);

    // Replaces a leaf and nothing else.
    void set_leaf(LeafIndex index, std::shared_ptr<const LeafNode> leaf);

  private:
    struct Node;
    using NodePtr = std::shared_ptr<const Node>;
    // What an edit does to the content of each node on a path.
    using Edit = std::function<void(NodeIndex, TreeNode&)>;

    RatchetTree(const CipherSuite& suite, NodePtr root, std::uint32_t leaf_slots);

    static NodePtr blank_subtree(std::uint32_t level);
    static NodePtr build(const TreeNodes& nodes, NodeIndex index);
    static NodePtr edited(const NodePtr& node,
                          NodeIndex index,
                          LeafIndex towards,
                          const Edit& edit);
    [[nodiscard]] bool unmerged_leaves_valid() const;

    void edit_path(LeafIndex leaf, const Edit& edit);
    void index_keys(const TreeNodes& nodes);
    void index_change(const TreeNode& before, const TreeNode& after);
    void forget_keys(const Node& subtree);
    void extend();
    void truncate();

    [[nodiscard]] const Node* find(NodeIndex index) const;
    const Bytes& hash(const Node& node, NodeIndex index) const;
    [[nodiscard]] Bytes hash_without(const Node& node,
                                     NodeIndex index,
                                     std::span<const LeafIndex> excluded) const;
    [[nodiscard]] Bytes parent_hash(const ParentNode& parent, ByteView sibling_hash) const;
    [[nodiscard]] bool parent_hash_valid(const Node& node, NodeIndex index) const;

    const CipherSuite* suite_;
    NodePtr root_;
    std::uint32_t leaf_slots_;
    KeyIndex encryption_keys_;
    KeyIndex signature_keys_;
};

}  // namespace serai::crypto::mls
