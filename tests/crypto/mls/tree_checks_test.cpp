// RFC 9420, sections 7.9.2, 12.4.3.1 and 12.4.3.3: the integrity of a ratchet tree that is seen for the first time.
#include "tests/crypto/mls/support/forged_commit.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

// A group of nine in a tree of sixteen places, where leaf 1 is unmerged in the nodes above leaves 0 to 3 and 0 to 7.
class TreeChecks : public SmallGroup {
  protected:
    static constexpr NodeIndex kOverFour{3};
    static constexpr NodeIndex kOverEight{7};
    static constexpr NodeIndex kRoot{15};

    void SetUp() override {
        start(9);
        CommitOptions removing;
        removing.removes.push_back(LeafIndex{1});
        ASSERT_TRUE(commit_by(8, removing));
        ASSERT_TRUE(commit_by(2, {}));
        clients_.push_back(std::make_unique<TestClient>("j", random_));
        CommitOptions adding;
        adding.adds.push_back(at(9).fresh_key_package());
        ASSERT_TRUE(commit_by(8, adding));
        nodes_ = server_->tree().to_nodes();
        ASSERT_EQ(unmerged(kOverFour), std::vector{LeafIndex{1}});
        ASSERT_EQ(unmerged(kOverEight), std::vector{LeafIndex{1}});
        ASSERT_FALSE(node(kRoot).blank());
    }

    [[nodiscard]] TreeNode& node(NodeIndex index) { return nodes_.nodes[index.value()]; }

    [[nodiscard]] const std::vector<LeafIndex>& unmerged(NodeIndex index) {
        return node(index).parent->unmerged_leaves;
    }

    void change(NodeIndex index, const std::function<void(ParentNode&)>& change) {
        ParentNode parent = *node(index).parent;
        change(parent);
        node(index).parent = std::make_shared<const ParentNode>(std::move(parent));
    }

    void set_unmerged(NodeIndex index, std::vector<LeafIndex> leaves) {
        change(index, [&](ParentNode& parent) { parent.unmerged_leaves = std::move(leaves); });
    }

    // Shape and unmerged leaves alone.
    [[nodiscard]] ErrorCode shape() const {
        const auto tree = RatchetTree::from_nodes(test_suite(), nodes_);
        return tree ? ErrorCode{} : tree.error();
    }

    [[nodiscard]] GroupInfo signed_info(GroupContext context, Bytes confirmation_tag) {
        GroupInfo info{std::move(context), {}, std::move(confirmation_tag), LeafIndex{0}, {}};
        info.signature = test_suite().sign(at(0).signer(), "GroupInfoTBS", info.to_be_signed());
        return info;
    }

    // The tree as it now is, with a GroupInfo that says so.
    [[nodiscard]] ErrorCode verdict() {
        GroupContext context = server_->context();
        context.tree_hash = RatchetTree::from_nodes(test_suite(), nodes_)->root_hash();
        const auto info = signed_info(std::move(context), server_->confirmation_tag());
        const auto followed = PublicGroup::from_group_info(info, nodes_, policy_);
        return followed ? ErrorCode{} : followed.error();
    }

    TreeNodes nodes_;
};

}  // namespace

TEST_F(TreeChecks, accepts_the_unchanged_tree) {
    EXPECT_EQ(shape(), ErrorCode{});
    EXPECT_EQ(verdict(), ErrorCode{});
}

TEST_F(TreeChecks, refuses_a_tree_of_another_hash) {
    GroupContext context = server_->context();
    context.tree_hash[0] ^= 1;
    const auto info = signed_info(std::move(context), server_->confirmation_tag());
    EXPECT_EQ(PublicGroup::from_group_info(info, nodes_, policy_).error(), MlsError::invalid_tree);
}

TEST_F(TreeChecks, refuses_a_parent_that_no_leaf_vouches_for) {
    const Bytes key = test_suite().generate_key_pair(random_).public_key;
    change(kOverFour, [&](ParentNode& parent) { parent.encryption_key = key; });
    EXPECT_EQ(shape(), ErrorCode{});
    EXPECT_FALSE(RatchetTree::from_nodes(test_suite(), nodes_)->parent_hashes_valid());
    EXPECT_EQ(verdict(), MlsError::invalid_tree);
}

TEST_F(TreeChecks, refuses_an_unmerged_leaf_that_is_blank) {
    ASSERT_EQ(server_->tree().leaf(LeafIndex{9}), nullptr);
    set_unmerged(kRoot, {LeafIndex{9}});
    EXPECT_EQ(shape(), MlsError::invalid_tree);
    set_unmerged(kRoot, {LeafIndex{8}});
    EXPECT_EQ(shape(), ErrorCode{}) << "a member, and no parent between";
}

TEST_F(TreeChecks, refuses_an_unmerged_leaf_that_is_not_below) {
    set_unmerged(kOverFour, {LeafIndex{1}, LeafIndex{8}});
    EXPECT_EQ(shape(), MlsError::invalid_tree);
}

TEST_F(TreeChecks, refuses_an_unmerged_leaf_that_a_parent_between_does_not_list) {
    set_unmerged(kOverFour, {});
    EXPECT_EQ(shape(), MlsError::invalid_tree);
    set_unmerged(kOverEight, {});
    EXPECT_EQ(shape(), ErrorCode{});
}

TEST_F(TreeChecks, refuses_a_parents_key_in_another_node) {
    for (const NodeIndex taken : {node_of(LeafIndex{4}), kOverEight}) {
        CommitPlan plan;
        plan.keys = [&](NewPath& path) {
            path.public_keys.back() = to_bytes(server_->tree().node(taken).encryption_key());
        };
        // By member 8, who is alone in the right half: its path is the root.
        const auto forged = forge_commit(at(8), plan, random_);
        ASSERT_TRUE(forged.tree.parent_hashes_valid());
        const auto info = signed_info(forged.context, forged.confirmation_tag);
        EXPECT_EQ(PublicGroup::from_group_info(info, forged.tree.to_nodes(), policy_).error(),
                  MlsError::invalid_tree);
    }
    const auto good = forge_commit(at(8), {}, random_);
    EXPECT_TRUE(PublicGroup::from_group_info(
        signed_info(good.context, good.confirmation_tag), good.tree.to_nodes(), policy_));
}

TEST_F(TreeChecks, a_tree_is_sent_without_blanks_at_the_end) {
    EXPECT_EQ(nodes_.nodes.size(), node_of(LeafIndex{8}).value() + 1U);
    EXPECT_FALSE(nodes_.nodes.back().blank());
}

TEST_F(TreeChecks, refuses_a_tree_with_a_blank_at_the_end) {
    nodes_.nodes.emplace_back();
    EXPECT_EQ(shape(), MlsError::invalid_tree);
    nodes_.nodes.emplace_back();
    EXPECT_EQ(shape(), MlsError::invalid_tree);
    nodes_.nodes.clear();
    EXPECT_EQ(shape(), MlsError::invalid_tree);
}

TEST_F(TreeChecks, refuses_a_leaf_at_a_parents_place) {
    const TreeNode leaf = node(node_of(LeafIndex{0}));
    const TreeNode parent = node(kOverFour);
    node(NodeIndex{1}) = leaf;
    EXPECT_EQ(shape(), MlsError::invalid_tree);
    node(NodeIndex{1}) = {};
    EXPECT_EQ(shape(), ErrorCode{});
    node(node_of(LeafIndex{0})) = parent;
    EXPECT_EQ(shape(), MlsError::invalid_tree);
}

}  // namespace serai::tests::mls
