// Commits without a path, and the last commit of a group.
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

class MlsPartialCommits : public SmallGroup {
  protected:
    void SetUp() override { start(3); }

    static CommitOptions partial() {
        CommitOptions options;
        options.path_only_if_required = true;
        return options;
    }

    static bool has_path(const Result<PendingCommit>& pending) {
        return std::get<Commit>(public_commit(pending).content.content).path.has_value();
    }

    [[nodiscard]] PreSharedKeyId current_psk() const {
        return {
            ResumptionPskId{ResumptionPskUsage::application, server_->group_id(), server_->epoch()},
            {}};
    }
};

}  // namespace

TEST_F(MlsPartialCommits, an_add_needs_no_path) {
    clients_.push_back(std::make_unique<TestClient>("d", random_));
    auto options = partial();
    options.adds.push_back(at(3).fresh_key_package());
    auto pending = at(0).commit(options, policy_);
    EXPECT_FALSE(has_path(pending));
    const Bytes leaf_before = server_->tree().leaf(LeafIndex{0})->encryption_key;

    ASSERT_TRUE(deliver(0, std::move(*pending)));

    EXPECT_TRUE(at(3).in_group());
    EXPECT_EQ(server_->tree().leaf(LeafIndex{0})->encryption_key, leaf_before);
    expect_agreement();
    ASSERT_TRUE(commit_by(3, {}));
    ASSERT_TRUE(commit_by(0, {}));
    expect_agreement();
}

TEST_F(MlsPartialCommits, a_psk_needs_no_path) {
    auto options = partial();
    options.psks.push_back(current_psk());
    auto pending = at(1).commit(options, policy_);
    EXPECT_FALSE(has_path(pending));
    ASSERT_TRUE(deliver(1, std::move(*pending)));
    expect_agreement();
    EXPECT_TRUE(group(0).unprotect(say(1, "still here")));
}

TEST_F(MlsPartialCommits, what_needs_a_path_gets_one) {
    EXPECT_TRUE(has_path(at(0).commit(partial(), policy_))) << "an empty commit is for its path";
    auto removing = partial();
    removing.removes.push_back(LeafIndex{2});
    EXPECT_TRUE(has_path(at(0).commit(removing, policy_)));
    auto extending = partial();
    extending.new_extensions = Extensions{};
    EXPECT_TRUE(has_path(at(0).commit(extending, policy_)));
    ASSERT_TRUE(announce(
        1, *group(1).propose_update(at(1).identity(), at(1).signer(), {}, policy_, random_)));
    auto updating = partial();
    updating.references.push_back(proposals_[0].ref);
    EXPECT_TRUE(has_path(at(0).commit(updating, policy_)));
}

TEST_F(MlsPartialCommits, a_renewed_identity_needs_a_path) {
    auto options = partial();
    options.psks.push_back(current_psk());
    const LeafIdentity renewed = test_identity("b", random_);
    EXPECT_TRUE(has_path(group(1).commit(renewed, at(1).signer(), options, policy_, random_)));
}

TEST_F(MlsPartialCommits, a_path_is_the_default) {
    CommitOptions options;
    options.psks.push_back(current_psk());
    EXPECT_TRUE(has_path(at(0).commit(options, policy_)));
}

TEST_F(MlsPartialCommits, a_clash_of_keys_is_noticed_without_a_path) {
    auto options = partial();
    options.adds.push_back(at(1).fresh_key_package());
    EXPECT_EQ(at(0).commit(options, policy_).error(), MlsError::invalid_leaf);
}

TEST_F(MlsPartialCommits, a_reinit_by_value_ends_the_group) {
    auto options = partial();
    options.reinit = ReInit{random_.bytes(32), ProtocolVersion::mls10, test_suite().id(), {}};
    auto pending = at(0).commit(options, policy_);
    EXPECT_FALSE(has_path(pending));
    ASSERT_TRUE(deliver(0, std::move(*pending)));
    expect_agreement();
    const Proposal removal{Remove{LeafIndex{2}}};
    EXPECT_EQ(group(1).propose(at(1).signer(), removal, {}, policy_).error(),
              MlsError::group_ended);
    EXPECT_EQ(at(2).commit({}, policy_).error(), MlsError::group_ended);
}

TEST_F(MlsPartialCommits, a_reinit_stands_alone) {
    CommitOptions options;
    options.reinit = ReInit{random_.bytes(32), ProtocolVersion::mls10, test_suite().id(), {}};
    options.removes.push_back(LeafIndex{2});
    EXPECT_EQ(at(0).commit(options, policy_).error(), MlsError::invalid_proposal_list);
}

TEST_F(MlsPartialCommits, a_reinit_goes_to_no_older_version) {
    CommitOptions options;
    options.reinit =
        ReInit{random_.bytes(32), static_cast<ProtocolVersion>(0), test_suite().id(), {}};
    EXPECT_EQ(at(0).commit(options, policy_).error(), MlsError::invalid_proposal);
    options.reinit->version = static_cast<ProtocolVersion>(2);
    EXPECT_TRUE(commit_by(0, options)) << "a version to come is for those who speak it";
}

}  // namespace serai::tests::mls
