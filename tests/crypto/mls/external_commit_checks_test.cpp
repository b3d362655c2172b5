// RFC 9420, sections 12.2 and 12.4.3.2: what an external commit must be, seen by the follower and by members.
#include "crypto/mls/group/message_protection.hpp"
#include "tests/crypto/mls/support/forged_commit.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

class ExternalCommits : public SmallGroup {
  protected:
    void SetUp() override { start(4); }

    [[nodiscard]] ForgedCommit forged(const CommitPlan& plan,
                                      const LeafIdentity& joiner,
                                      bool with_init = true) {
        const auto external = test_suite().derive_key_pair(secrets_of(group(0)).external);
        return forge_external_commit(
            *server_, external.public_key, joiner, plan, random_, with_init);
    }

    // What follower and member 3 say. They must agree.
    [[nodiscard]] ErrorCode verdict_on(const ForgedCommit& commit, const CommitPlan& plan) {
        const auto message =
            *protocol::codec::decode_exact<MlsMessage>(protocol::codec::encode(commit.message));
        const auto staged = server_->stage(*message.get<PublicMessage>(), plan.known, policy_);
        if (plan.known.empty()) {
            const auto followed = group(3).stage(message, policy_, plan.psks);
            EXPECT_EQ(followed ? ErrorCode{} : followed.error(),
                      staged ? ErrorCode{} : staged.error());
        }
        return staged ? ErrorCode{} : staged.error();
    }

    [[nodiscard]] ErrorCode verdict(const CommitPlan& plan) {
        return verdict_on(forged(plan, stranger_), plan);
    }

    LeafIdentity stranger_ = test_identity("stranger", random_);
    LeafIdentity b_again_ = test_identity("b", random_);  // member 1, with a new key
};

}  // namespace

TEST_F(ExternalCommits, lead_members_and_joiner_to_one_epoch) {
    CommitOptions removing;
    removing.removes.push_back(LeafIndex{1});
    ASSERT_TRUE(commit_by(0, removing));
    const auto commit = forged({}, stranger_);

    for (const std::size_t member : {0U, 2U, 3U}) {
        const auto staged = group(member).stage(commit.message, policy_);
        ASSERT_TRUE(staged) << staged.error().message();
        EXPECT_TRUE(staged->change.external);
        EXPECT_EQ(staged->change.committer, LeafIndex{1}) << "the leftmost free leaf";
        EXPECT_EQ(staged->next->epoch_authenticator(), commit.epoch_authenticator);
    }
}

TEST_F(ExternalCommits, have_exactly_one_external_init) {
    EXPECT_EQ(verdict({}), ErrorCode{});
    EXPECT_EQ(verdict_on(forged({}, stranger_, false), {}), MlsError::invalid_proposal_list);
    EXPECT_EQ(verdict(CommitPlan::with(ExternalInit{Bytes(32, 1)})),
              MlsError::invalid_proposal_list);
}

TEST_F(ExternalCommits, remove_at_most_one_leaf) {
    const auto one = CommitPlan::with(Remove{LeafIndex{1}});
    EXPECT_EQ(verdict_on(forged(one, b_again_), one), ErrorCode{});
    const auto two = CommitPlan::with(Remove{LeafIndex{1}}, Remove{LeafIndex{2}});
    EXPECT_EQ(verdict_on(forged(two, b_again_), two), MlsError::invalid_proposal_list);
}

TEST_F(ExternalCommits, remove_nobody_but_the_joiner_itself) {
    const auto another = CommitPlan::with(Remove{LeafIndex{2}});
    EXPECT_EQ(verdict_on(forged(another, b_again_), another), MlsError::invalid_credential);
    const auto nobody = CommitPlan::with(Remove{LeafIndex{4}});
    EXPECT_EQ(verdict_on(forged(nobody, b_again_), nobody), MlsError::invalid_proposal);
}

TEST_F(ExternalCommits, refuse_the_encryption_key_of_the_removed_leaf) {
    auto plan = CommitPlan::with(Remove{LeafIndex{1}});
    plan.leaf = [&](LeafNode& leaf) {
        leaf.encryption_key = server_->tree().leaf(LeafIndex{1})->encryption_key;
    };
    EXPECT_EQ(verdict_on(forged(plan, b_again_), plan), MlsError::invalid_path);
}

TEST_F(ExternalCommits, may_bring_a_psk) {
    const AnyPsk psks;
    auto plan = CommitPlan::with(PreSharedKey{{ExternalPskId{{1}}, Bytes(32)}});
    plan.psks = &psks;
    EXPECT_EQ(verdict(plan), ErrorCode{});
}

TEST_F(ExternalCommits, hold_no_other_proposals) {
    TestClient other{"other", random_};
    const ReInit reinit{{1}, ProtocolVersion::mls10, test_suite().id(), {}};
    const LeafNode update = forge_update_leaf(at(1), {}, at(1).signer(), random_);
    EXPECT_EQ(verdict(CommitPlan::with(Add{other.fresh_key_package()})),
              MlsError::invalid_proposal_list);
    EXPECT_EQ(verdict(CommitPlan::with(Update{update})), MlsError::invalid_proposal_list);
    EXPECT_EQ(verdict(CommitPlan::with(GroupContextExtensions{})), MlsError::invalid_proposal_list);
    EXPECT_EQ(verdict(CommitPlan::with(reinit)), MlsError::invalid_proposal_list);
}

TEST_F(ExternalCommits, hold_no_proposal_by_reference) {
    CommitPlan plan;
    plan.by_reference(*server_->check_proposal(
        forge_proposal(
            group(0), Sender::member(LeafIndex{0}), at(0).signer(), Proposal{Remove{LeafIndex{1}}}),
        policy_));
    EXPECT_EQ(verdict_on(forged(plan, b_again_), plan), MlsError::invalid_proposal_list);
}

TEST_F(ExternalCommits, have_a_path) {
    CommitPlan plan;
    plan.with_path = false;
    EXPECT_EQ(verdict(plan), MlsError::wrong_content);
}

TEST_F(ExternalCommits, are_signed_by_the_new_leaf) {
    CommitPlan plan;
    plan.signer = &at(0).signer();
    EXPECT_EQ(verdict(plan), CryptoError::verification_failed);
}

TEST_F(ExternalCommits, have_the_sender_type_of_a_new_member) {
    for (const auto type : {SenderType::external, SenderType::new_member_proposal}) {
        CommitPlan plan;
        plan.content = [&](FramedContent& content) {
            content.sender.type = type;
        };
        EXPECT_EQ(verdict(plan), MlsError::wrong_content);
    }
}

TEST_F(ExternalCommits, come_as_public_messages) {
    const auto commit = forged({}, stranger_);
    const auto verdict_as = [&](WireFormat format) {
        auto content = sign_content(test_suite(),
                                    stranger_.keys.private_key,
                                    format,
                                    commit.open().content,
                                    server_->encoded_context());
        const auto staged = server_->stage(content, {}, policy_);
        return staged ? ErrorCode{} : staged.error();
    };
    EXPECT_EQ(verdict_as(WireFormat::public_message), ErrorCode{});
    EXPECT_EQ(verdict_as(WireFormat::private_message), MlsError::wrong_content);
}

TEST_F(ExternalCommits, bring_a_leaf_that_the_group_can_use) {
    CommitOptions options;
    options.new_extensions = Extensions{{{kTestExtension, {}}}};
    ASSERT_TRUE(commit_by(0, options));
    EXPECT_EQ(verdict({}), ErrorCode{});
    stranger_.capabilities.extensions.clear();
    EXPECT_EQ(verdict({}), MlsError::invalid_leaf);
}

}  // namespace serai::tests::mls
