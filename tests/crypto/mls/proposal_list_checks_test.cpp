// RFC 9420, section 12.2: what makes the list of a member's commit invalid, and section 12.1: what makes a proposal so.
#include "crypto/mls/group/message_protection.hpp"
#include "tests/crypto/mls/support/capable_group.hpp"

namespace serai::tests::mls {

namespace {

class ProposalList : public CapableGroup {
  protected:
    // The verdict on a commit of member 0 with these proposals by value.
    template <class... Proposals>
    [[nodiscard]] ErrorCode verdict(Proposals... proposals) {
        auto plan = CommitPlan::with(std::move(proposals)...);
        plan.psks = &psks_;
        return verdict_on(plan);
    }

    [[nodiscard]] Add adding(TestClient& client) { return Add{client.fresh_key_package()}; }

    [[nodiscard]] CachedProposal update_of(std::size_t member) {
        return *proposed(
            member,
            Proposal{Update{forge_update_leaf(at(member), {}, at(member).signer(), random_)}});
    }

    // Extensions that require one credential type more.
    [[nodiscard]] static GroupContextExtensions requiring(CredentialType type) {
        const RequiredCapabilities required{{}, {}, {type}};
        return {Extensions{
            {{ExtensionType::required_capabilities, protocol::codec::encode(required)}}}};
    }

    static PreSharedKeyId psk_of(std::size_t nonce_size) {
        return {ExternalPskId{{1}}, Bytes(nonce_size)};
    }

    AnyPsk psks_;
};

const ReInit kReInit{{1}, ProtocolVersion::mls10, test_suite().id(), {}};

}  // namespace

TEST_F(ProposalList, accepts_the_unchanged_commit) {
    EXPECT_EQ(verdict(), ErrorCode{});
    EXPECT_EQ(verdict(Remove{LeafIndex{3}},
                      adding(*newcomer_),
                      PreSharedKey{psk_of(32)},
                      requiring(CredentialType::x509)),
              ErrorCode{});
    EXPECT_EQ(verdict(kReInit), ErrorCode{});
}

TEST_F(ProposalList, refuses_a_proposal_of_another_epoch_or_group) {
    const auto verdict_on_changed = [&](const std::function<void(FramedContent&)>& change) {
        FramedContent framed{group(1).view()->group_id(),
                             group(1).epoch(),
                             Sender::member(LeafIndex{1}),
                             {},
                             Proposal{Remove{LeafIndex{2}}}};
        change(framed);
        auto content = sign_content(test_suite(),
                                    at(1).signer(),
                                    WireFormat::public_message,
                                    std::move(framed),
                                    server_->encoded_context());
        PublicMessage message{std::move(content.content), std::move(content.auth), {}};
        tag_again(group(1), message);
        const auto followed = server_->check_proposal(message, policy_);
        const auto received = group(2).receive_proposal(MlsMessage{message}, policy_);
        EXPECT_EQ(received.has_value(), followed.has_value());
        return followed ? ErrorCode{} : followed.error();
    };
    EXPECT_EQ(verdict_on_changed([](FramedContent&) {}), ErrorCode{});
    EXPECT_EQ(verdict_on_changed([](FramedContent& framed) { ++framed.epoch; }),
              MlsError::wrong_epoch);
    EXPECT_EQ(verdict_on_changed([](FramedContent& framed) { --framed.epoch; }),
              MlsError::wrong_epoch);
    EXPECT_EQ(verdict_on_changed([](FramedContent& framed) { framed.group_id.push_back(0); }),
              MlsError::wrong_group);
}

TEST_F(ProposalList, refuses_a_remove_of_nobody) {
    EXPECT_EQ(verdict(Remove{LeafIndex{3}}), ErrorCode{});
    EXPECT_EQ(verdict(Remove{LeafIndex{4}}), MlsError::invalid_proposal);
    CommitOptions removing;
    removing.removes.push_back(LeafIndex{1});
    ASSERT_TRUE(commit_by(0, removing));
    EXPECT_EQ(verdict(Remove{LeafIndex{1}}), MlsError::invalid_proposal);
}

TEST_F(ProposalList, refuses_a_psk_nonce_of_another_length) {
    EXPECT_EQ(verdict(PreSharedKey{psk_of(32)}), ErrorCode{});
    EXPECT_EQ(verdict(PreSharedKey{psk_of(31)}), MlsError::invalid_proposal);
    EXPECT_EQ(verdict(PreSharedKey{psk_of(33)}), MlsError::invalid_proposal);
}

TEST_F(ProposalList, refuses_a_psk_of_reinit_or_branch) {
    const auto with_usage = [&](ResumptionPskUsage usage) {
        return verdict(PreSharedKey{{ResumptionPskId{usage, {1}, 0}, Bytes(32)}});
    };
    EXPECT_EQ(with_usage(ResumptionPskUsage::application), ErrorCode{});
    EXPECT_EQ(with_usage(ResumptionPskUsage::reinit), MlsError::invalid_proposal);
    EXPECT_EQ(with_usage(ResumptionPskUsage::branch), MlsError::invalid_proposal);
}

TEST_F(ProposalList, refuses_required_capabilities_that_a_member_lacks) {
    EXPECT_EQ(verdict(requiring(CredentialType::x509)), ErrorCode{});
    EXPECT_EQ(verdict(requiring(CredentialType::basic)), MlsError::invalid_leaf);
}

TEST_F(ProposalList, accepts_required_capabilities_that_only_the_removed_lacks) {
    EXPECT_EQ(verdict(requiring(CredentialType::basic), Remove{LeafIndex{3}}), ErrorCode{});
}

TEST_F(ProposalList, refuses_required_capabilities_that_a_newcomer_lacks) {
    EXPECT_EQ(verdict(requiring(CredentialType::basic), Remove{LeafIndex{3}}, adding(*newcomer_)),
              ErrorCode{});
    newcomer_->identity().capabilities = capable(false);
    EXPECT_EQ(verdict(Remove{LeafIndex{3}}, adding(*newcomer_)), ErrorCode{});
    EXPECT_EQ(verdict(adding(*newcomer_), Remove{LeafIndex{3}}, requiring(CredentialType::basic)),
              MlsError::invalid_leaf);
}

TEST_F(ProposalList, refuses_an_update_of_the_committer) {
    CommitPlan plan;
    plan.by_reference(update_of(1));
    EXPECT_EQ(verdict_on(plan), ErrorCode{});
    const auto own = forge_commit(at(1), plan, random_);
    EXPECT_EQ(server_->stage(own.open(), plan.known, policy_).error(),
              MlsError::invalid_proposal_list);
}

TEST_F(ProposalList, refuses_a_remove_of_the_committer) {
    EXPECT_EQ(verdict(Remove{LeafIndex{1}}), ErrorCode{});
    EXPECT_EQ(verdict(Remove{LeafIndex{0}}), MlsError::invalid_proposal_list);
}

TEST_F(ProposalList, refuses_two_changes_of_one_leaf) {
    CommitPlan two_leaves;
    two_leaves.by_reference(update_of(1));
    two_leaves.by_value(Proposal{Remove{LeafIndex{2}}});
    EXPECT_EQ(verdict_on(two_leaves), ErrorCode{});

    CommitPlan update_and_remove;
    update_and_remove.by_reference(update_of(1));
    update_and_remove.by_value(Proposal{Remove{LeafIndex{1}}});
    EXPECT_EQ(verdict_on(update_and_remove), MlsError::invalid_proposal_list);

    CommitPlan two_updates;
    two_updates.by_reference(update_of(1));
    two_updates.by_reference(update_of(1));
    EXPECT_EQ(verdict_on(two_updates), MlsError::invalid_proposal_list);

    EXPECT_EQ(verdict(Remove{LeafIndex{1}}, Remove{LeafIndex{1}}), MlsError::invalid_proposal_list);
}

TEST_F(ProposalList, refuses_two_adds_of_one_client) {
    EXPECT_EQ(verdict(adding(*newcomer_)), ErrorCode{});
    EXPECT_EQ(verdict(adding(*newcomer_), adding(*newcomer_)), MlsError::invalid_leaf);
}

TEST_F(ProposalList, refuses_an_add_of_a_member) {
    EXPECT_EQ(verdict(adding(at(1))), MlsError::invalid_leaf);
}

TEST_F(ProposalList, accepts_an_add_of_a_member_that_the_list_removes) {
    EXPECT_EQ(verdict(adding(at(1)), Remove{LeafIndex{1}}), ErrorCode{});
}

TEST_F(ProposalList, refuses_one_psk_twice) {
    PreSharedKeyId other = psk_of(32);
    other.nonce[0] = 1;
    EXPECT_EQ(verdict(PreSharedKey{psk_of(32)}, PreSharedKey{other}), ErrorCode{});
    EXPECT_EQ(verdict(PreSharedKey{psk_of(32)}, PreSharedKey{psk_of(32)}),
              MlsError::invalid_proposal_list);
}

TEST_F(ProposalList, refuses_two_context_extensions) {
    EXPECT_EQ(verdict(GroupContextExtensions{}), ErrorCode{});
    EXPECT_EQ(verdict(GroupContextExtensions{}, GroupContextExtensions{}),
              MlsError::invalid_proposal_list);
}

TEST_F(ProposalList, refuses_a_reinit_beside_another_proposal) {
    EXPECT_EQ(verdict(kReInit, Remove{LeafIndex{1}}), MlsError::invalid_proposal_list);
    EXPECT_EQ(verdict(PreSharedKey{psk_of(32)}, kReInit), MlsError::invalid_proposal_list);
    EXPECT_EQ(verdict(kReInit, kReInit), MlsError::invalid_proposal_list);
}

TEST_F(ProposalList, refuses_an_external_init) {
    const auto key = test_suite().derive_key_pair(secrets_of(group(0)).external);
    const auto init = *test_suite().external_init(key.public_key, random_);
    EXPECT_EQ(verdict(ExternalInit{init.kem_output}), MlsError::invalid_proposal_list);
}

TEST_F(ProposalList, applies_removes_before_adds) {
    CommitPlan plan;
    plan.by_value(Proposal{adding(*newcomer_)});
    plan.by_value(Proposal{Remove{LeafIndex{1}}});
    const auto staged =
        server_->stage(forge_commit(at(0), plan, random_).open(), plan.known, policy_);
    ASSERT_TRUE(staged);
    ASSERT_EQ(staged->adds.size(), 1U);
    EXPECT_EQ(staged->adds[0].index, LeafIndex{1});
}

}  // namespace serai::tests::mls
