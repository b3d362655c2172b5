// How a ratchet tree changes (RFC 9420, sections 7.5, 7.7 and 12.1): every change rewrites the nodes of one path.
#include "crypto/mls/tree/ratchet_tree.hpp"
#include "crypto/mls/tree/ratchet_tree_node.hpp"

#include <algorithm>
#include <stdexcept>

namespace serai::crypto::mls {

namespace {

std::vector<LeafIndex> with(std::vector<LeafIndex> leaves, LeafIndex leaf) {
    leaves.insert(std::lower_bound(leaves.begin(), leaves.end(), leaf), leaf);
    return leaves;
}

}  // namespace

RatchetTree::NodePtr RatchetTree::edited(const NodePtr& node,
                                         NodeIndex index,
                                         LeafIndex towards,
                                         const Edit& edit) {
    TreeNode content = node->content;
    edit(index, content);
    if (is_leaf(index)) {
        return std::make_shared<const Node>(std::move(content));
    }
    if (node_of(towards) < index) {
        return std::make_shared<const Node>(
            std::move(content), edited(node->left, *mls::left(index), towards, edit), node->right);
    }
    return std::make_shared<const Node>(
        std::move(content), node->left, edited(node->right, *mls::right(index), towards, edit));
}

void RatchetTree::edit_path(LeafIndex leaf, const Edit& edit) {
    root_ = edited(root_, root_of(leaf_slots_), leaf, [&](NodeIndex at, TreeNode& content) {
        const TreeNode before = content;
        edit(at, content);
        index_change(before, content);
    });
}

void RatchetTree::index_change(const TreeNode& before, const TreeNode& after) {
    const auto change = [](KeyIndex& index, ByteView old_key, ByteView new_key) {
        if (equal(old_key, new_key)) {
            return;
        }
        if (!old_key.empty()) {
            index.erase(old_key);
        }
        if (!new_key.empty()) {
            index.insert(new_key);
        }
    };
    const auto signature_key = [](const TreeNode& node) {
        return node.leaf == nullptr ? ByteView{} : ByteView{node.leaf->signature_key};
    };
    change(encryption_keys_, before.encryption_key(), after.encryption_key());
    change(signature_keys_, signature_key(before), signature_key(after));
}

void RatchetTree::forget_keys(const Node& subtree) {
    index_change(subtree.content, {});
    if (subtree.left != nullptr) {
        forget_keys(*subtree.left);
        forget_keys(*subtree.right);
    }
}

// Section 7.7.
void RatchetTree::extend() {
    if (leaf_slots_ == kMaxLeafSlots) {
        throw std::length_error{"ratchet tree"};
    }
    root_ =
        std::make_shared<const Node>(TreeNode{}, root_, blank_subtree(level(root_of(leaf_slots_))));
    leaf_slots_ *= 2;
}

void RatchetTree::truncate() {
    while (leaf_slots_ > 1 && root_->right->members == 0) {
        // Blank in a valid tree, but from_nodes() takes others too.
        index_change(root_->content, {});
        forget_keys(*root_->right);
        root_ = root_->left;
        leaf_slots_ /= 2;
    }
}

LeafIndex RatchetTree::next_free_leaf() const {
    if (root_->members == leaf_slots_) {
        return LeafIndex{leaf_slots_};
    }
    const Node* node = root_.get();
    NodeIndex at = root_of(leaf_slots_);
    while (!is_leaf(at)) {
        const auto left_capacity = 1U << (level(at) - 1);
        const bool go_left = node->left->members < left_capacity;
        node = go_left ? node->left.get() : node->right.get();
        at = go_left ? *mls::left(at) : *mls::right(at);
    }
    return leaf_of(at);
}

LeafIndex RatchetTree::add(std::shared_ptr<const LeafNode> leaf) {
    const LeafIndex index = next_free_leaf();
    if (index.value() == leaf_slots_) {
        extend();
    }
    edit_path(index, [&](NodeIndex at, TreeNode& content) {
        if (is_leaf(at)) {
            content.leaf = leaf;
        } else if (content.parent != nullptr) {
            ParentNode parent = *content.parent;
            parent.unmerged_leaves = with(std::move(parent.unmerged_leaves), index);
            content.parent = std::make_shared<const ParentNode>(std::move(parent));
        }
    });
    return index;
}

void RatchetTree::update(LeafIndex index, std::shared_ptr<const LeafNode> leaf) {
    edit_path(index, [&](NodeIndex at, TreeNode& content) {
        content = is_leaf(at) ? TreeNode{leaf, nullptr} : TreeNode{};
    });
}

void RatchetTree::remove(LeafIndex index) {
    edit_path(index, [](NodeIndex, TreeNode& content) { content = TreeNode{}; });
    truncate();
}

void RatchetTree::set_leaf(LeafIndex index, std::shared_ptr<const LeafNode> leaf) {
    edit_path(index, [&](NodeIndex at, TreeNode& content) {
        if (is_leaf(at)) {
            content.leaf = leaf;
        }
    });
}

std::vector<PathStep> RatchetTree::filtered_direct_path(
    LeafIndex leaf, std::span<const LeafIndex> new_leaves) const {
    std::vector<PathStep> steps;
    for (const auto index : direct_path(leaf, leaf_slots_)) {
        const NodeIndex away = child_away_from(index, leaf);
        if (find(away)->empty) {
            continue;  // section 4.1.2: the copath child's resolution is empty
        }
        auto nodes = resolution(away);
        // Section 7.5: members added by this commit get the secret from their Welcome instead.
        std::erase_if(nodes, [&](NodeIndex node) {
            return is_leaf(node) &&
                   std::binary_search(new_leaves.begin(), new_leaves.end(), leaf_of(node));
        });
        steps.push_back({index, away, std::move(nodes)});
    }
    return steps;
}

Bytes RatchetTree::merge_path(LeafIndex leaf,
                              std::span<const PathStep> path,
                              std::span<const Bytes> public_keys) {
    // From the root down, since each parent hash covers the one above it (section 7.5).
    std::vector<std::shared_ptr<const ParentNode>> parents(path.size());
    Bytes hash_above;
    for (std::size_t i = path.size(); i-- > 0;) {
        ParentNode parent{public_keys[i], hash_above, {}};
        hash_above = parent_hash(parent, tree_hash(path[i].copath_child));
        parents[i] = std::make_shared<const ParentNode>(std::move(parent));
    }
    edit_path(leaf, [&](NodeIndex at, TreeNode& content) {
        if (is_leaf(at)) {
            return;
        }
        const auto it = std::find_if(
            path.begin(), path.end(), [&](const PathStep& step) { return step.node == at; });
        content = it == path.end()
                      ? TreeNode{}
                      : TreeNode{nullptr, parents[static_cast<std::size_t>(it - path.begin())]};
    });
    return hash_above;
}

}  // namespace serai::crypto::mls
