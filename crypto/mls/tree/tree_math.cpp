#include "crypto/mls/tree/tree_math.hpp"

#include <bit>

namespace serai::crypto::mls {

std::uint32_t level(NodeIndex node) {
    return static_cast<std::uint32_t>(std::countr_one(node.value()));
}

std::uint32_t leaf_slots_for(std::uint32_t n) {
    return std::bit_ceil(n);
}

std::optional<NodeIndex> left(NodeIndex node) {
    const auto k = level(node);
    if (k == 0) {
        return std::nullopt;
    }
    return NodeIndex{node.value() ^ (1U << (k - 1))};
}

std::optional<NodeIndex> right(NodeIndex node) {
    const auto k = level(node);
    if (k == 0) {
        return std::nullopt;
    }
    return NodeIndex{node.value() ^ (3U << (k - 1))};
}

std::optional<NodeIndex> parent(NodeIndex node, std::uint32_t leaves) {
    if (node == root_of(leaves)) {
        return std::nullopt;
    }
    const auto k = level(node);
    const auto bit = (node.value() >> (k + 1)) & 1U;
    return NodeIndex{(node.value() | (1U << k)) ^ (bit << (k + 1))};
}

std::optional<NodeIndex> sibling(NodeIndex node, std::uint32_t leaves) {
    const auto above = parent(node, leaves);
    if (!above) {
        return std::nullopt;
    }
    return node < *above ? right(*above) : left(*above);
}

std::vector<NodeIndex> direct_path(LeafIndex leaf, std::uint32_t leaves) {
    std::vector<NodeIndex> path;
    auto node = parent(node_of(leaf), leaves);
    while (node) {
        path.push_back(*node);
        node = parent(*node, leaves);
    }
    return path;
}

bool contains(NodeIndex node, LeafIndex leaf) {
    const auto half = (1U << level(node)) - 1;
    const auto at = node_of(leaf).value();
    return at >= node.value() - half && at <= node.value() + half;
}

NodeIndex child_towards(NodeIndex node, LeafIndex leaf) {
    return node_of(leaf) < node ? *left(node) : *right(node);
}

NodeIndex child_away_from(NodeIndex node, LeafIndex leaf) {
    return node_of(leaf) < node ? *right(node) : *left(node);
}

NodeIndex common_ancestor(LeafIndex a, LeafIndex b) {
    // The leaves' numbers differ first at bit k: their ancestors are the same from level k + 1 on.
    const auto k = static_cast<std::uint32_t>(std::bit_width(a.value() ^ b.value()));
    return NodeIndex{((a.value() >> k) << (k + 1)) + (1U << k) - 1};
}

}  // namespace serai::crypto::mls
