// A whole tree in memory, every full node of it: what proofs are made from in tests.
#pragma once

#include "crypto/merkle/error.hpp"
#include "crypto/merkle/proof.hpp"
#include "crypto/merkle/tree_hash.hpp"

#include <map>

namespace serai::tests {

class TestTree {
  public:
    void append(ByteView leaf) {
        using crypto::merkle::NodeId;
        range_.append(crypto::merkle::hash_leaf(leaf),
                      [this](NodeId id, const Digest& hash) { nodes_.emplace(id, hash); });
        roots_.push_back(range_.root());
    }

    [[nodiscard]] std::uint64_t size() const { return roots_.size(); }

    [[nodiscard]] Digest leaf_hash(std::uint64_t index) const { return nodes_.at({0, index}); }

    [[nodiscard]] Digest root(std::uint64_t size) const {
        return size == 0 ? crypto::merkle::empty_root() : roots_.at(size - 1);
    }

    // Lives as long as the tree.
    [[nodiscard]] crypto::merkle::NodeReader reader() const {
        return [this](crypto::merkle::NodeId id) -> Result<Digest> {
            const auto found = nodes_.find(id);
            if (found == nodes_.end()) {
                return crypto::merkle::MerkleError::out_of_range;
            }
            return found->second;
        };
    }

  private:
    crypto::merkle::CompactRange range_;
    std::map<crypto::merkle::NodeId, Digest> nodes_;
    std::vector<Digest> roots_;
};

}  // namespace serai::tests
