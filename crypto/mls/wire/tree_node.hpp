// Nodes of a ratchet tree, RFC 9420, sections 7.1 and 12.4.3.3. Contents are shared and immutable: trees of neighbouring epochs
// differ in a path, and hold the rest in common.
#pragma once

#include "crypto/mls/wire/leaf_node.hpp"

#include <memory>
#include <vector>

namespace serai::crypto::mls {

struct ParentNode {
    Bytes encryption_key;
    Bytes parent_hash;
    std::vector<LeafIndex> unmerged_leaves;  // strictly increasing, which decode() enforces

    void encode(Writer& writer) const;
    static Result<ParentNode> decode(Reader& reader);
    friend bool operator==(const ParentNode&, const ParentNode&) = default;
};

// optional<Node>: at most one of the two is set; neither means blank.
struct TreeNode {
    std::shared_ptr<const LeafNode> leaf;
    std::shared_ptr<const ParentNode> parent;

    [[nodiscard]] bool blank() const { return leaf == nullptr && parent == nullptr; }

    // Empty for a blank node.
    [[nodiscard]] ByteView encryption_key() const;

    void encode(Writer& writer) const;
    static Result<TreeNode> decode(Reader& reader);
};

// optional<Node> ratchet_tree<V>, in array order; may be shorter than the tree, never longer. Only the syntax is checked here.
struct TreeNodes {
    std::vector<TreeNode> nodes;

    void encode(Writer& writer) const;
    static Result<TreeNodes> decode(Reader& reader);
};

}  // namespace serai::crypto::mls
