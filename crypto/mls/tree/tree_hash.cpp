// The hashes of a ratchet tree: tree hashes (RFC 9420, section 7.8) and parent hashes (section 7.9).
#include "crypto/mls/tree/ratchet_tree.hpp"
#include "crypto/mls/tree/ratchet_tree_node.hpp"

#include <algorithm>
#include <iterator>

namespace serai::crypto::mls {

namespace {

constexpr std::uint8_t kLeafInput = 1;
constexpr std::uint8_t kParentInput = 2;

std::vector<LeafIndex> without(const std::vector<LeafIndex>& leaves,
                               std::span<const LeafIndex> excluded) {
    std::vector<LeafIndex> rest;
    std::set_difference(
        leaves.begin(), leaves.end(), excluded.begin(), excluded.end(), std::back_inserter(rest));
    return rest;
}

// Those of the leaves, which are in increasing order, that lie under the node.
std::span<const LeafIndex> part_under(NodeIndex node, std::span<const LeafIndex> leaves) {
    const auto first = std::partition_point(leaves.begin(), leaves.end(), [&](LeafIndex leaf) {
        return node_of(leaf) < node && !contains(node, leaf);
    });
    const auto last = std::partition_point(
        first, leaves.end(), [&](LeafIndex leaf) { return contains(node, leaf); });
    return {first, last};
}

// TreeHashInput of a leaf; null for a blank one.
Bytes leaf_hash_input(LeafIndex index, const LeafNode* leaf) {
    Bytes out;
    Writer writer{out};
    writer.u8(kLeafInput);
    writer.u32(index.value());
    writer.flag(leaf != nullptr);
    if (leaf != nullptr) {
        leaf->encode(writer);
    }
    return out;
}

Bytes parent_hash_input(const ParentNode* parent, ByteView left, ByteView right) {
    Bytes out;
    Writer writer{out};
    writer.u8(kParentInput);
    writer.flag(parent != nullptr);
    if (parent != nullptr) {
        parent->encode(writer);
    }
    writer.vector(left);
    writer.vector(right);
    return out;
}

}  // namespace

const Bytes& RatchetTree::hash(const Node& node, NodeIndex index) const {
    if (node.hash.empty()) {
        node.hash = is_leaf(index)
                        ? suite_->hash({leaf_hash_input(leaf_of(index), node.content.leaf.get())})
                        : suite_->hash({parent_hash_input(node.content.parent.get(),
                                                          hash(*node.left, *mls::left(index)),
                                                          hash(*node.right, *mls::right(index)))});
    }
    return node.hash;
}

Bytes RatchetTree::tree_hash(NodeIndex index) const {
    const Node* node = find(index);
    return node == nullptr ? Bytes{} : hash(*node, index);
}

const Bytes& RatchetTree::root_hash() const {
    return hash(*root_, root_of(leaf_slots_));
}

// The original tree hash of section 7.9: as if the excluded leaves had never been added. Subtrees without any of them keep the
// hash they have.
Bytes RatchetTree::hash_without(const Node& node,
                                NodeIndex index,
                                std::span<const LeafIndex> all_excluded) const {
    const auto excluded = part_under(index, all_excluded);
    if (excluded.empty()) {
        return hash(node, index);
    }
    if (is_leaf(index)) {
        return suite_->hash({leaf_hash_input(leaf_of(index), nullptr)});
    }
    const Bytes left = hash_without(*node.left, *mls::left(index), excluded);
    const Bytes right = hash_without(*node.right, *mls::right(index), excluded);
    if (node.content.parent == nullptr) {
        return suite_->hash({parent_hash_input(nullptr, left, right)});
    }
    ParentNode parent = *node.content.parent;
    parent.unmerged_leaves = without(parent.unmerged_leaves, excluded);
    return suite_->hash({parent_hash_input(&parent, left, right)});
}

Bytes RatchetTree::parent_hash(const ParentNode& parent, ByteView sibling_hash) const {
    Bytes input;
    Writer writer{input};
    writer.vector(parent.encryption_key);
    writer.vector(parent.parent_hash);
    writer.vector(sibling_hash);
    return suite_->hash({input});
}

// Section 7.9.2: exactly one descendant D must carry this node's parent hash, and the rest of the resolution of the child it
// lies under must be leaves that came after D and this node were set together.
bool RatchetTree::parent_hash_valid(const Node& node, NodeIndex index) const {
    const ParentNode& parent = *node.content.parent;
    const auto l = *mls::left(index);
    const auto r = *mls::right(index);
    int chains = 0;
    for (const bool left_side : {true, false}) {
        const NodeIndex child = left_side ? l : r;
        const NodeIndex other = left_side ? r : l;
        const Node& sibling = left_side ? *node.right : *node.left;
        const auto candidates = resolution(child);
        const auto is_late = [&](NodeIndex at) {
            return is_leaf(at) &&
                   std::binary_search(
                       parent.unmerged_leaves.begin(), parent.unmerged_leaves.end(), leaf_of(at));
        };
        const auto late = static_cast<std::size_t>(std::count_if(
            parent.unmerged_leaves.begin(), parent.unmerged_leaves.end(), [&](LeafIndex leaf) {
                return contains(child, leaf);
            }));
        if (candidates.size() != late + 1) {
            continue;
        }
        const auto late_candidates = std::count_if(candidates.begin(), candidates.end(), is_late);
        const Bytes expected =
            parent_hash(parent, hash_without(sibling, other, parent.unmerged_leaves));
        for (const auto candidate : candidates) {
            const auto late_others = late_candidates - (is_late(candidate) ? 1 : 0);
            if (static_cast<std::size_t>(late_others) + 1 != candidates.size()) {
                continue;
            }
            const TreeNode content = this->node(candidate);
            const ByteView carried = content.leaf != nullptr
                                         ? content.leaf->parent_hash()
                                         : ByteView{content.parent->parent_hash};
            if (equal(carried, expected)) {
                ++chains;
            }
        }
    }
    return chains == 1;
}

bool RatchetTree::parent_hashes_valid() const {
    bool valid = true;
    const auto visit = [&](const auto& self, const Node& node, NodeIndex index) -> void {
        if (!valid || is_leaf(index)) {
            return;
        }
        self(self, *node.left, *mls::left(index));
        self(self, *node.right, *mls::right(index));
        if (valid && node.content.parent != nullptr) {
            valid = parent_hash_valid(node, index);
        }
    };
    visit(visit, *root_, root_of(leaf_slots_));
    return valid;
}

}  // namespace serai::crypto::mls
