// Arithmetic of the array representation of a full binary tree (RFC 9420, appendix C). `leaves` is always a power of two.
#pragma once

#include "crypto/mls/wire/types.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace serai::crypto::mls {

// A tree may not have more leaf slots than this; keeps every node index inside 32 bits.
inline constexpr std::uint32_t kMaxLeafSlots = 1U << 20;

[[nodiscard]] constexpr NodeIndex node_of(LeafIndex leaf) {
    return NodeIndex{leaf.value() * 2};
}

[[nodiscard]] constexpr bool is_leaf(NodeIndex node) {
    return (node.value() & 1U) == 0;
}

// Of a leaf's node; the node must be a leaf.
[[nodiscard]] constexpr LeafIndex leaf_of(NodeIndex node) {
    return LeafIndex{node.value() / 2};
}

// 0 for a leaf, 1 for its parent ...
[[nodiscard]] std::uint32_t level(NodeIndex node);

[[nodiscard]] constexpr std::uint32_t node_count(std::uint32_t leaves) {
    return 2 * leaves - 1;
}

// The smallest power of two that is at least n; n >= 1.
[[nodiscard]] std::uint32_t leaf_slots_for(std::uint32_t n);

[[nodiscard]] constexpr NodeIndex root_of(std::uint32_t leaves) {
    return NodeIndex{leaves - 1};
}

// nullopt for a leaf.
[[nodiscard]] std::optional<NodeIndex> left(NodeIndex node);
[[nodiscard]] std::optional<NodeIndex> right(NodeIndex node);

// nullopt for the root.
[[nodiscard]] std::optional<NodeIndex> parent(NodeIndex node, std::uint32_t leaves);
[[nodiscard]] std::optional<NodeIndex> sibling(NodeIndex node, std::uint32_t leaves);

// From the parent of the leaf up to the root; empty in a tree of one leaf.
[[nodiscard]] std::vector<NodeIndex> direct_path(LeafIndex leaf, std::uint32_t leaves);

// Whether the leaf lies under (or is) the node.
[[nodiscard]] bool contains(NodeIndex node, LeafIndex leaf);

// The child of an intermediate node that the leaf lies under, and the other one. The leaf must lie under the node.
[[nodiscard]] NodeIndex child_towards(NodeIndex node, LeafIndex leaf);
[[nodiscard]] NodeIndex child_away_from(NodeIndex node, LeafIndex leaf);

// The lowest node that both leaves lie under; a != b.
[[nodiscard]] NodeIndex common_ancestor(LeafIndex a, LeafIndex b);

}  // namespace serai::crypto::mls
