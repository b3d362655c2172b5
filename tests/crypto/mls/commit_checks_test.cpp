// RFC 9420, section 12.4.2: each step of processing a commit. Follower and members take the public ones alike; what takes secrets
// is left to members.
#include "tests/crypto/mls/support/forged_commit.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

class CommitChecks : public SmallGroup {
  protected:
    void SetUp() override { start(4); }

    [[nodiscard]] ErrorCode public_verdict(const MlsMessage& message, const CommitPlan& plan) {
        const auto staged = server_->stage(*message.get<PublicMessage>(), plan.known, policy_);
        return staged ? ErrorCode{} : staged.error();
    }

    [[nodiscard]] ErrorCode verdict_of(std::size_t member,
                                       const MlsMessage& message,
                                       const CommitPlan& plan = {}) {
        const auto staged = group(member).stage(message, policy_, plan.psks);
        return staged ? ErrorCode{} : staged.error();
    }

    // What everybody says to a commit of member 0.
    [[nodiscard]] ErrorCode verdict(const CommitPlan& plan) {
        const auto forged = forge_commit(at(0), plan, random_);
        const ErrorCode error = public_verdict(forged.message, plan);
        if (plan.known.empty()) {
            EXPECT_EQ(verdict_of(3, forged.message, plan), error);
        }
        return error;
    }

    [[nodiscard]] ErrorCode verdict_without_path(CommitPlan plan) {
        EXPECT_EQ(verdict(plan), ErrorCode{});
        plan.with_path = false;
        return verdict(plan);
    }

    // In the path of member 0, node 0 is above members 0 and 1, node 1 is the root.
    static constexpr std::size_t kRoot = 1;

    const ReInit reinit_{{1}, ProtocolVersion::mls10, test_suite().id(), {}};
    const PreSharedKeyId psk_{ExternalPskId{{1}}, Bytes(32)};
    AnyPsk psks_;
};

}  // namespace

TEST_F(CommitChecks, accepts_the_unchanged_commit) {
    CommitPlan plan;
    for (const auto format : {WireFormat::public_message, WireFormat::private_message}) {
        plan.format = format;
        const auto forged = forge_commit(at(0), plan, random_);
        for (const std::size_t member : {1U, 2U, 3U}) {
            const auto staged = group(member).stage(forged.message, policy_);
            ASSERT_TRUE(staged) << staged.error().message();
            EXPECT_EQ(staged->next->epoch_authenticator(), forged.epoch_authenticator);
        }
    }
}

TEST_F(CommitChecks, refuses_another_epoch) {
    CommitPlan plan;
    plan.content = [](FramedContent& content) {
        ++content.epoch;
    };
    EXPECT_EQ(verdict(plan), MlsError::wrong_epoch);
    plan.content = [](FramedContent& content) {
        --content.epoch;
    };
    EXPECT_EQ(verdict(plan), MlsError::wrong_epoch);
}

TEST_F(CommitChecks, refuses_another_group) {
    CommitPlan plan;
    plan.content = [](FramedContent& content) {
        content.group_id.push_back(0);
    };
    EXPECT_EQ(verdict(plan), MlsError::wrong_group);
}

TEST_F(CommitChecks, refuses_a_wrong_membership_tag) {
    PublicMessage message = forge_commit(at(0), {}, random_).open();
    message.membership_tag[0] ^= 1;
    EXPECT_EQ(public_verdict(MlsMessage{message}, {}), ErrorCode{});
    EXPECT_EQ(verdict_of(1, MlsMessage{message}), CryptoError::verification_failed);
    tag_again(group(0), message);
    EXPECT_EQ(verdict_of(1, MlsMessage{message}), ErrorCode{});
}

TEST_F(CommitChecks, refuses_a_private_commit_that_does_not_open) {
    CommitPlan plan;
    plan.format = WireFormat::private_message;
    const auto forged = forge_commit(at(0), plan, random_);
    PrivateMessage tampered = *forged.message.get<PrivateMessage>();
    tampered.ciphertext.back() ^= 1;
    EXPECT_EQ(verdict_of(1, MlsMessage{tampered}), CryptoError::verification_failed);
    EXPECT_EQ(verdict_of(1, forged.message), ErrorCode{});
}

TEST_F(CommitChecks, refuses_a_signature_by_another_member) {
    CommitPlan plan;
    plan.signer = &at(1).signer();
    EXPECT_EQ(verdict(plan), CryptoError::verification_failed);
}

TEST_F(CommitChecks, refuses_a_sender_that_is_no_member) {
    CommitPlan plan;
    plan.content = [](FramedContent& content) {
        content.sender = Sender::member(LeafIndex{4});
    };
    EXPECT_EQ(verdict(plan), MlsError::not_a_member);
}

TEST_F(CommitChecks, refuses_a_reference_to_nothing) {
    CommitPlan plan;
    plan.proposals.push_back({ProposalRef{Bytes(32)}});
    EXPECT_EQ(verdict(plan), MlsError::unknown_proposal);
}

TEST_F(CommitChecks, refuses_a_psk_that_is_not_available) {
    const auto forged = forge_commit(at(0), CommitPlan::with(PreSharedKey{psk_}), random_);
    EXPECT_EQ(public_verdict(forged.message, {}), ErrorCode{});
    EXPECT_EQ(verdict_of(1, forged.message), MlsError::unknown_psk);
    auto plan = CommitPlan::with(PreSharedKey{psk_});
    plan.psks = &psks_;
    EXPECT_EQ(verdict(plan), ErrorCode{});
}

TEST_F(CommitChecks, needs_a_path_for_all_but_add_psk_and_reinit) {
    TestClient newcomer{"e", random_};
    CommitPlan update;
    update.by_reference(*server_->check_proposal(
        forge_proposal(group(1),
                       Sender::member(LeafIndex{1}),
                       at(1).signer(),
                       Proposal{Update{forge_update_leaf(at(1), {}, at(1).signer(), random_)}}),
        policy_));
    const Add add{newcomer.fresh_key_package()};

    EXPECT_EQ(verdict_without_path({}), MlsError::invalid_path);
    EXPECT_EQ(verdict_without_path(update), MlsError::invalid_path);
    EXPECT_EQ(verdict_without_path(CommitPlan::with(Remove{LeafIndex{1}})), MlsError::invalid_path);
    EXPECT_EQ(verdict_without_path(CommitPlan::with(GroupContextExtensions{})),
              MlsError::invalid_path);
    EXPECT_EQ(verdict_without_path(CommitPlan::with(add, Remove{LeafIndex{1}})),
              MlsError::invalid_path);

    auto with_psk = CommitPlan::with(add, PreSharedKey{psk_});
    with_psk.psks = &psks_;
    EXPECT_EQ(verdict_without_path(CommitPlan::with(add)), ErrorCode{});
    EXPECT_EQ(verdict_without_path(with_psk), ErrorCode{});
    EXPECT_EQ(verdict_without_path(CommitPlan::with(reinit_)), ErrorCode{});
}

TEST_F(CommitChecks, refuses_the_committers_current_encryption_key) {
    CommitPlan plan;
    plan.leaf = [&](LeafNode& leaf) {
        leaf.encryption_key = server_->tree().leaf(LeafIndex{0})->encryption_key;
    };
    EXPECT_EQ(verdict(plan), MlsError::invalid_path);
}

TEST_F(CommitChecks, refuses_a_path_key_that_is_in_the_tree) {
    const auto& tree = server_->tree();
    const NodeIndex root = root_of(tree.leaf_slots());
    for (const NodeIndex taken : {node_of(LeafIndex{2}), node_of(LeafIndex{0}), root}) {
        CommitPlan plan;
        plan.keys = [&](NewPath& path) {
            path.public_keys[0] = to_bytes(tree.node(taken).encryption_key());
        };
        EXPECT_EQ(verdict(plan), MlsError::invalid_path);
    }
}

TEST_F(CommitChecks, refuses_a_path_key_twice) {
    CommitPlan plan;
    plan.keys = [](NewPath& path) {
        path.public_keys[kRoot] = path.public_keys[0];
    };
    EXPECT_EQ(verdict(plan), MlsError::invalid_path);
}

TEST_F(CommitChecks, refuses_an_unusable_path_key) {
    CommitPlan plan;
    plan.keys = [](NewPath& path) {
        path.public_keys[kRoot] = Bytes(32);
    };
    EXPECT_EQ(verdict(plan), MlsError::invalid_path);
}

TEST_F(CommitChecks, refuses_another_parent_hash) {
    for (const std::size_t size : {0U, 32U}) {
        CommitPlan plan;
        plan.leaf = [&](LeafNode& leaf) {
            leaf.source = FromCommit{Bytes(size)};
        };
        EXPECT_EQ(verdict(plan), MlsError::invalid_path);
    }
}

TEST_F(CommitChecks, refuses_a_path_of_another_length) {
    CommitPlan plan;
    plan.path = [](UpdatePath& path) {
        path.nodes.pop_back();
    };
    EXPECT_EQ(verdict(plan), MlsError::invalid_path);
    plan.path = [&](UpdatePath& path) {
        path.nodes.push_back({test_suite().generate_key_pair(random_).public_key, {}});
    };
    EXPECT_EQ(verdict(plan), MlsError::invalid_path);
}

TEST_F(CommitChecks, refuses_another_number_of_ciphertexts) {
    TestClient newcomer{"e", random_};
    CommitPlan plan = CommitPlan::with(Remove{LeafIndex{3}}, Add{newcomer.fresh_key_package()});
    EXPECT_EQ(verdict_of(1, forge_commit(at(0), plan, random_).message), ErrorCode{});
    // Under the root's other child are member 2 and the newcomer, who is left out.
    plan.path = [](UpdatePath& path) {
        auto& sealed = path.nodes[kRoot].encrypted_path_secret;
        ASSERT_EQ(sealed.size(), 1U);
        sealed.push_back(sealed.back());
    };
    EXPECT_EQ(public_verdict(forge_commit(at(0), plan, random_).message, plan),
              MlsError::invalid_path);
    plan.path = [](UpdatePath& path) {
        path.nodes[kRoot].encrypted_path_secret.clear();
    };
    EXPECT_EQ(public_verdict(forge_commit(at(0), plan, random_).message, plan),
              MlsError::invalid_path);
}

TEST_F(CommitChecks, refuses_a_path_secret_that_does_not_open) {
    CommitPlan plan;
    plan.path = [](UpdatePath& path) {
        path.nodes[kRoot].encrypted_path_secret[0].ciphertext[0] ^= 1;
    };
    const auto forged = forge_commit(at(0), plan, random_);
    EXPECT_EQ(public_verdict(forged.message, plan), ErrorCode{});
    EXPECT_EQ(verdict_of(2, forged.message), CryptoError::verification_failed);
    EXPECT_EQ(verdict_of(3, forged.message), ErrorCode{}) << "it has a ciphertext of its own";
}

TEST_F(CommitChecks, refuses_a_path_secret_of_other_keys) {
    CommitPlan plan;
    plan.keys = [&](NewPath& path) {
        path.secrets[kRoot] = PathSecret::random(test_suite().hash_size(), random_);
    };
    const auto forged = forge_commit(at(0), plan, random_);
    EXPECT_EQ(public_verdict(forged.message, plan), ErrorCode{});
    EXPECT_EQ(verdict_of(2, forged.message), MlsError::invalid_path);
    EXPECT_EQ(verdict_of(1, forged.message), ErrorCode{}) << "it derives the root's secret itself";
}

TEST_F(CommitChecks, refuses_a_wrong_confirmation_tag) {
    CommitPlan plan;
    plan.wrong_confirmation = true;
    const auto forged = forge_commit(at(0), plan, random_);
    EXPECT_EQ(public_verdict(forged.message, plan), ErrorCode{});
    EXPECT_EQ(verdict_of(1, forged.message), CryptoError::verification_failed);
}

}  // namespace serai::tests::mls
