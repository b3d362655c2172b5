#include "crypto/merkle/proof.hpp"

#include "tests/crypto/merkle/test_tree.hpp"

#include <gtest/gtest.h>

namespace serai::crypto::merkle {
namespace {

using tests::TestTree;

constexpr std::uint64_t kSize = 70;

class Proofs : public testing::Test {
  protected:
    Proofs() {
        for (std::uint64_t i = 0; i < kSize; ++i) {
            tree_.append(as_bytes(std::to_string(i)));
        }
    }

    TestTree tree_;
};

TEST_F(Proofs, of_inclusion_hold_for_their_leaf_and_for_no_other) {
    for (std::uint64_t size = 1; size <= kSize; ++size) {
        for (std::uint64_t index = 0; index < size; ++index) {
            const auto proof = inclusion_proof(LogIndex{index}, TreeSize{size}, tree_.reader());
            ASSERT_TRUE(proof);
            const auto verdict = [&](std::uint64_t leaf, std::uint64_t at) {
                return verify_inclusion(
                    tree_.leaf_hash(leaf), LogIndex{at}, TreeSize{size}, *proof, tree_.root(size));
            };
            ASSERT_TRUE(verdict(index, index));
            ASSERT_FALSE(verdict((index + 1) % kSize, index));
            if (size > 1) {
                ASSERT_FALSE(verdict(index, (index + 1) % size));
            }
        }
    }
}

TEST_F(Proofs, of_consistency_hold_for_their_two_trees_and_for_no_others) {
    for (std::uint64_t new_size = 1; new_size <= kSize; ++new_size) {
        for (std::uint64_t old_size = 1; old_size <= new_size; ++old_size) {
            const auto proof =
                consistency_proof(TreeSize{old_size}, TreeSize{new_size}, tree_.reader());
            ASSERT_TRUE(proof);
            const auto verdict = [&](const Digest& old_root, const Digest& new_root) {
                return verify_consistency(
                    TreeSize{old_size}, TreeSize{new_size}, *proof, old_root, new_root);
            };
            ASSERT_TRUE(verdict(tree_.root(old_size), tree_.root(new_size)));
            ASSERT_FALSE(verdict(tree_.root(old_size - 1), tree_.root(new_size)));
            ASSERT_FALSE(verdict(tree_.root(old_size), tree_.root(new_size - 1)));
        }
    }
}

TEST_F(Proofs, with_a_hash_more_less_or_changed_are_refused) {
    const auto good = *inclusion_proof(LogIndex{20}, TreeSize{kSize}, tree_.reader());
    const auto verdict = [&](const Proof& proof) {
        return verify_inclusion(
            tree_.leaf_hash(20), LogIndex{20}, TreeSize{kSize}, proof, tree_.root(kSize));
    };
    ASSERT_TRUE(verdict(good));
    auto longer = good;
    longer.push_back(Digest{});
    EXPECT_EQ(verdict(longer).error(), MerkleError::wrong_length);
    auto shorter = good;
    shorter.pop_back();
    EXPECT_EQ(verdict(shorter).error(), MerkleError::wrong_length);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto changed = good;
        changed[i][7] ^= 1;
        EXPECT_EQ(verdict(changed).error(), MerkleError::root_mismatch);
    }
}

TEST_F(Proofs, outside_the_tree_are_refused) {
    const auto reader = tree_.reader();
    EXPECT_EQ(inclusion_proof(LogIndex{5}, TreeSize{5}, reader).error(), MerkleError::out_of_range);
    EXPECT_EQ(consistency_proof(TreeSize{0}, TreeSize{5}, reader).error(),
              MerkleError::out_of_range);
    EXPECT_EQ(consistency_proof(TreeSize{6}, TreeSize{5}, reader).error(),
              MerkleError::out_of_range);
    EXPECT_EQ(inclusion_proof(LogIndex{5}, TreeSize{kSize + 1}, reader).error(),
              MerkleError::out_of_range)
        << "the reader's error is passed on";
}

TEST_F(Proofs, of_the_largest_sizes_do_not_wrap_around) {
    constexpr std::uint64_t kMax = ~std::uint64_t{0};
    const Digest zero{};
    const auto included = [&](std::uint64_t index, std::size_t n) {
        return verify_inclusion(zero, LogIndex{index}, TreeSize{kMax}, Proof(n), zero).error();
    };
    const auto consistent = [&](std::size_t n) {
        return verify_consistency(TreeSize{kMax - 1}, TreeSize{kMax}, Proof(n), zero, zero).error();
    };
    // The first leaf is 64 levels below the root, the last one is beside 63 full subtrees.
    EXPECT_EQ(included(0, 64), MerkleError::root_mismatch);
    EXPECT_EQ(included(0, 63), MerkleError::wrong_length);
    EXPECT_EQ(included(kMax - 1, 63), MerkleError::root_mismatch);
    EXPECT_EQ(included(kMax - 1, 64), MerkleError::wrong_length);
    EXPECT_EQ(consistent(64), MerkleError::root_mismatch);
    EXPECT_EQ(consistent(65), MerkleError::wrong_length);
}

TEST_F(Proofs, the_right_edge_can_be_read_back_at_any_size) {
    for (std::uint64_t size = 0; size < kSize; ++size) {
        auto edge = right_edge(TreeSize{size}, tree_.reader());
        ASSERT_TRUE(edge);
        EXPECT_EQ(edge->root(), tree_.root(size));
        EXPECT_EQ(*tree_root(TreeSize{size}, tree_.reader()), tree_.root(size));
        edge->append(tree_.leaf_hash(size));
        EXPECT_EQ(edge->root(), tree_.root(size + 1));
    }
}

TEST(CompactRangeTest, restores_only_what_fits_its_size) {
    EXPECT_TRUE(CompactRange::restore(TreeSize{5}, std::vector<Digest>(2)));
    EXPECT_EQ(CompactRange::restore(TreeSize{5}, std::vector<Digest>(1)).error(),
              MerkleError::out_of_range);
    EXPECT_EQ(CompactRange::restore(TreeSize{0}, std::vector<Digest>(1)).error(),
              MerkleError::out_of_range);
}

}  // namespace
}  // namespace serai::crypto::merkle
