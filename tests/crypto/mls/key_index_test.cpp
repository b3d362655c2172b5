#include "crypto/mls/tree/key_index.hpp"

#include "crypto/mls/tree/ratchet_tree.hpp"
#include "tests/crypto/mls/support/mls_client.hpp"

#include <gtest/gtest.h>

#include <set>

namespace serai::tests::mls {

namespace {

Bytes key_number(std::uint32_t number) {
    return {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

void expect_same(const KeyIndex& index, const std::multiset<std::uint32_t>& model) {
    bool distinct = true;
    for (std::uint32_t i = 0; i < 300; ++i) {
        EXPECT_EQ(index.count(key_number(i)), model.count(i));
        distinct = distinct && model.count(i) < 2;
    }
    EXPECT_EQ(index.distinct(), distinct);
}

}  // namespace

TEST(KeyIndex, CountsLikeAMultisetAndCopiesStayAsTheyWere) {
    DeterministicRandom random{11};
    KeyIndex index;
    std::multiset<std::uint32_t> model;
    for (int round = 0; round < 20; ++round) {
        const KeyIndex before = index;
        const auto model_before = model;
        for (int i = 0; i < 60; ++i) {
            const std::uint32_t number = random.below(300);
            if (const auto it = model.find(number); it != model.end() && random.below(3) > 0) {
                model.erase(it);
                index.erase(key_number(number));
            } else {
                model.insert(number);
                index.insert(key_number(number));
            }
        }
        expect_same(before, model_before);
        expect_same(index, model);
    }
    for (const auto number : model) {
        index.erase(key_number(number));
    }
    expect_same(index, {});
}

TEST(KeyIndex, OfManyKeysAtOnceIsWhatInsertingThemGives) {
    const std::multiset<std::uint32_t> model{7, 3, 7, 250, 0, 7, 3, 99};
    std::vector<Bytes> keys;
    for (const auto number : model) {
        keys.push_back(key_number(number));
    }
    KeyIndex index{std::vector<ByteView>(keys.begin(), keys.end())};
    expect_same(index, model);

    for (const auto number : {7U, 7U, 3U}) {
        index.erase(key_number(number));
    }
    expect_same(index, {7, 3, 250, 0, 99});
}

TEST(KeyIndex, AKeyThatIsNotThereCannotBeErased) {
    KeyIndex index;
    index.insert(key_number(1));
    EXPECT_THROW(index.erase(key_number(2)), std::logic_error);
    EXPECT_EQ(index.count(key_number(1)), 1U);
}

// A tree that was changed many times knows the same keys as one that is made from its nodes.
TEST(KeyIndex, OfARatchetTreeFollowsEveryChange) {
    DeterministicRandom random{12};
    std::vector<std::shared_ptr<const LeafNode>> seen;
    const auto fresh_leaf = [&] {
        LeafNode leaf = generate_key_package(
                            test_suite(), test_identity("x", random), kTestLifetime, {}, random)
                            .key_package.leaf_node;
        return seen.emplace_back(std::make_shared<const LeafNode>(std::move(leaf)));
    };
    RatchetTree tree{test_suite(), *fresh_leaf()};
    std::set<Bytes> path_keys;
    for (int i = 0; i < 120; ++i) {
        const LeafIndex member{random.below(tree.leaf_slots())};
        if (tree.leaf(member) == nullptr || tree.member_count() < 3 || random.below(3) == 0) {
            tree.add(fresh_leaf());
        } else if (random.below(2) == 0) {
            tree.remove(member);
        } else if (random.below(2) == 0) {
            tree.update(member, fresh_leaf());
        } else {
            const auto steps = tree.filtered_direct_path(member, {});
            const auto path = TreeKemPrivate::generate_path(test_suite(), steps.size(), random);
            tree.merge_path(member, steps, path.public_keys);
            tree.set_leaf(member, fresh_leaf());
            path_keys.insert(path.public_keys.begin(), path.public_keys.end());
        }
        const auto remade = RatchetTree::from_nodes(test_suite(), tree.to_nodes());
        ASSERT_TRUE(remade);
        for (const auto& leaf : seen) {
            EXPECT_EQ(tree.encryption_keys().count(leaf->encryption_key),
                      remade->encryption_keys().count(leaf->encryption_key));
            EXPECT_EQ(tree.signature_keys().count(leaf->signature_key),
                      remade->signature_keys().count(leaf->signature_key));
        }
        for (const auto& key : path_keys) {
            EXPECT_EQ(tree.encryption_keys().count(key), remade->encryption_keys().count(key));
        }
        EXPECT_TRUE(tree.encryption_keys().distinct());
    }
}

}  // namespace serai::tests::mls
