// Joining by a commit of one's own.
#include "crypto/mls/group/leaf_validation.hpp"
#include "crypto/mls/group/message_protection.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

#include <functional>

namespace serai::tests::mls {

namespace {

class MlsExternalCommit : public SmallGroup {
  protected:
    // Four members and a stranger, "e".
    void SetUp() override {
        start(4);
        clients_.push_back(std::make_unique<TestClient>("e", random_));
    }

    [[nodiscard]] GroupInfo published() {
        GroupInfoOptions options;
        options.with_external_pub = true;
        return group(0).group_info(at(0).signer(), options);
    }

    [[nodiscard]] Result<PendingCommit> join(std::size_t client,
                                             const ExternalCommitOptions& options = {}) {
        const TreeNodes nodes = server_->tree().to_nodes();
        return Group::join_external(
            published(), &nodes, at(client).identity(), options, policy_, random_);
    }

    // The stranger's commit, changed and signed again.
    [[nodiscard]] PublicMessage changed(const ExternalCommitOptions& options,
                                        const std::function<void(Commit&)>& change) {
        auto message = public_commit(join(4, options));
        change(std::get<Commit>(message.content.content));
        message.auth.signature =
            test_suite().sign(at(4).signer(),
                              "FramedContentTBS",
                              content_to_be_signed(WireFormat::public_message,
                                                   protocol::codec::encode(message.content),
                                                   SenderType::new_member_commit,
                                                   server_->encoded_context()));
        return message;
    }

    [[nodiscard]] ErrorCode verdict(const PublicMessage& message) {
        const auto staged = server_->stage(message, proposals_, policy_);
        return staged ? ErrorCode{} : staged.error();
    }

    static void by_value(Commit& commit, Proposal proposal) {
        commit.proposals.push_back({std::move(proposal)});
    }
};

// A member's own resumption PSKs, as a client keeps them beside a group that it lost.
class KeptPsks final : public PskSource {
  public:
    explicit KeptPsks(const Group& group) : group_(group) {}

    [[nodiscard]] ExternalPsk find(const PreSharedKeyId& id) const override {
        const auto* resumption = std::get_if<ResumptionPskId>(&id.key);
        return resumption == nullptr ? ExternalPsk{} : group_.resumption_psk(resumption->epoch);
    }

  private:
    const Group& group_;
};

}  // namespace

TEST_F(MlsExternalCommit, a_stranger_joins_and_talks) {
    ASSERT_TRUE(deliver(4, *join(4)));
    expect_agreement();
    EXPECT_EQ(group(4).own_leaf(), LeafIndex{4}) << "the tree had to grow";
    const auto heard = group(2).unprotect(say(4, "hello"));
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->sender, LeafIndex{4});
    EXPECT_TRUE(group(4).unprotect(say(1, "welcome")));
    ASSERT_TRUE(commit_by(4, {}));
    ASSERT_TRUE(commit_by(2, {}));
    expect_agreement();
}

TEST_F(MlsExternalCommit, the_leftmost_free_leaf_is_taken) {
    CommitOptions removing;
    removing.removes.push_back(LeafIndex{1});
    auto pending = *at(0).commit(removing, policy_);
    at(1).set_group(std::nullopt);
    ASSERT_TRUE(deliver(0, std::move(pending)));

    ASSERT_TRUE(deliver(4, *join(4)));

    EXPECT_EQ(group(4).own_leaf(), LeafIndex{1});
    expect_agreement();
}

TEST_F(MlsExternalCommit, a_staged_one_says_what_it_is) {
    ExternalCommitOptions options;
    options.authenticated_data = to_bytes(as_bytes("act 5"));
    const auto pending = *join(4, options);

    const auto staged = group(1).stage(pending.commit, policy_);

    ASSERT_TRUE(staged);
    EXPECT_TRUE(staged->change.external);
    EXPECT_EQ(staged->change.committer, LeafIndex{4});
    EXPECT_EQ(as_text(staged->change.authenticated_data), "act 5");
    ASSERT_TRUE(staged->change.committer_update);
    EXPECT_EQ(staged->change.committer_update->before, nullptr);
    EXPECT_EQ(name_of(*staged->change.committer_update->after), "e");
    EXPECT_FALSE(pending.welcome);
}

TEST_F(MlsExternalCommit, a_lost_member_replaces_its_old_leaf) {
    ExternalCommitOptions options;
    options.removes = LeafIndex{2};
    auto pending = join(2, options);
    ASSERT_TRUE(pending) << pending.error().message();

    ASSERT_TRUE(deliver(2, std::move(*pending)));

    EXPECT_EQ(group(2).own_leaf(), LeafIndex{2});
    EXPECT_EQ(server_->tree().member_count(), 4U);
    expect_agreement();
    ASSERT_TRUE(commit_by(2, {}));
    expect_agreement();
}

TEST_F(MlsExternalCommit, a_lost_member_proves_itself_by_a_resumption_psk) {
    for (std::size_t i = 0; i < 4; ++i) {
        group(i).keep_resumption_psks(4);
    }
    ASSERT_TRUE(commit_by(0, {}));
    const auto known = group(2).epoch();
    const auto saved = group(2).save();
    const Group old = *Group::load(saved.public_state, saved.secret_state);
    ASSERT_TRUE(commit_by(1, {}));
    ASSERT_TRUE(commit_by(0, {}));
    const KeptPsks kept{old};
    ExternalCommitOptions options;
    options.removes = LeafIndex{2};
    options.psks.push_back(
        {ResumptionPskId{ResumptionPskUsage::application, server_->group_id(), known}, {}});
    options.psk_source = &kept;
    auto pending = join(2, options);
    ASSERT_TRUE(pending) << pending.error().message();
    pending->next.keep_resumption_psks_of(old);

    ASSERT_TRUE(deliver(2, std::move(*pending)));

    expect_agreement();
    EXPECT_FALSE(group(2).resumption_psk(known).empty()) << "taken over from the old state";
    EXPECT_TRUE(group(2).resumption_psk(known + 1).empty()) << "never known";
}

TEST_F(MlsExternalCommit, a_psk_that_is_not_there_is_refused_on_both_sides) {
    ExternalCommitOptions options;
    options.psks.push_back(
        {ResumptionPskId{ResumptionPskUsage::application, server_->group_id(), 0}, {}});
    EXPECT_EQ(join(4, options).error(), MlsError::unknown_psk);
    const KeptPsks current{group(0)};
    std::get<ResumptionPskId>(options.psks[0].key).epoch = group(0).epoch();
    options.psk_source = &current;
    ASSERT_TRUE(commit_by(1, {}));
    EXPECT_EQ(join(4, options).error(), MlsError::unknown_psk) << "nobody kept it";
}

TEST_F(MlsExternalCommit, another_members_leaf_cannot_be_replaced) {
    ExternalCommitOptions options;
    options.removes = LeafIndex{2};
    EXPECT_EQ(join(4, options).error(), MlsError::invalid_credential);
    const auto stolen = changed({}, [&](Commit& commit) {
        by_value(commit, Proposal{Remove{LeafIndex{2}}});
        auto& leaf = commit.path->leaf_node;
        leaf.signature =
            sign_leaf(test_suite(), at(4).signer(), leaf, server_->group_id(), LeafIndex{2});
    });
    EXPECT_EQ(verdict(stolen), MlsError::invalid_credential);
}

TEST_F(MlsExternalCommit, a_member_cannot_join_a_second_time) {
    EXPECT_EQ(join(2).error(), MlsError::invalid_leaf);
}

TEST_F(MlsExternalCommit, a_blank_leaf_cannot_be_replaced) {
    ExternalCommitOptions options;
    options.removes = LeafIndex{9};
    EXPECT_EQ(join(4, options).error(), MlsError::invalid_proposal);
}

TEST_F(MlsExternalCommit, it_takes_a_usable_external_pub) {
    const TreeNodes nodes = server_->tree().to_nodes();
    const auto error_of = [&](GroupInfo info) {
        info.signature = test_suite().sign(at(0).signer(), "GroupInfoTBS", info.to_be_signed());
        return Group::join_external(info, &nodes, at(4).identity(), {}, policy_, random_).error();
    };
    auto info = published();
    for (const Bytes& broken : {Bytes{}, Bytes{3, 1, 2}, Bytes{0, 1}, Bytes(33, 0)}) {
        info.extensions.set({ExtensionType::external_pub, broken});
        EXPECT_EQ(error_of(info), MlsError::invalid_group_info);
    }
    EXPECT_EQ(error_of(group(0).group_info(at(0).signer(), {})), MlsError::invalid_group_info);
}

TEST_F(MlsExternalCommit, the_group_is_judged_before_it_is_joined) {
    const TreeNodes nodes = server_->tree().to_nodes();
    auto forged = published();
    forged.confirmation_tag[0] ^= 1;
    EXPECT_EQ(Group::join_external(forged, &nodes, at(4).identity(), {}, policy_, random_).error(),
              CryptoError::verification_failed);
    EXPECT_EQ(
        Group::join_external(published(), nullptr, at(4).identity(), {}, policy_, random_).error(),
        MlsError::invalid_tree);
    validator_.banned.insert("b");
    EXPECT_EQ(join(4).error(), MlsError::invalid_credential);
}

TEST_F(MlsExternalCommit, the_tree_may_come_with_the_group_info) {
    GroupInfoOptions options;
    options.with_external_pub = true;
    options.with_ratchet_tree = true;
    const auto info = group(0).group_info(at(0).signer(), options);
    auto pending = Group::join_external(info, nullptr, at(4).identity(), {}, policy_, random_);
    ASSERT_TRUE(pending) << pending.error().message();
    ASSERT_TRUE(deliver(4, std::move(*pending)));
    expect_agreement();
}

TEST_F(MlsExternalCommit, the_joiner_must_support_the_groups_extensions) {
    CommitOptions options;
    options.new_extensions = Extensions{{{kTestExtension, {}}}};
    ASSERT_TRUE(commit_by(0, options));
    at(4).identity().capabilities.extensions.clear();
    EXPECT_EQ(join(4).error(), MlsError::invalid_leaf);
}

TEST_F(MlsExternalCommit, a_pending_one_survives_a_restart) {
    const auto saved = join(4)->save();
    auto loaded = PendingCommit::load(saved.public_state, saved.secret_state);
    ASSERT_TRUE(loaded);
    ASSERT_TRUE(deliver(4, std::move(*loaded)));
    expect_agreement();
}

TEST_F(MlsExternalCommit, for_an_epoch_that_is_over_is_refused) {
    const auto late = *join(4);
    ASSERT_TRUE(commit_by(1, {}));
    EXPECT_EQ(server_->stage(late.commit, {}, policy_).error(), MlsError::wrong_epoch);
    EXPECT_EQ(group(0).stage(late.commit, policy_).error(), MlsError::wrong_epoch);
}

TEST_F(MlsExternalCommit, with_another_list_than_the_rules_allow_is_refused) {
    const auto refused = [&](const std::function<void(Commit&)>& change) {
        return verdict(changed({}, change));
    };
    EXPECT_EQ(refused([](Commit&) {}), ErrorCode{});
    EXPECT_EQ(refused([](Commit& commit) { commit.proposals.clear(); }),
              MlsError::invalid_proposal_list);
    EXPECT_EQ(refused([](Commit& commit) { commit.proposals.push_back(commit.proposals[0]); }),
              MlsError::invalid_proposal_list);
    EXPECT_EQ(refused([&](Commit& commit) {
                  clients_.push_back(std::make_unique<TestClient>("f", random_));
                  by_value(commit, Proposal{Add{clients_.back()->fresh_key_package()}});
              }),
              MlsError::invalid_proposal_list);
    EXPECT_EQ(refused([](Commit& commit) { by_value(commit, Proposal{GroupContextExtensions{}}); }),
              MlsError::invalid_proposal_list);
    EXPECT_EQ(refused([](Commit& commit) {
                  by_value(commit, Proposal{Remove{LeafIndex{1}}});
                  by_value(commit, Proposal{Remove{LeafIndex{2}}});
              }),
              MlsError::invalid_proposal_list);
    EXPECT_EQ(refused([](Commit& commit) {
                  const ReInit reinit{{1}, ProtocolVersion::mls10, test_suite().id(), {}};
                  by_value(commit, Proposal{reinit});
              }),
              MlsError::invalid_proposal_list);
}

TEST_F(MlsExternalCommit, with_a_proposal_by_reference_is_refused) {
    const auto proposal =
        *group(1).propose(at(1).signer(), Proposal{Remove{LeafIndex{3}}}, {}, policy_);
    ASSERT_TRUE(announce(1, proposal));
    const auto message =
        changed({}, [&](Commit& commit) { commit.proposals.push_back({proposals_[0].ref}); });
    EXPECT_EQ(verdict(message), MlsError::invalid_proposal_list);
}

TEST_F(MlsExternalCommit, without_a_path_is_refused) {
    EXPECT_EQ(verdict(changed({}, [](Commit& commit) { commit.path.reset(); })),
              MlsError::wrong_content);
}

TEST_F(MlsExternalCommit, that_keeps_the_key_of_the_leaf_it_replaces_is_refused) {
    at(4).identity() = at(2).identity().clone("the same device, after a loss");
    ExternalCommitOptions options;
    options.removes = LeafIndex{2};
    const auto message = changed(options, [&](Commit& commit) {
        auto& leaf = commit.path->leaf_node;
        leaf.encryption_key = server_->tree().leaf(LeafIndex{2})->encryption_key;
        leaf.signature =
            sign_leaf(test_suite(), at(4).signer(), leaf, server_->group_id(), LeafIndex{2});
    });
    EXPECT_EQ(verdict(message), MlsError::invalid_path);
}

TEST_F(MlsExternalCommit, every_tampered_byte_is_noticed_by_members) {
    const Bytes encoded = protocol::codec::encode(join(4)->commit);
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        Bytes tampered = encoded;
        tampered[i] ^= 1;
        const auto decoded = protocol::codec::decode_exact<MlsMessage>(tampered);
        EXPECT_FALSE(decoded && group(1).stage(*decoded, policy_)) << "byte " << i;
    }
}

}  // namespace serai::tests::mls
