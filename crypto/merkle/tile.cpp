#include "crypto/merkle/tile.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

namespace serai::crypto::merkle {
namespace {

constexpr std::uint8_t kMaxLevel = 63;
constexpr std::string_view kPrefix = "tile/";
constexpr std::string_view kEntries = "entries";
constexpr std::string_view kPartial = ".p/";
constexpr std::size_t kGroup = 3;  // digits of one path element

// Hashes of tree level `level` * 8 that are complete in a tree of this size.
std::uint64_t complete_hashes(std::uint8_t level, TreeSize size) {
    return level >= 64 / kTileHeight ? 0 : size.value() >> (level * kTileHeight);
}

std::string padded(std::uint64_t value) {
    const std::string digits = std::to_string(value);
    return std::string(kGroup - digits.size(), '0') + digits;
}

std::string index_path(std::uint64_t index) {
    std::string path = padded(index % 1000);
    for (index /= 1000; index != 0; index /= 1000) {
        path = "x" + padded(index % 1000) + "/" + path;
    }
    return path;
}

// A decimal number without leading zeroes, all of the text.
template <class Integer>
std::optional<Integer> decimal(std::string_view text) {
    Integer value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('-') ||
        (text.size() > 1 && text.front() == '0')) {
        return std::nullopt;
    }
    return value;
}

std::optional<std::uint64_t> three_digits(std::string_view text) {
    if (text.size() != kGroup ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>((text[0] - '0') * 100 + (text[1] - '0') * 10 + text[2] - '0');
}

std::optional<std::uint64_t> parse_index(std::string_view text) {
    constexpr std::uint64_t kMax = ~std::uint64_t{0};
    std::uint64_t index = 0;
    while (true) {
        const bool more = text.starts_with('x');
        const auto group = three_digits(text.substr(more ? 1 : 0, kGroup));
        if (!group || index > (kMax - *group) / 1000) {
            return std::nullopt;
        }
        index = index * 1000 + *group;
        if (!more) {
            return text.size() == kGroup ? std::optional{index} : std::nullopt;
        }
        if (text.size() <= kGroup + 1 || text[kGroup + 1] != '/') {
            return std::nullopt;
        }
        text.remove_prefix(kGroup + 2);
    }
}

// Reads nodes from tiles; shared by the copies of one NodeReader.
class TileNodes {
  public:
    TileNodes(TreeSize size, TileReader tiles) : size_(size), tiles_(std::move(tiles)) {}

    Result<Digest> read(NodeId node) {
        const auto level = static_cast<std::uint8_t>(node.level / kTileHeight);
        const auto height = static_cast<unsigned>(node.level % kTileHeight);
        const std::uint64_t first = node.index << height;  // of the tile level's hashes
        const std::uint64_t count = std::uint64_t{1} << height;
        const std::uint64_t complete = complete_hashes(level, size_);
        if (first >> height != node.index || first >= complete || complete - first < count) {
            return MerkleError::out_of_range;
        }
        SERAI_TRY(tile, load({level, first / kTileWidth, width_of(first / kTileWidth, complete)}));
        return subtree(ByteView{*tile}.subspan(first % kTileWidth * 32, count * 32));
    }

  private:
    static std::uint16_t width_of(std::uint64_t tile, std::uint64_t complete) {
        return static_cast<std::uint16_t>(
            std::min<std::uint64_t>(kTileWidth, complete - tile * kTileWidth));
    }

    Result<const Bytes*> load(const TileId& id) {
        if (const auto found = cache_.find(id); found != cache_.end()) {
            return &found->second;
        }
        SERAI_TRY(bytes, tiles_(id));
        if (bytes.size() < std::size_t{id.width} * 32) {
            return MerkleError::out_of_range;
        }
        return &cache_.emplace(id, std::move(bytes)).first->second;
    }

    static Digest subtree(ByteView hashes) {
        if (hashes.size() == 32) {
            Digest hash;
            std::copy(hashes.begin(), hashes.end(), hash.begin());
            return hash;
        }
        const std::size_t half = hashes.size() / 2;
        return hash_children(subtree(hashes.first(half)), subtree(hashes.subspan(half)));
    }

    TreeSize size_;
    TileReader tiles_;
    std::map<TileId, Bytes> cache_;
};

}  // namespace

std::string TileId::path() const {
    std::string path{kPrefix};
    path += level ? std::to_string(*level) : std::string{kEntries};
    path += "/" + index_path(index);
    if (!is_full()) {
        path += std::string{kPartial} + std::to_string(width);
    }
    return path;
}

Result<TileId> TileId::parse(std::string_view path) {
    if (!path.starts_with(kPrefix)) {
        return MerkleError::bad_path;
    }
    path.remove_prefix(kPrefix.size());
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) {
        return MerkleError::bad_path;
    }
    TileId id;
    if (const auto level_text = path.substr(0, slash); level_text != kEntries) {
        id.level = decimal<std::uint8_t>(level_text);
        if (!id.level || *id.level > kMaxLevel) {
            return MerkleError::bad_path;
        }
    }
    path.remove_prefix(slash + 1);
    if (const std::size_t partial = path.find(kPartial); partial != std::string_view::npos) {
        const auto width = decimal<std::uint16_t>(path.substr(partial + kPartial.size()));
        if (!width || *width == 0 || *width >= kTileWidth) {
            return MerkleError::bad_path;
        }
        id.width = *width;
        path = path.substr(0, partial);
    }
    const auto index = parse_index(path);
    if (!index || index_path(*index) != path) {
        return MerkleError::bad_path;
    }
    id.index = *index;
    return id;
}

std::uint64_t full_tiles(std::uint8_t level, TreeSize size) {
    return complete_hashes(level, size) / kTileWidth;
}

std::uint16_t partial_width(std::uint8_t level, TreeSize size) {
    return static_cast<std::uint16_t>(complete_hashes(level, size) % kTileWidth);
}

NodeReader node_reader(TreeSize size, TileReader tiles) {
    return [nodes = std::make_shared<TileNodes>(size, std::move(tiles))](NodeId node) {
        return nodes->read(node);
    };
}

}  // namespace serai::crypto::merkle
