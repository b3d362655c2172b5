// Handshakes as PrivateMessage.
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

class MlsPrivateHandshakes : public SmallGroup {
  protected:
    void SetUp() override {
        start(3);
        for (std::size_t i = 0; i < 3; ++i) {
            group(i).send_handshakes_as(HandshakeFormat::private_message);
        }
    }

    // Members alone move on: nobody else can follow.
    void deliver_among_members(std::size_t committer, PendingCommit pending) {
        for (std::size_t i = 0; i < 3; ++i) {
            if (i == committer) {
                continue;
            }
            auto staged = group(i).stage(pending.commit, policy_);
            ASSERT_TRUE(staged) << staged.error().message();
            at(i).set_group(std::move(staged->next));
        }
        at(committer).set_group(std::move(pending.next));
    }

    void expect_members_agree() {
        for (std::size_t i = 1; i < 3; ++i) {
            EXPECT_EQ(group(i).epoch_authenticator(), group(0).epoch_authenticator());
        }
    }

    TestClient added_{"x", random_};
};

}  // namespace

TEST_F(MlsPrivateHandshakes, a_commit_goes_through_encrypted) {
    auto pending = *at(0).commit({}, policy_);
    ASSERT_NE(pending.commit.get<PrivateMessage>(), nullptr);
    EXPECT_EQ(pending.commit.get<PrivateMessage>()->content_type, ContentType::commit);

    deliver_among_members(0, std::move(pending));

    expect_members_agree();
    EXPECT_EQ(group(1).epoch(), 2U);
}

TEST_F(MlsPrivateHandshakes, the_choice_outlives_epochs_and_restarts) {
    at(1).restart();
    deliver_among_members(1, *at(1).commit({}, policy_));
    deliver_among_members(1, *at(1).commit({}, policy_));
    EXPECT_NE(at(1).commit({}, policy_)->commit.get<PrivateMessage>(), nullptr);
    group(1).send_handshakes_as(HandshakeFormat::public_message);
    EXPECT_NE(at(1).commit({}, policy_)->commit.get<PublicMessage>(), nullptr);
    expect_members_agree();
}

TEST_F(MlsPrivateHandshakes, a_follower_is_told_that_it_cannot_follow) {
    const auto pending = *at(0).commit({}, policy_);
    EXPECT_EQ(server_->stage(pending.commit, {}, policy_).error(), MlsError::wrong_content);
    const auto proposal =
        *group(0).propose(at(0).signer(), Proposal{Remove{LeafIndex{2}}}, {}, policy_);
    EXPECT_EQ(server_->check_proposal(proposal, policy_).error(), MlsError::wrong_content);
}

TEST_F(MlsPrivateHandshakes, a_private_proposal_is_committed_by_reference) {
    const auto proposal =
        *group(1).propose_update(at(1).identity(), at(1).signer(), {}, policy_, random_);
    ASSERT_NE(proposal.get<PrivateMessage>(), nullptr);
    for (const std::size_t i : {0U, 2U}) {
        ASSERT_TRUE(group(i).receive_proposal(proposal, policy_));
    }
    EXPECT_EQ(group(0).proposals()[0].ref, group(1).proposals()[0].ref);
    CommitOptions options;
    options.references.push_back(group(0).proposals()[0].ref);

    deliver_among_members(0, *at(0).commit(options, policy_));

    expect_members_agree();
    deliver_among_members(1, *at(1).commit({}, policy_));
    expect_members_agree();
}

TEST_F(MlsPrivateHandshakes, newcomers_are_welcome_all_the_same) {
    clients_.push_back(std::make_unique<TestClient>("d", random_));
    CommitOptions options;
    options.adds.push_back(at(3).fresh_key_package());
    options.welcome_info.with_ratchet_tree = true;
    auto pending = *at(0).commit(options, policy_);
    auto joined = Group::join(*pending.welcome, at(3).key_package(), nullptr, policy_);
    ASSERT_TRUE(joined);
    deliver_among_members(0, std::move(pending));
    EXPECT_EQ(joined->epoch_authenticator(), group(2).epoch_authenticator());
}

TEST_F(MlsPrivateHandshakes, our_own_are_not_read_back) {
    const auto pending = *at(0).commit({}, policy_);
    EXPECT_EQ(group(0).stage(pending.commit, policy_).error(), MlsError::own_message);
    const auto proposal =
        *group(0).propose(at(0).signer(), Proposal{Remove{LeafIndex{2}}}, {}, policy_);
    EXPECT_EQ(group(0).receive_proposal(proposal, policy_).error(), MlsError::own_message);
}

TEST_F(MlsPrivateHandshakes, no_key_is_used_twice) {
    const auto before = group(0).save_secret();
    const auto lost = *at(0).commit({}, policy_);
    EXPECT_FALSE(ct_equal(before, group(0).save_secret())) << "the ratchet moved on";
    at(0).restart();
    const auto second = *at(0).commit({}, policy_);
    const auto generation_of = [&](const MlsMessage& message) {
        const auto staged = group(1).stage(message, policy_);
        EXPECT_TRUE(staged);
        return group(1).stage(message, policy_).error();
    };
    EXPECT_EQ(generation_of(second.commit), MlsError::key_consumed);
    EXPECT_EQ(generation_of(lost.commit), MlsError::key_consumed);
}

TEST_F(MlsPrivateHandshakes, a_commit_that_cannot_be_built_costs_no_key) {
    CommitOptions options;
    options.psks.push_back({ExternalPskId{{1}}, {}});
    const auto before = group(0).save_secret();
    EXPECT_EQ(at(0).commit(options, policy_).error(), MlsError::unknown_psk);
    EXPECT_EQ(group(0).propose(at(0).signer(), Proposal{Remove{LeafIndex{9}}}, {}, policy_).error(),
              MlsError::invalid_proposal);
    EXPECT_TRUE(ct_equal(before, group(0).save_secret()));
}

TEST_F(MlsPrivateHandshakes, every_tampered_byte_is_noticed_and_costs_nothing) {
    auto pending = *at(0).commit({}, policy_);
    const Bytes encoded = protocol::codec::encode(pending.commit);
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        Bytes tampered = encoded;
        tampered[i] ^= 1;
        const auto decoded = protocol::codec::decode_exact<MlsMessage>(tampered);
        EXPECT_FALSE(decoded && group(1).stage(*decoded, policy_)) << "byte " << i;
    }
    deliver_among_members(0, std::move(pending));
    expect_members_agree();
}

TEST_F(MlsPrivateHandshakes, a_commit_that_came_before_its_proposal_is_taken_after_it) {
    const auto proposal =
        *group(1).propose_update(at(1).identity(), at(1).signer(), {}, policy_, random_);
    ASSERT_TRUE(group(0).receive_proposal(proposal, policy_));
    CommitOptions options;
    options.references.push_back(group(0).proposals()[0].ref);
    auto pending = *at(0).commit(options, policy_);

    EXPECT_EQ(group(2).stage(pending.commit, policy_).error(), MlsError::unknown_proposal);
    ASSERT_TRUE(group(2).receive_proposal(proposal, policy_));

    deliver_among_members(0, std::move(pending));
    expect_members_agree();
}

TEST_F(MlsPrivateHandshakes, a_proposal_whose_credential_is_refused_now_may_be_taken_later) {
    const auto proposal =
        *group(1).propose(at(1).signer(), Proposal{Add{added_.fresh_key_package()}}, {}, policy_);
    validator_.banned.insert("x");
    EXPECT_EQ(group(0).receive_proposal(proposal, policy_).error(), MlsError::invalid_credential);
    validator_.banned.clear();

    EXPECT_TRUE(group(0).receive_proposal(proposal, policy_));
    EXPECT_EQ(group(0).receive_proposal(proposal, policy_).error(), MlsError::key_consumed);
}

TEST_F(MlsPrivateHandshakes, the_kind_inside_is_the_kind_announced) {
    auto proposal = *group(0).propose(at(0).signer(), Proposal{Remove{LeafIndex{2}}}, {}, policy_);
    EXPECT_EQ(group(1).stage(proposal, policy_).error(), MlsError::wrong_content);
    auto message = *proposal.get<PrivateMessage>();
    message.content_type = ContentType::commit;
    EXPECT_EQ(group(1).stage(MlsMessage{message}, policy_).error(),
              CryptoError::verification_failed);
    EXPECT_TRUE(group(1).receive_proposal(proposal, policy_));
}

TEST_F(MlsPrivateHandshakes, a_pending_one_survives_a_restart) {
    const auto saved = at(0).commit({}, policy_)->save();
    auto loaded = PendingCommit::load(saved.public_state, saved.secret_state);
    ASSERT_TRUE(loaded);
    deliver_among_members(0, std::move(*loaded));
    expect_members_agree();
}

}  // namespace serai::tests::mls
