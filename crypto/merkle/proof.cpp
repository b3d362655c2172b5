#include "crypto/merkle/proof.hpp"

#include <bit>

namespace serai::crypto::merkle {
namespace {

// Leaves from begin up to end, not empty. begin is a multiple of the smallest power of two >= end - begin, as it is for every
// subtree of RFC 6962.
struct Range {
    std::uint64_t begin;
    std::uint64_t end;

    [[nodiscard]] std::uint64_t size() const { return end - begin; }

    // Where RFC 6962 splits it: after the largest power of two of leaves below its size. size() > 1.
    [[nodiscard]] std::uint64_t split() const { return begin + std::bit_floor(size() - 1); }

    [[nodiscard]] bool is_node() const { return std::has_single_bit(size()); }

    [[nodiscard]] NodeId node() const {
        const auto level = static_cast<std::uint8_t>(std::countr_zero(size()));
        return {level, begin >> level};
    }
};

Result<Digest> hash_of(Range range, const NodeReader& read) {
    if (range.is_node()) {
        return read(range.node());
    }
    const std::uint64_t split = range.split();
    SERAI_TRY(left, read(Range{range.begin, split}.node()));
    SERAI_TRY(right, hash_of({split, range.end}, read));
    return hash_children(left, right);
}

// Whether a verifier would take the proof's next hash to be on the left: RFC 9162's fn and sn.
struct Climber {
    std::uint64_t node;
    std::uint64_t last;

    [[nodiscard]] bool sibling_is_left() const { return (node & 1U) != 0 || node == last; }

    void up() {
        node >>= 1U;
        last >>= 1U;
    }

    // Skips the levels at which the rightmost node has no sibling.
    void up_to_a_right_child() {
        while ((node & 1U) == 0 && node != 0) {
            up();
        }
    }
};

}  // namespace

Result<Digest> tree_root(TreeSize size, const NodeReader& read) {
    return size.value() == 0 ? empty_root() : hash_of({0, size.value()}, read);
}

Result<CompactRange> right_edge(TreeSize size, const NodeReader& read) {
    std::vector<Digest> hashes;
    std::uint64_t begin = 0;
    while (begin < size.value()) {
        const Range full{begin, begin + std::bit_floor(size.value() - begin)};
        SERAI_TRY(hash, read(full.node()));
        hashes.push_back(hash);
        begin = full.end;
    }
    return CompactRange::restore(size, std::move(hashes));
}

Result<Proof> inclusion_proof(LogIndex index, TreeSize size, const NodeReader& read) {
    if (index.value() >= size.value()) {
        return MerkleError::out_of_range;
    }
    // Walks down from the root; the proof is written from the leaf up.
    Proof proof;
    Range range{0, size.value()};
    while (range.size() > 1) {
        const std::uint64_t split = range.split();
        const bool in_left = index.value() < split;
        const Range left{range.begin, split};
        const Range right{split, range.end};
        SERAI_TRY(sibling, hash_of(in_left ? right : left, read));
        proof.push_back(sibling);
        range = in_left ? left : right;
    }
    return Proof{proof.rbegin(), proof.rend()};
}

Result<Proof> consistency_proof(TreeSize old_size, TreeSize new_size, const NodeReader& read) {
    const std::uint64_t old_end = old_size.value();
    if (old_end == 0 || old_end > new_size.value()) {
        return MerkleError::out_of_range;
    }
    Proof proof;
    Range range{0, new_size.value()};
    while (range.end != old_end) {
        const std::uint64_t split = range.split();
        const bool ends_in_left = old_end <= split;
        const Range left{range.begin, split};
        const Range right{split, range.end};
        SERAI_TRY(sibling, hash_of(ends_in_left ? right : left, read));
        proof.push_back(sibling);
        range = ends_in_left ? left : right;
    }
    // A subtree that begins at 0 and ends with the old tree is the old tree: its root is known to the verifier.
    if (range.begin != 0) {
        SERAI_TRY(hash, hash_of(range, read));
        proof.push_back(hash);
    }
    return Proof{proof.rbegin(), proof.rend()};
}

Result<void> verify_inclusion(const Digest& leaf_hash,
                              LogIndex index,
                              TreeSize size,
                              std::span<const Digest> proof,
                              const Digest& root) {
    if (index.value() >= size.value()) {
        return MerkleError::out_of_range;
    }
    Climber climber{index.value(), size.value() - 1};
    Digest hash = leaf_hash;
    for (const Digest& sibling : proof) {
        if (climber.last == 0) {
            return MerkleError::wrong_length;
        }
        if (climber.sibling_is_left()) {
            hash = hash_children(sibling, hash);
            climber.up_to_a_right_child();
        } else {
            hash = hash_children(hash, sibling);
        }
        climber.up();
    }
    if (climber.last != 0) {
        return MerkleError::wrong_length;
    }
    return hash == root ? Result<void>{} : MerkleError::root_mismatch;
}

Result<void> verify_consistency(TreeSize old_size,
                                TreeSize new_size,
                                std::span<const Digest> proof,
                                const Digest& old_root,
                                const Digest& new_root) {
    if (old_size.value() == 0 || old_size > new_size) {
        return MerkleError::out_of_range;
    }
    if (old_size == new_size) {
        if (!proof.empty()) {
            return MerkleError::wrong_length;
        }
        return old_root == new_root ? Result<void>{} : MerkleError::root_mismatch;
    }
    Climber climber{old_size.value() - 1, new_size.value() - 1};
    while ((climber.node & 1U) != 0) {
        climber.up();
    }
    // The old tree is one full subtree of the new one exactly when it begins the proof itself.
    const bool starts_with_old_root = std::has_single_bit(old_size.value());
    if (!starts_with_old_root && proof.empty()) {
        return MerkleError::wrong_length;
    }
    Digest old_hash = starts_with_old_root ? old_root : proof.front();
    Digest new_hash = old_hash;
    for (const Digest& sibling : proof.subspan(starts_with_old_root ? 0 : 1)) {
        if (climber.last == 0) {
            return MerkleError::wrong_length;
        }
        if (climber.sibling_is_left()) {
            old_hash = hash_children(sibling, old_hash);
            new_hash = hash_children(sibling, new_hash);
            climber.up_to_a_right_child();
        } else {
            new_hash = hash_children(new_hash, sibling);
        }
        climber.up();
    }
    if (climber.last != 0) {
        return MerkleError::wrong_length;
    }
    return old_hash == old_root && new_hash == new_root ? Result<void>{}
                                                        : MerkleError::root_mismatch;
}

}  // namespace serai::crypto::merkle
