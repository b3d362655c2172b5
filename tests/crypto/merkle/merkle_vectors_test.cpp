// All of tests/vectors/merkle_vectors.json.
#include "crypto/merkle/proof.hpp"
#include "crypto/merkle/tile.hpp"
#include "crypto/primitive/hash.hpp"
#include "tests/crypto/merkle/test_tree.hpp"
#include "tests/crypto/merkle/vectors.hpp"

namespace serai::crypto::merkle {
namespace {

using tests::digest_of;
using tests::digests_of;
using tests::number_of;
using tests::TestTree;
using tests::text_of;

class MerkleVectors : public testing::Test {
  protected:
    boost::json::value file_ = tests::load_vectors("merkle_vectors.json");
};

TreeSize size_of(const boost::json::value& value) {
    return TreeSize{number_of(value)};
}

LogIndex index_of(const boost::json::value& value) {
    return LogIndex{number_of(value)};
}

std::string generated_leaf(std::uint64_t i) {
    return "leaf-" + std::to_string(i);
}

TestTree generated_tree(std::uint64_t size) {
    TestTree tree;
    for (std::uint64_t i = 0; i < size; ++i) {
        tree.append(as_bytes(generated_leaf(i)));
    }
    return tree;
}

TEST_F(MerkleVectors, known_leaves_have_known_roots) {
    const auto& known = file_.at("known");
    EXPECT_EQ(hash_leaf({}), *digest_of(known.at("empty_leaf_hash")));
    CompactRange range;
    const auto& roots = known.at("roots").as_array();
    EXPECT_EQ(range.root(), *digest_of(roots.at(0)));
    for (std::size_t i = 0; i < 8; ++i) {
        range.append(hash_leaf(tests::hex_of(known.at("leaves_hex").as_array().at(i))));
        EXPECT_EQ(range.root(), *digest_of(roots.at(i + 1))) << i;
    }
}

TEST_F(MerkleVectors, known_trees_have_known_proofs) {
    const auto& known = file_.at("known");
    TestTree tree;
    for (const auto& leaf : known.at("leaves_hex").as_array()) {
        tree.append(tests::hex_of(leaf));
    }
    for (const auto& v : known.at("inclusion").as_array()) {
        const auto index = index_of(v.at("index"));
        const auto size = size_of(v.at("size"));
        const auto proof = inclusion_proof(index, size, tree.reader());
        ASSERT_TRUE(proof);
        EXPECT_EQ(*proof, *digests_of(v.at("proof")));
        EXPECT_TRUE(verify_inclusion(
            tree.leaf_hash(index.value()), index, size, *proof, tree.root(size.value())));
    }
    for (const auto& v : known.at("consistency").as_array()) {
        const auto old_size = size_of(v.at("size1"));
        const auto new_size = size_of(v.at("size2"));
        const auto proof = consistency_proof(old_size, new_size, tree.reader());
        ASSERT_TRUE(proof);
        EXPECT_EQ(*proof, *digests_of(v.at("proof")));
        EXPECT_TRUE(verify_consistency(
            old_size, new_size, *proof, tree.root(old_size.value()), tree.root(new_size.value())));
    }
}

TEST_F(MerkleVectors, generated_trees_have_their_roots_at_every_size) {
    CompactRange range;
    const auto& roots = file_.at("generated_roots_0_to_1000").as_array();
    ASSERT_EQ(roots.size(), 1001U);
    for (std::uint64_t size = 0; size <= 1000; ++size) {
        ASSERT_EQ(range.size(), TreeSize{size});
        ASSERT_EQ(range.root(), *digest_of(roots.at(size))) << size;
        range.append(hash_leaf(as_bytes(generated_leaf(size))));
    }
}

TEST_F(MerkleVectors, generated_trees_have_their_proofs) {
    const auto tree = generated_tree(1000);
    for (const auto& v : file_.at("generated_inclusion").as_array()) {
        const auto index = index_of(v.at("index"));
        const auto size = size_of(v.at("size"));
        const auto expected = *digests_of(v.at("proof"));
        EXPECT_EQ(*inclusion_proof(index, size, tree.reader()), expected);
        EXPECT_TRUE(verify_inclusion(
            *digest_of(v.at("leaf_hash")), index, size, expected, *digest_of(v.at("root"))));
    }
    for (const auto& v : file_.at("generated_consistency").as_array()) {
        const auto old_size = size_of(v.at("size1"));
        const auto new_size = size_of(v.at("size2"));
        const auto expected = *digests_of(v.at("proof"));
        EXPECT_EQ(*consistency_proof(old_size, new_size, tree.reader()), expected);
        EXPECT_TRUE(verify_consistency(
            old_size, new_size, expected, *digest_of(v.at("root1")), *digest_of(v.at("root2"))));
    }
}

TEST_F(MerkleVectors, hostile_inclusion_proofs_are_refused_and_good_ones_are_not) {
    for (const auto& v : file_.at("tdm_inclusion").as_array()) {
        const auto leaf = digest_of(v.at("leafHash"));
        const auto root = digest_of(v.at("root"));
        const auto proof = digests_of(v.at("proof"));
        const bool accepted =
            leaf && root && proof &&
            verify_inclusion(
                *leaf, index_of(v.at("leafIdx")), size_of(v.at("treeSize")), *proof, *root);
        EXPECT_EQ(accepted, !v.at("wantErr").as_bool()) << text_of(v.at("id"));
    }
}

// Some roots are placeholders ("dont care 2") of which only equality matters. Our roots have 32 bytes by their type, so
// each placeholder stands for its hash.
Digest root_of(const boost::json::value& value) {
    return digest_of(value).value_or(sha256(tests::hex_of(value)));
}

TEST_F(MerkleVectors, hostile_consistency_proofs_are_refused_and_good_ones_are_not) {
    for (const auto& v : file_.at("tdm_consistency").as_array()) {
        const auto proof = digests_of(v.at("proof"));
        const bool accepted = proof && verify_consistency(size_of(v.at("size1")),
                                                          size_of(v.at("size2")),
                                                          *proof,
                                                          root_of(v.at("root1")),
                                                          root_of(v.at("root2")));
        EXPECT_EQ(accepted, !v.at("wantErr").as_bool()) << text_of(v.at("id"));
    }
}

// What is served under a path in a tree of generated leaves.
Bytes tile_content(const TestTree& tree, const TileId& id) {
    Bytes out;
    for (std::uint64_t i = 0; i < id.width; ++i) {
        const std::uint64_t at = id.index * kTileWidth + i;
        if (id.level) {
            append(out,
                   *tree.reader()(NodeId{static_cast<std::uint8_t>(*id.level * kTileHeight), at}));
        } else {
            const auto leaf = generated_leaf(at);
            out.push_back(static_cast<std::uint8_t>(leaf.size() >> 8U));
            out.push_back(static_cast<std::uint8_t>(leaf.size()));
            append(out, as_bytes(leaf));
        }
    }
    return out;
}

TEST_F(MerkleVectors, tiles_are_where_and_what_they_should_be) {
    for (const auto& v : file_.at("generated_tiles").as_array()) {
        const TreeSize size = size_of(v.at("size"));
        const auto tree = generated_tree(size.value());
        std::size_t hash_tiles = 0;
        for (const auto& [path, expected] : v.at("sha256_of_tile").as_object()) {
            const auto id = TileId::parse(std::string_view{path});
            ASSERT_TRUE(id) << path;
            EXPECT_EQ(id->path(), std::string_view{path});
            EXPECT_EQ(sha256(tile_content(tree, *id)), *digest_of(expected)) << path;
            hash_tiles += id->level ? 1U : 0U;
        }
        std::uint64_t computed = 0;
        for (std::uint8_t level = 0; level < 8; ++level) {
            computed += full_tiles(level, size) + (partial_width(level, size) > 0 ? 1U : 0U);
        }
        EXPECT_EQ(computed, hash_tiles) << "at size " << size.value();
    }
}

TEST_F(MerkleVectors, tile_indexes_are_written_in_groups_of_three) {
    for (const auto& [index, path] : file_.at("tile_index_paths").as_object()) {
        const TileId id{.level = 0, .index = std::stoull(std::string{index})};
        EXPECT_EQ(id.path(), "tile/0/" + text_of(path));
        EXPECT_EQ(*TileId::parse(id.path()), id);
    }
}

}  // namespace
}  // namespace serai::crypto::merkle
