// Inclusion and consistency proofs (RFC 6962, sections 2.1.1 and 2.1.2): made from stored node hashes, verified from nothing but
// the two roots. Verification follows RFC 9162, sections 2.1.3.2 and 2.1.4.2.
#pragma once

#include "crypto/merkle/error.hpp"
#include "crypto/merkle/tree_hash.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"

#include <functional>
#include <span>
#include <vector>

namespace serai::crypto::merkle {

using Proof = std::vector<Digest>;

// Gives the hash of a full subtree of the tree at hand. Called about twice log2(size) times for a proof. Its errors are passed on.
using NodeReader = std::function<Result<Digest>(NodeId)>;

// The root of the first `size` leaves.
Result<Digest> tree_root(TreeSize size, const NodeReader& read);

// The right edge of the tree of the first `size` leaves.
Result<CompactRange> right_edge(TreeSize size, const NodeReader& read);

// That leaf `index` is in the tree of `size` leaves. out_of_range unless index < size.
Result<Proof> inclusion_proof(LogIndex index, TreeSize size, const NodeReader& read);

// That the tree of `old_size` leaves is a prefix of that of `new_size`; empty when the sizes are equal. out_of_range unless
// 0 < old_size <= new_size.
Result<Proof> consistency_proof(TreeSize old_size, TreeSize new_size, const NodeReader& read);

// out_of_range, wrong_length or root_mismatch.
Result<void> verify_inclusion(const Digest& leaf_hash,
                              LogIndex index,
                              TreeSize size,
                              std::span<const Digest> proof,
                              const Digest& root);

// out_of_range, wrong_length or root_mismatch. An old size of 0 is out of range: every tree extends the empty one, which a caller
// who can have nothing yet decides before asking.
Result<void> verify_consistency(TreeSize old_size,
                                TreeSize new_size,
                                std::span<const Digest> proof,
                                const Digest& old_root,
                                const Digest& new_root);

}  // namespace serai::crypto::merkle
