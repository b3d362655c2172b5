#include "storage/audit/right_edge.hpp"

#include "storage/audit/audit_log.hpp"
#include "storage/kv/keyspace.hpp"

namespace serai::storage::audit {
namespace {

namespace keyspace = kv::keyspace;
namespace merkle = crypto::merkle;

Bytes flat(std::span<const Digest> hashes) {
    Bytes out;
    out.reserve(hashes.size() * sizeof(Digest));
    for (const Digest& hash : hashes) {
        append(out, hash);
    }
    return out;
}

Result<Bytes> full_tile(const kv::Store& store, std::uint8_t level, std::uint64_t index) {
    const kv::Key key = kv::make_key(keyspace::kTile, level, index);
    SERAI_TRY(found, store.get(kv::Space::state, key));
    if (!found || found->size() != merkle::kTileWidth * sizeof(Digest)) {
        return kv::StoreError::corrupt;
    }
    return std::move(*found);
}

// The root of a full tile's subtree, from its hashes.
Digest root_of_tile(const Bytes& hashes) {
    merkle::CompactRange range;
    for (std::size_t i = 0; i < merkle::kTileWidth; ++i) {
        Digest hash;
        std::copy_n(hashes.begin() + static_cast<std::ptrdiff_t>(i * hash.size()),
                    hash.size(),
                    hash.begin());
        range.append(hash);
    }
    return range.root();
}

// Nodes of tile level `level`: each is the root of a full tile one level below.
Result<std::vector<Digest>> roots_below(const kv::Store& store,
                                        std::uint8_t level,
                                        std::uint64_t from,
                                        std::uint64_t count) {
    std::vector<Digest> out;
    for (std::uint64_t i = 0; i < count; ++i) {
        SERAI_TRY(hashes, full_tile(store, static_cast<std::uint8_t>(level - 1), from + i));
        out.push_back(root_of_tile(hashes));
    }
    return out;
}

Result<std::vector<Digest>> leaf_hashes(const kv::Store& store,
                                        std::uint64_t from,
                                        std::uint64_t count) {
    std::vector<Digest> out;
    const kv::Key log = kv::make_key(keyspace::kLeavesLog);
    while (out.size() < count) {
        SERAI_TRY(page, store.read(log, from + out.size(), count - out.size()));
        if (page.records.empty()) {
            return kv::StoreError::corrupt;
        }
        for (const Bytes& leaf : page.records) {
            out.push_back(merkle::hash_leaf(leaf));
        }
    }
    return out;
}

}  // namespace

Result<RightEdge> RightEdge::rebuild(const kv::Store& store, TreeSize size) {
    RightEdge edge;
    edge.size_ = size;
    for (std::uint8_t level = 0; level < 8; ++level) {
        const std::uint64_t full = merkle::full_tiles(level, size);
        const std::uint64_t width = merkle::partial_width(level, size);
        if (full == 0 && width == 0) {
            break;
        }
        const std::uint64_t from = full * merkle::kTileWidth;
        SERAI_TRY(
            hashes,
            level == 0 ? leaf_hashes(store, from, width) : roots_below(store, level, from, width));
        edge.partial_.push_back(std::move(hashes));
    }
    SERAI_TRY(range, merkle::right_edge(size, edge.nodes(store, size)));
    edge.range_ = std::move(range);
    return edge;
}

void RightEdge::append(const Digest& leaf_hash, std::vector<FullTile>& filled) {
    size_ = TreeSize{size_.value() + 1};
    range_.append(leaf_hash, [&](merkle::NodeId node, const Digest& hash) {
        if (node.level % merkle::kTileHeight != 0) {
            return;
        }
        const auto level = static_cast<std::uint8_t>(node.level / merkle::kTileHeight);
        if (partial_.size() <= level) {
            partial_.resize(std::size_t{level} + 1);
        }
        auto& tile = partial_[level];
        tile.push_back(hash);
        if (tile.size() == merkle::kTileWidth) {
            filled.push_back({level, node.index / merkle::kTileWidth, flat(tile)});
            tile.clear();
        }
    });
}

Result<Bytes> RightEdge::tile(const kv::Store& store, const merkle::TileId& id) const {
    if (!id.level || *id.level >= 8 || id.width == 0 || id.width > merkle::kTileWidth) {
        return AuditError::not_a_tile;
    }
    const std::uint64_t full = merkle::full_tiles(*id.level, size_);
    if (id.index == full && *id.level < partial_.size() && id.width <= partial_[*id.level].size()) {
        return flat(std::span{partial_[*id.level]}.first(id.width));
    }
    if (id.index >= full) {
        return AuditError::not_a_tile;
    }
    SERAI_TRY(hashes, full_tile(store, *id.level, id.index));
    hashes.resize(std::size_t{id.width} * sizeof(Digest));
    return std::move(hashes);
}

merkle::NodeReader RightEdge::nodes(const kv::Store& store, TreeSize size) const {
    return merkle::node_reader(
        size, [this, &store](const merkle::TileId& id) { return tile(store, id); });
}

}  // namespace serai::storage::audit
