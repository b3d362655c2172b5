// Tiles of a transparency log (C2SP tlog-tiles): 256 consecutive hashes of every eighth level, addressed and served as files.
#pragma once

#include "crypto/merkle/error.hpp"
#include "crypto/merkle/proof.hpp"
#include "crypto/merkle/tree_hash.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace serai::crypto::merkle {

inline constexpr std::uint16_t kTileWidth = 256;  // hashes or entries of a full tile
inline constexpr std::uint8_t kTileHeight = 8;    // levels from one tile level to the next

// The hashes of tree level `level` * 8 from `index` * 256 on, `width` of them; or, without a level, that many log entries.
struct TileId {
    std::optional<std::uint8_t> level;  // 0 to 63; nullopt: an entry bundle
    std::uint64_t index = 0;
    std::uint16_t width = kTileWidth;  // 1 to 256; below 256 the tile is partial

    [[nodiscard]] bool is_full() const { return width == kTileWidth; }

    // "tile/1/x001/x234/067", "tile/0/273.p/112", "tile/entries/000": no leading slash.
    [[nodiscard]] std::string path() const;

    // Exactly what path() writes; bad_path otherwise.
    static Result<TileId> parse(std::string_view path);

    friend auto operator<=>(const TileId&, const TileId&) = default;
};

// Full tiles of a level in a tree of this size, and the width of the partial one after them (0: none).
[[nodiscard]] std::uint64_t full_tiles(std::uint8_t level, TreeSize size);
[[nodiscard]] std::uint16_t partial_width(std::uint8_t level, TreeSize size);

// Gives the bytes of a tile of hashes, at least as wide as asked for: 32 bytes each. Its errors are passed on.
using TileReader = std::function<Result<Bytes>(const TileId&)>;

// Reads the nodes of a tree of `size` leaves from its tiles, hashing the seven levels inside a tile anew. Keeps the tiles that it
// has read for as long as the reader lives, so make one for each proof. out_of_range for a node that the tree does not have or a
// tile that is too short.
[[nodiscard]] NodeReader node_reader(TreeSize size, TileReader tiles);

}  // namespace serai::crypto::merkle
