#include "crypto/merkle/tree_hash.hpp"

#include "crypto/merkle/error.hpp"
#include "crypto/primitive/hash.hpp"

#include <bit>

namespace serai::crypto::merkle {
namespace {

constexpr ByteArray<1> kLeafPrefix{0x00};
constexpr ByteArray<1> kNodePrefix{0x01};

}  // namespace

Digest hash_leaf(ByteView leaf) {
    return sha256({kLeafPrefix, leaf});
}

Digest hash_children(const Digest& left, const Digest& right) {
    return sha256({kNodePrefix, left, right});
}

const Digest& empty_root() {
    static const Digest root = sha256(ByteView{});
    return root;
}

Result<CompactRange> CompactRange::restore(TreeSize size, std::vector<Digest> hashes) {
    if (static_cast<std::size_t>(std::popcount(size.value())) != hashes.size()) {
        return MerkleError::out_of_range;
    }
    CompactRange range;
    range.size_ = size.value();
    range.hashes_ = std::move(hashes);
    return range;
}

void CompactRange::append(const Digest& leaf_hash, const NodeVisitor& visit) {
    Digest hash = leaf_hash;
    NodeId node{0, size_};
    if (visit) {
        visit(node, hash);
    }
    // Each trailing one bit of the old size is a full subtree that the new one completes to the next level.
    for (std::uint64_t rest = size_; (rest & 1U) != 0; rest >>= 1U) {
        hash = hash_children(hashes_.back(), hash);
        hashes_.pop_back();
        ++node.level;
        node.index >>= 1U;
        if (visit) {
            visit(node, hash);
        }
    }
    hashes_.push_back(hash);
    ++size_;
}

Digest CompactRange::root() const {
    if (hashes_.empty()) {
        return empty_root();
    }
    Digest root = hashes_.back();
    for (auto left = hashes_.rbegin() + 1; left != hashes_.rend(); ++left) {
        root = hash_children(*left, root);
    }
    return root;
}

}  // namespace serai::crypto::merkle
