// Commits between honest members.
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

using MlsCommits = SmallGroup;

class OnePsk final : public PskSource {
  public:
    [[nodiscard]] ExternalPsk find(const PreSharedKeyId& id) const override {
        const auto* external = std::get_if<ExternalPskId>(&id.key);
        return external != nullptr && as_text(external->id) == "known"
                   ? ExternalPsk::from_bytes(as_bytes("shared out of band"))
                   : ExternalPsk{};
    }
};

}  // namespace

TEST_F(MlsCommits, a_group_of_one_can_commit) {
    start(1);
    ASSERT_TRUE(commit_by(0, {}));
    EXPECT_EQ(group(0).epoch(), 1U);
    expect_agreement();
}

TEST_F(MlsCommits, building_a_commit_changes_nothing) {
    start(2);
    const auto epoch = group(0).epoch();
    const auto secret = group(0).save_secret();

    const auto pending = at(0).commit({}, policy_);

    ASSERT_TRUE(pending);
    EXPECT_EQ(group(0).epoch(), epoch);
    EXPECT_TRUE(ct_equal(secret, group(0).save_secret()));
    EXPECT_EQ(pending->next.epoch(), epoch + 1);
}

TEST_F(MlsCommits, of_two_commits_for_one_epoch_the_ordered_one_counts) {
    start(3);
    auto winner = *at(0).commit({}, policy_);
    auto loser = *at(1).commit({}, policy_);

    ASSERT_TRUE(deliver(0, std::move(winner)));

    expect_agreement();
    EXPECT_EQ(server_->stage(loser.commit, {}, policy_).error(), MlsError::wrong_epoch);
    ASSERT_TRUE(commit_by(1, {}));
    expect_agreement();
}

TEST_F(MlsCommits, a_pending_commit_survives_a_restart) {
    start(2);
    CommitOptions options;
    options.authenticated_data = to_bytes(as_bytes("authority"));
    clients_.push_back(std::make_unique<TestClient>("c", random_));
    options.adds.push_back(at(2).fresh_key_package());
    const auto saved = at(0).commit(options, policy_)->save();

    auto loaded = PendingCommit::load(saved.public_state, saved.secret_state);

    ASSERT_TRUE(loaded);
    ASSERT_TRUE(deliver(0, std::move(*loaded)));
    EXPECT_TRUE(at(2).in_group());
    expect_agreement();
}

TEST_F(MlsCommits, a_staged_commit_says_what_it_would_do) {
    start(4);
    clients_.push_back(std::make_unique<TestClient>("e", random_));
    CommitOptions options;
    options.adds.push_back(at(4).fresh_key_package());
    options.removes.push_back(LeafIndex{2});
    options.authenticated_data = to_bytes(as_bytes("leaf 7"));
    auto pending = *at(0).commit(options, policy_);

    auto staged = group(1).stage(pending.commit, policy_);

    ASSERT_TRUE(staged);
    const auto& change = staged->change;
    EXPECT_EQ(change.committer, LeafIndex{0});
    EXPECT_EQ(as_text(change.authenticated_data), "leaf 7");
    ASSERT_EQ(change.removes.size(), 1U);
    EXPECT_EQ(change.removes[0].index, LeafIndex{2});
    EXPECT_EQ(name_of(*change.removes[0].leaf), "c");
    ASSERT_EQ(change.adds.size(), 1U);
    EXPECT_EQ(change.adds[0].index, LeafIndex{2});
    EXPECT_EQ(name_of(change.adds[0].key_package.leaf_node), "e");
    ASSERT_TRUE(change.committer_update);
    EXPECT_NE(change.committer_update->before->encryption_key,
              change.committer_update->after->encryption_key);
    EXPECT_EQ(group(1).epoch(), 1U) << "nothing has changed yet";
}

TEST_F(MlsCommits, who_is_removed_hears_of_it_and_reads_nothing_more) {
    start(3);
    CommitOptions options;
    options.removes.push_back(LeafIndex{2});
    auto pending = *at(0).commit(options, policy_);
    Group removed = std::move(group(2));

    auto staged = removed.stage(pending.commit, policy_);
    ASSERT_TRUE(staged);
    EXPECT_TRUE(staged->removes_us());

    at(2).set_group(std::nullopt);
    ASSERT_TRUE(deliver(0, std::move(pending)));
    expect_agreement();
    auto message = say(0, "after the removal");
    EXPECT_EQ(removed.unprotect(message).error(), MlsError::wrong_epoch);
    message.epoch = removed.epoch();
    EXPECT_FALSE(removed.unprotect(message));
    const auto next = at(1).commit({}, policy_);
    EXPECT_FALSE(removed.stage(next->commit, policy_));
}

TEST_F(MlsCommits, a_renewed_identity_takes_over_the_leaf) {
    start(3);
    LeafIdentity renewed = test_identity("b", random_);
    auto pending = *group(1).commit(renewed, at(1).signer(), {}, policy_, random_);
    ASSERT_TRUE(deliver(1, std::move(pending)));
    at(1).identity() = std::move(renewed);

    expect_agreement();
    EXPECT_TRUE(group(0).unprotect(say(1, "with the new key")));
    ASSERT_TRUE(commit_by(1, {}));
    expect_agreement();
}

TEST_F(MlsCommits, a_leaf_cannot_be_renewed_to_another_name) {
    start(3);
    const LeafIdentity other = test_identity("c", random_);
    const auto refused = group(1).commit(other, at(1).signer(), {}, policy_, random_);
    EXPECT_EQ(refused.error(), MlsError::invalid_credential);
}

TEST_F(MlsCommits, a_proposed_update_takes_effect_when_another_commits_it) {
    start(3);
    const auto proposal = *group(1).propose_update(at(1).identity(), at(1).signer(), {}, policy_);
    ASSERT_TRUE(announce(1, proposal));
    at(1).restart();
    CommitOptions options;
    options.references.push_back(proposals_[0].ref);

    EXPECT_EQ(at(1).commit(options, policy_).error(), MlsError::invalid_proposal_list)
        << "the proposer itself may not commit it";
    ASSERT_TRUE(commit_by(0, options));

    expect_agreement();
    ASSERT_TRUE(commit_by(1, {}));
    expect_agreement();
}

TEST_F(MlsCommits, a_commit_may_not_refer_to_what_was_not_proposed) {
    start(2);
    CommitOptions options;
    options.references.push_back({random_.bytes(32)});
    EXPECT_EQ(at(0).commit(options, policy_).error(), MlsError::unknown_proposal);
}

TEST_F(MlsCommits, an_external_psk_goes_into_the_next_epoch) {
    start(2);
    const OnePsk source;
    CommitOptions options;
    options.psks.push_back({ExternalPskId{to_bytes(as_bytes("known"))}, {}});
    options.psk_source = &source;
    auto pending = *at(0).commit(options, policy_);

    EXPECT_EQ(group(1).stage(pending.commit, policy_).error(), MlsError::unknown_psk);
    auto staged = group(1).stage(pending.commit, policy_, &source);
    ASSERT_TRUE(staged);
    EXPECT_EQ(staged->next->epoch_authenticator(), pending.next.epoch_authenticator());
}

TEST_F(MlsCommits, resumption_psks_of_kept_epochs_need_no_source) {
    start(2);
    group(0).keep_resumption_psks(2);
    group(1).keep_resumption_psks(2);
    ASSERT_TRUE(commit_by(0, {}));
    ASSERT_TRUE(commit_by(1, {}));
    ASSERT_TRUE(commit_by(0, {}));
    at(1).restart();
    const auto with_epoch = [&](std::uint64_t epoch) {
        CommitOptions options;
        options.psks.push_back(
            {ResumptionPskId{ResumptionPskUsage::application, server_->group_id(), epoch}, {}});
        return options;
    };

    EXPECT_EQ(at(0).commit(with_epoch(1), policy_).error(), MlsError::unknown_psk) << "too old";
    ASSERT_TRUE(commit_by(0, with_epoch(2)));
    ASSERT_TRUE(commit_by(1, with_epoch(4)));
    expect_agreement();
}

TEST_F(MlsCommits, extensions_of_the_context_are_replaced_for_everybody) {
    start(3, Extensions{{{kTestExtension, {1}}}});
    CommitOptions options;
    options.new_extensions = Extensions{{{kTestExtension, {2}}}};
    ASSERT_TRUE(commit_by(1, options));
    expect_agreement();
    EXPECT_EQ(*server_->context().extensions.find(kTestExtension), Bytes{2});
}

TEST_F(MlsCommits, extensions_that_a_member_does_not_support_are_refused) {
    start(2);
    CommitOptions options;
    options.new_extensions = Extensions{{{static_cast<ExtensionType>(0xF777), {}}}};
    EXPECT_EQ(at(0).commit(options, policy_).error(), MlsError::invalid_leaf);
}

TEST_F(MlsCommits, a_group_info_can_carry_the_tree_and_the_external_key) {
    start(2);
    GroupInfoOptions options;
    options.with_ratchet_tree = true;
    options.with_external_pub = true;
    options.extensions = Extensions{{{kTestExtension, {9}}}};
    const auto info = group(0).group_info(at(0).signer(), options);

    EXPECT_TRUE(server_->check_group_info(info));
    EXPECT_NE(info.extensions.find(ExtensionType::external_pub), nullptr);
    EXPECT_EQ(*info.extensions.find(ExtensionType::ratchet_tree),
              protocol::codec::encode(server_->tree().to_nodes()));
    EXPECT_EQ(*info.extensions.find(kTestExtension), Bytes{9});
}

TEST_F(MlsCommits, a_newcomer_can_take_the_tree_from_the_welcome) {
    start(2);
    clients_.push_back(std::make_unique<TestClient>("c", random_));
    CommitOptions options;
    options.adds.push_back(at(2).fresh_key_package());
    options.welcome_info.with_ratchet_tree = true;
    options.welcome_info.extensions = Extensions{{{kTestExtension, {9}}}};
    const auto pending = *at(0).commit(options, policy_);

    GroupInfo info;
    auto joined =
        Group::join(*pending.welcome, at(2).key_package(), nullptr, policy_, nullptr, &info);

    ASSERT_TRUE(joined) << joined.error().message();
    EXPECT_EQ(joined->epoch_authenticator(), pending.next.epoch_authenticator());
    EXPECT_EQ(*info.extensions.find(kTestExtension), Bytes{9});
}

TEST_F(MlsCommits, nothing_follows_a_reinit) {
    start(2);
    const ReInit reinit{random_.bytes(32), ProtocolVersion::mls10, test_suite().id(), {}};
    const auto proposal = *group(1).propose(at(1).signer(), Proposal{reinit}, {}, policy_);
    ASSERT_TRUE(announce(1, proposal));
    CommitOptions options;
    options.references.push_back(proposals_[0].ref);
    ASSERT_TRUE(commit_by(0, options));

    at(1).restart();
    for (const std::size_t i : {0U, 1U}) {
        EXPECT_EQ(group(i).protect(at(i).signer(), {}, {}, 0, random_).error(),
                  MlsError::group_ended);
        EXPECT_EQ(at(i).commit({}, policy_).error(), MlsError::group_ended);
    }
}

}  // namespace serai::tests::mls
