#include "crypto/mls/tree/key_index.hpp"

#include "crypto/primitive/hash.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

namespace serai::crypto::mls {

namespace {

// Members choose their keys freely, but not the keys' hashes, so nobody can make the tree below deep at one place.
Digest name_of(ByteView key) {
    return sha256(key);
}

bool bit(const Digest& name, unsigned depth) {
    return ((name[depth / 8] >> (7 - depth % 8)) & 1U) != 0;
}

}  // namespace

// A digital search tree: a node at depth d holds a name whose first d bits are the way to it, and below it all that share them.
struct KeyIndex::Node {
    Digest name;
    std::size_t count;
    std::array<NodePtr, 2> children;
};

KeyIndex::KeyIndex(std::span<const ByteView> keys) {
    std::vector<Digest> names;
    names.reserve(keys.size());
    for (const auto key : keys) {
        names.push_back(name_of(key));
    }
    std::sort(names.begin(), names.end());
    // Repetitions are rare, and each must go into its node.
    std::vector<Digest> again;
    const auto last =
        std::unique(names.begin(), names.end(), [&](const Digest& a, const Digest& b) {
            if (a == b) {
                again.push_back(b);
            }
            return a == b;
        });
    names.erase(last, names.end());
    root_ = build(names, 0);
    for (const auto& name : again) {
        root_ = with_count(root_, name, 0, count_named(name) + 1);
    }
    repeated_ = again.size();
}

KeyIndex::NodePtr KeyIndex::build(std::span<const Digest> sorted, unsigned depth) {
    if (sorted.empty()) {
        return nullptr;
    }
    const auto below = sorted.subspan(1);
    const auto ones = std::partition_point(
        below.begin(), below.end(), [&](const Digest& name) { return !bit(name, depth); });
    const auto zeros = static_cast<std::size_t>(ones - below.begin());
    return std::make_shared<const Node>(
        Node{sorted.front(),
             1,
             {build(below.first(zeros), depth + 1), build(below.subspan(zeros), depth + 1)}});
}

void KeyIndex::insert(ByteView key) {
    const Digest name = name_of(key);
    const std::size_t before = count_named(name);
    root_ = with_count(root_, name, 0, before + 1);
    repeated_ += before > 0 ? 1 : 0;
}

void KeyIndex::erase(ByteView key) {
    const Digest name = name_of(key);
    const std::size_t before = count_named(name);
    if (before == 0) {
        throw std::logic_error{"a key that is not in the tree"};
    }
    root_ = with_count(root_, name, 0, before - 1);
    repeated_ -= before > 1 ? 1 : 0;
}

std::size_t KeyIndex::count(ByteView key) const {
    return count_named(name_of(key));
}

std::size_t KeyIndex::count_named(const Digest& name) const {
    const Node* node = root_.get();
    for (unsigned depth = 0; node != nullptr; ++depth) {
        if (node->name == name) {
            return node->count;
        }
        node = node->children[bit(name, depth) ? 1 : 0].get();
    }
    return 0;
}

// Copies the way to the name, where it now occurs so often.
KeyIndex::NodePtr KeyIndex::with_count(const NodePtr& node,
                                       const Digest& name,
                                       unsigned depth,
                                       std::size_t count) {
    if (node == nullptr) {
        return std::make_shared<const Node>(Node{name, count, {}});
    }
    if (node->name == name && count == 0) {
        return without_top(*node);
    }
    Node copy = *node;
    if (node->name == name) {
        copy.count = count;
    } else {
        auto& child = copy.children[bit(name, depth) ? 1 : 0];
        child = with_count(child, name, depth + 1, count);
    }
    return std::make_shared<const Node>(std::move(copy));
}

// Any name below may stand at the top instead.
KeyIndex::NodePtr KeyIndex::without_top(const Node& node) {
    const std::size_t side = node.children[0] != nullptr ? 0 : 1;
    const NodePtr& heir = node.children[side];
    if (heir == nullptr) {
        return nullptr;
    }
    Node copy{heir->name, heir->count, node.children};
    copy.children[side] = without_top(*heir);
    return std::make_shared<const Node>(std::move(copy));
}

}  // namespace serai::crypto::mls
