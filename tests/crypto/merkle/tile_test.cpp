#include "crypto/merkle/tile.hpp"

#include "tests/crypto/merkle/test_tree.hpp"

#include <gtest/gtest.h>

namespace serai::crypto::merkle {
namespace {

using tests::TestTree;

TEST(TilePaths, survive_the_round_trip) {
    for (const auto* path : {"tile/0/000",
                             "tile/0/x001/x234/067",
                             "tile/63/999.p/1",
                             "tile/1/x001/000.p/255",
                             "tile/entries/x018/x446/x744/x073/x709/x551/615"}) {
        const auto id = TileId::parse(path);
        ASSERT_TRUE(id) << path;
        EXPECT_EQ(id->path(), path);
    }
    EXPECT_EQ(*TileId::parse("tile/2/x001/005.p/17"),
              (TileId{.level = 2, .index = 1005, .width = 17}));
    EXPECT_EQ(TileId::parse("tile/entries/000")->level, std::nullopt);
}

TEST(TilePaths, have_one_spelling) {
    for (const auto* path : {"",
                             "tile",
                             "tile/",
                             "/tile/0/000",
                             "tile/0",
                             "tile/0/",
                             "tile/00/000",
                             "tile/64/000",
                             "tile/-1/000",
                             "tile/+1/000",
                             "tile/0/0",
                             "tile/0/0000",
                             "tile/0/x000/001",
                             "tile/0/001/002",
                             "tile/0/x001",
                             "tile/0/x001/",
                             "tile/0/x01/001",
                             "tile/0/000/",
                             "tile/0/000.p/0",
                             "tile/0/000.p/256",
                             "tile/0/000.p/07",
                             "tile/0/000.p/",
                             "tile/0/000.p",
                             "tile/0/000.p/1/2",
                             "tile/data/000",
                             "tile/0/a00",
                             "tile/0/x018/x446/x744/x073/x709/x551/616"}) {
        EXPECT_EQ(TileId::parse(path).error(), MerkleError::bad_path) << path;
    }
}

TEST(Tiles, of_the_specifications_example) {
    const TreeSize size{70'000};
    EXPECT_EQ(full_tiles(0, size), 273U);
    EXPECT_EQ(partial_width(0, size), 112U);
    EXPECT_EQ(full_tiles(1, size), 1U);
    EXPECT_EQ(partial_width(1, size), 17U);
    EXPECT_EQ(full_tiles(2, size), 0U);
    EXPECT_EQ(partial_width(2, size), 1U);
    EXPECT_EQ(partial_width(63, TreeSize{~std::uint64_t{0}}), 0U);
}

class TileReading : public testing::Test {
  protected:
    TileReading() {
        for (std::uint64_t i = 0; i < 700; ++i) {
            tree_.append(as_bytes(std::to_string(i)));
        }
    }

    // Serves tiles and notes which were asked for.
    TileReader tiles(bool short_tiles = false) {
        return [this, short_tiles](const TileId& id) -> Result<Bytes> {
            asked_.push_back(id);
            Bytes out;
            for (std::uint64_t i = 0; i + (short_tiles ? 1U : 0U) < id.width; ++i) {
                SERAI_TRY(hash,
                          tree_.reader()({static_cast<std::uint8_t>(*id.level * kTileHeight),
                                          id.index * kTileWidth + i}));
                append(out, hash);
            }
            return out;
        };
    }

    TestTree tree_;
    std::vector<TileId> asked_;
};

TEST_F(TileReading, makes_the_same_proofs_as_all_nodes_do) {
    for (const std::uint64_t size : {1U, 2U, 255U, 256U, 257U, 511U, 512U, 513U, 700U}) {
        const auto reader = node_reader(TreeSize{size}, tiles());
        EXPECT_EQ(*tree_root(TreeSize{size}, reader), tree_.root(size));
        for (std::uint64_t index = 0; index < size; index += 37) {
            EXPECT_EQ(*inclusion_proof(LogIndex{index}, TreeSize{size}, reader),
                      *inclusion_proof(LogIndex{index}, TreeSize{size}, tree_.reader()));
            EXPECT_EQ(*consistency_proof(TreeSize{index + 1}, TreeSize{size}, reader),
                      *consistency_proof(TreeSize{index + 1}, TreeSize{size}, tree_.reader()));
        }
    }
}

TEST_F(TileReading, asks_only_for_tiles_that_the_tree_has_and_for_each_once) {
    const TreeSize size{700};
    const auto reader = node_reader(size, tiles());
    for (std::uint64_t index = 0; index < 700; ++index) {
        ASSERT_TRUE(inclusion_proof(LogIndex{index}, size, reader));
    }
    EXPECT_EQ(asked_.size(), 4U) << "three of leaves, one above";
    for (const auto& id : asked_) {
        const auto full = full_tiles(*id.level, size);
        EXPECT_TRUE(id.index < full
                        ? id.is_full()
                        : id.index == full && id.width == partial_width(*id.level, size));
    }
}

TEST_F(TileReading, refuses_short_tiles_and_nodes_beyond_the_tree) {
    EXPECT_EQ(tree_root(TreeSize{700}, node_reader(TreeSize{700}, tiles(true))).error(),
              MerkleError::out_of_range);
    const auto reader = node_reader(TreeSize{700}, tiles());
    EXPECT_EQ(reader({0, 700}).error(), MerkleError::out_of_range);
    EXPECT_EQ(reader({1, 350}).error(), MerkleError::out_of_range);
    EXPECT_EQ(reader({7, ~std::uint64_t{0}}).error(), MerkleError::out_of_range);
    EXPECT_EQ(reader({63, 0}).error(), MerkleError::out_of_range);
    EXPECT_EQ(reader({255, 1}).error(), MerkleError::out_of_range);
}

}  // namespace
}  // namespace serai::crypto::merkle
