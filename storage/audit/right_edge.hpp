// The growing end of the tree: what is in no full tile yet. All else is in the store.
#pragma once

#include "crypto/merkle/tile.hpp"
#include "crypto/merkle/tree_hash.hpp"
#include "storage/audit/tree_head.hpp"
#include "storage/kv/store.hpp"

#include <cstdint>
#include <vector>

namespace serai::storage::audit {

// A tile that an append filled.
struct FullTile {
    std::uint8_t level = 0;
    std::uint64_t index = 0;
    Bytes hashes;  // 256 of them
};

// A value. With the store beside it, it answers for every node of its tree, also after the tree has grown on.
class RightEdge {
  public:
    RightEdge() = default;  // of the empty tree

    // From the store's full tiles and at most 255 leaves. corrupt if something is missing; the root is the caller's to compare.
    static Result<RightEdge> rebuild(const kv::Store& store, TreeSize size);

    void append(const Digest& leaf_hash, std::vector<FullTile>& filled);

    [[nodiscard]] TreeSize size() const { return size_; }

    [[nodiscard]] TreeHead head() const { return {size_, range_.root()}; }

    // A tile of hashes, as wide as asked for. AuditError::not_a_tile, or the store's errors.
    [[nodiscard]] Result<Bytes> tile(const kv::Store& store,
                                     const crypto::merkle::TileId& id) const;

    // The nodes of the tree of the first `size` leaves; size <= size(). Good while *this and the store live; make one for each proof.
    [[nodiscard]] crypto::merkle::NodeReader nodes(const kv::Store& store, TreeSize size) const;

  private:
    TreeSize size_;
    crypto::merkle::CompactRange range_;
    std::vector<std::vector<Digest>>
        partial_;  // by tile level: the hashes of the tile that is not full
};

}  // namespace serai::storage::audit
