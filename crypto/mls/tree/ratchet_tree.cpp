#include "crypto/mls/tree/ratchet_tree.hpp"

#include "crypto/mls/tree/ratchet_tree_node.hpp"

#include <algorithm>
#include <set>

namespace serai::crypto::mls {

RatchetTree::RatchetTree(const CipherSuite& suite, LeafNode first)
    : suite_(&suite),
      root_(std::make_shared<const Node>(
          TreeNode{std::make_shared<const LeafNode>(std::move(first)), nullptr})),
      leaf_slots_(1) {
    index_change({}, root_->content);
}

RatchetTree::RatchetTree(const CipherSuite& suite, NodePtr root, std::uint32_t leaf_slots)
    : suite_(&suite), root_(std::move(root)), leaf_slots_(leaf_slots) {}

RatchetTree::NodePtr RatchetTree::blank_subtree(std::uint32_t height) {
    if (height == 0) {
        return std::make_shared<const Node>(TreeNode{});
    }
    return std::make_shared<const Node>(
        TreeNode{}, blank_subtree(height - 1), blank_subtree(height - 1));
}

RatchetTree::NodePtr RatchetTree::build(const TreeNodes& nodes, NodeIndex index) {
    const TreeNode content =
        index.value() < nodes.nodes.size() ? nodes.nodes[index.value()] : TreeNode{};
    if (is_leaf(index)) {
        return std::make_shared<const Node>(content);
    }
    return std::make_shared<const Node>(
        content, build(nodes, *mls::left(index)), build(nodes, *mls::right(index)));
}

Result<RatchetTree> RatchetTree::from_nodes(const CipherSuite& suite, const TreeNodes& nodes) {
    const auto& list = nodes.nodes;
    // Section 12.4.3.3: the receiver MUST check that the last node is non-blank.
    if (list.empty() || list.back().blank() || list.size() > node_count(kMaxLeafSlots)) {
        return MlsError::invalid_tree;
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
        const bool even = i % 2 == 0;
        if ((even && list[i].parent != nullptr) || (!even && list[i].leaf != nullptr)) {
            return MlsError::invalid_tree;
        }
    }
    const auto slots = leaf_slots_for(static_cast<std::uint32_t>(list.size() / 2 + 1));
    RatchetTree tree{suite, build(nodes, root_of(slots)), slots};
    if (!tree.unmerged_leaves_valid()) {
        return MlsError::invalid_tree;
    }
    tree.index_keys(nodes);
    return tree;
}

void RatchetTree::index_keys(const TreeNodes& nodes) {
    std::vector<ByteView> encryption;
    std::vector<ByteView> signature;
    for (const auto& node : nodes.nodes) {
        if (!node.encryption_key().empty()) {
            encryption.push_back(node.encryption_key());
        }
        if (node.leaf != nullptr && !node.leaf->signature_key.empty()) {
            signature.push_back(node.leaf->signature_key);
        }
    }
    encryption_keys_ = KeyIndex{encryption};
    signature_keys_ = KeyIndex{signature};
}

TreeNodes RatchetTree::to_nodes() const {
    TreeNodes out;
    for_each_node([&](NodeIndex index, const TreeNode& content) {
        out.nodes.resize(index.value());
        out.nodes.push_back(content);
    });
    return out;
}

std::uint32_t RatchetTree::member_count() const {
    return root_->members;
}

const RatchetTree::Node* RatchetTree::find(NodeIndex index) const {
    if (index.value() >= node_count(leaf_slots_)) {
        return nullptr;
    }
    const Node* node = root_.get();
    NodeIndex at = root_of(leaf_slots_);
    while (at != index) {
        const bool go_left = index < at;
        node = go_left ? node->left.get() : node->right.get();
        at = go_left ? *mls::left(at) : *mls::right(at);
    }
    return node;
}

TreeNode RatchetTree::node(NodeIndex index) const {
    const Node* found = find(index);
    return found == nullptr ? TreeNode{} : found->content;
}

std::shared_ptr<const LeafNode> RatchetTree::leaf(LeafIndex index) const {
    return index.value() < leaf_slots_ ? node(node_of(index)).leaf : nullptr;
}

void RatchetTree::for_each_member(const std::function<void(LeafIndex, const LeafNode&)>& fn) const {
    const auto visit = [&](const auto& self, const Node& node, NodeIndex index) -> void {
        if (node.members == 0) {
            return;
        }
        if (is_leaf(index)) {
            fn(leaf_of(index), *node.content.leaf);
            return;
        }
        self(self, *node.left, *mls::left(index));
        self(self, *node.right, *mls::right(index));
    };
    visit(visit, *root_, root_of(leaf_slots_));
}

void RatchetTree::for_each_node(const std::function<void(NodeIndex, const TreeNode&)>& fn) const {
    const auto visit = [&](const auto& self, const Node& node, NodeIndex index) -> void {
        if (node.empty) {
            return;
        }
        if (node.left != nullptr) {
            self(self, *node.left, *mls::left(index));
        }
        if (!node.content.blank()) {
            fn(index, node.content);
        }
        if (node.right != nullptr) {
            self(self, *node.right, *mls::right(index));
        }
    };
    visit(visit, *root_, root_of(leaf_slots_));
}

std::vector<NodeIndex> RatchetTree::changed_since(const RatchetTree& before) const {
    std::vector<NodeIndex> changed;
    const auto root_a = root_of(before.leaf_slots_);
    const auto root_b = root_of(leaf_slots_);
    // Null stands for a subtree that the other tree does not have.
    const auto visit =
        [&](const auto& self, const Node* a, const Node* b, NodeIndex index) -> void {
        // Above one tree's root lies only the other's: pick the smaller root up on the way down.
        a = index == root_a ? before.root_.get() : a;
        b = index == root_b ? root_.get() : b;
        if (a == b) {
            return;
        }
        const auto child = [&](const Node* node, bool is_left) -> const Node* {
            return node == nullptr ? nullptr : (is_left ? node->left.get() : node->right.get());
        };
        const bool inner = !is_leaf(index);
        if (inner) {
            self(self, child(a, true), child(b, true), *mls::left(index));
        }
        const TreeNode nothing;
        const TreeNode& was = a == nullptr ? nothing : a->content;
        const TreeNode& is = b == nullptr ? nothing : b->content;
        if (was.leaf != is.leaf || was.parent != is.parent) {
            changed.push_back(index);
        }
        if (inner) {
            self(self, child(a, false), child(b, false), *mls::right(index));
        }
    };
    visit(visit, nullptr, nullptr, std::max(root_a, root_b));
    return changed;
}

std::vector<NodeIndex> RatchetTree::resolution(NodeIndex index) const {
    std::vector<NodeIndex> out;
    const auto visit = [&](const auto& self, const Node& node, NodeIndex at) -> void {
        if (node.empty) {
            return;  // nearly half of the places may be free
        }
        if (!node.content.blank()) {
            out.push_back(at);
            if (node.content.parent != nullptr) {
                for (const auto leaf : node.content.parent->unmerged_leaves) {
                    out.push_back(node_of(leaf));
                }
            }
        } else if (!is_leaf(at)) {
            self(self, *node.left, *mls::left(at));
            self(self, *node.right, *mls::right(at));
        }
    };
    if (const Node* node = find(index)) {
        visit(visit, *node, index);
    }
    return out;
}

bool RatchetTree::credential_types_compatible() const {
    if ((root_->types_used & kOtherCredentialType) == 0) {
        return (root_->types_used & ~root_->types_supported) == 0;
    }
    std::set<CredentialType> used;
    for_each_member([&](LeafIndex, const LeafNode& leaf) { used.insert(leaf.credential.type()); });
    bool compatible = true;
    for_each_member([&](LeafIndex, const LeafNode& leaf) {
        compatible = compatible && std::all_of(used.begin(), used.end(), [&](CredentialType type) {
                         return leaf.capabilities.supports(type);
                     });
    });
    return compatible;
}

// Section 12.4.3.1: an unmerged leaf is a member below the node, and every parent between them lists it too.
bool RatchetTree::unmerged_leaves_valid() const {
    bool valid = true;
    const auto listed_below = [&](const Node& from, NodeIndex at, LeafIndex leaf) {
        const Node* node = &from;
        while (!is_leaf(at)) {
            const auto& parent = node->content.parent;
            if (parent != nullptr &&
                !std::binary_search(
                    parent->unmerged_leaves.begin(), parent->unmerged_leaves.end(), leaf)) {
                return false;
            }
            const bool go_left = node_of(leaf) < at;
            node = go_left ? node->left.get() : node->right.get();
            at = go_left ? *mls::left(at) : *mls::right(at);
        }
        return node->content.leaf != nullptr;
    };
    const auto visit = [&](const auto& self, const Node& node, NodeIndex index) -> void {
        if (is_leaf(index) || !valid) {
            return;
        }
        if (node.content.parent != nullptr) {
            for (const auto leaf : node.content.parent->unmerged_leaves) {
                valid = valid && contains(index, leaf) && listed_below(node, index, leaf);
            }
        }
        self(self, *node.left, *mls::left(index));
        self(self, *node.right, *mls::right(index));
    };
    visit(visit, *root_, root_of(leaf_slots_));
    return valid;
}

}  // namespace serai::crypto::mls
