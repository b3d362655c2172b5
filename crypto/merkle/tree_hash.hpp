// The Merkle tree of RFC 6962, section 2.1, with SHA-256.
//
// A node is named by its level (0 is the leaves) and its index in that level, counted from the left; only nodes of full subtrees
// have a name: node (l, i) covers the leaves from i * 2^l up to (i + 1) * 2^l.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace serai::crypto::merkle {

struct NodeId {
    std::uint8_t level = 0;  // 0 to 63
    std::uint64_t index = 0;

    friend auto operator<=>(const NodeId&, const NodeId&) = default;
};

// SHA-256(0x00 | leaf)
[[nodiscard]] Digest hash_leaf(ByteView leaf);

// SHA-256(0x01 | left | right)
[[nodiscard]] Digest hash_children(const Digest& left, const Digest& right);

// SHA-256 of nothing: the root of the tree without leaves.
[[nodiscard]] const Digest& empty_root();

// The right edge of a growing tree: the roots of the full subtrees that its size consists of, at most 64 hashes. It is all that
// appending needs. A value; not for use by two threads at once.
class CompactRange {
  public:
    // Told of every full subtree that an append completes, the leaf itself included, from level 0 up.
    using NodeVisitor = std::function<void(NodeId, const Digest&)>;

    CompactRange() = default;

    // A range of this size with the hashes that hashes() of it gave; out_of_range if their number does not fit the size.
    static Result<CompactRange> restore(TreeSize size, std::vector<Digest> hashes);

    void append(const Digest& leaf_hash) { append(leaf_hash, {}); }

    void append(const Digest& leaf_hash, const NodeVisitor& visit);

    [[nodiscard]] TreeSize size() const { return TreeSize{size_}; }

    // From the largest subtree (the leftmost) to the smallest; one for each bit that is set in size().
    [[nodiscard]] const std::vector<Digest>& hashes() const { return hashes_; }

    [[nodiscard]] Digest root() const;

  private:
    std::uint64_t size_ = 0;
    std::vector<Digest> hashes_;
};

}  // namespace serai::crypto::merkle
