// Groups that follow from another: reinitialization and branching.
#include "crypto/mls/group/lineage.hpp"

#include "crypto/mls/group/commit_builder.hpp"
#include "crypto/mls/group/proposal_list.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

class MlsLineage : public SmallGroup {
  protected:
    void SetUp() override { start(3, Extensions{{{kTestExtension, {1}}}}); }

    [[nodiscard]] ReInit announcement() {
        return {random_.bytes(32),
                ProtocolVersion::mls10,
                test_suite().id(),
                Extensions{{{kTestExtension, {2}}}}};
    }

    void end_with(const ReInit& reinit) {
        CommitOptions options;
        options.reinit = reinit;
        ASSERT_TRUE(commit_by(0, options));
    }

    // With fresh key packages of those members.
    [[nodiscard]] FollowOnOptions with(std::initializer_list<std::size_t> members) {
        FollowOnOptions options;
        options.lifetime = kTestLifetime;
        for (const auto i : members) {
            options.members.push_back(at(i).fresh_key_package());
        }
        options.welcome_info.with_ratchet_tree = true;
        return options;
    }

    [[nodiscard]] Result<FollowOn> reinitialized_by(std::size_t founder,
                                                    std::initializer_list<std::size_t> members) {
        return group(founder).reinitialize(at(founder).identity(), with(members), policy_, random_);
    }

    [[nodiscard]] Result<FollowOn> branched_by(std::size_t founder,
                                               std::initializer_list<std::size_t> members) {
        return group(founder).branch(random_.bytes(32),
                                     Extensions{{{kTestExtension, {3}}}},
                                     at(founder).identity(),
                                     with(members),
                                     policy_,
                                     random_);
    }

    [[nodiscard]] Result<Group> joined(std::size_t i,
                                       const PendingCommit& first,
                                       const Group* predecessor) {
        return Group::join(
            *first.welcome, at(i).key_package(), nullptr, policy_, nullptr, nullptr, predecessor);
    }

    // A successor that ties itself to the group by this PSK, whatever the rules say of the rest.
    [[nodiscard]] PendingCommit successor_by_hand(ResumptionPskUsage usage,
                                                  const Bytes& group_id,
                                                  const Extensions& extensions,
                                                  std::initializer_list<std::size_t> members) {
        class Source final : public PskSource {
          public:
            explicit Source(const Group& group) : group_(group) {}

            [[nodiscard]] ExternalPsk find(const PreSharedKeyId& id) const override {
                return group_.resumption_psk(std::get<ResumptionPskId>(id.key).epoch);
            }

          private:
            const Group& group_;
        };

        auto founded = *Group::create(
            test_suite(), group_id, at(0).identity(), kTestLifetime, extensions, random_);
        auto options = with(members);
        const Source source{group(0)};
        CommitOptions commit;
        commit.adds = options.members;
        commit.welcome_info = options.welcome_info;
        commit.psks.push_back({ResumptionPskId{usage, server_->group_id(), server_->epoch()}, {}});
        commit.psk_source = &source;
        return *CommitBuilder{founded, at(0).identity(), at(0).signer(), commit, policy_, random_}
                    .run();
    }
};

}  // namespace

TEST_F(MlsLineage, all_meet_again_in_the_group_that_was_announced) {
    const auto reinit = announcement();
    end_with(reinit);
    at(1).restart();
    const auto made = reinitialized_by(1, {0, 2});  // not the one who committed the ReInit
    ASSERT_TRUE(made) << made.error().message();

    EXPECT_EQ(made->founded.epoch(), 0U);
    EXPECT_EQ(made->first.next.view()->context().group_id, reinit.group_id);
    EXPECT_EQ(made->first.next.view()->context().extensions, reinit.extensions);
    for (const std::size_t i : {0U, 2U}) {
        const auto member = joined(i, made->first, &group(i));
        ASSERT_TRUE(member) << member.error().message();
        EXPECT_EQ(member->epoch_authenticator(), made->first.next.epoch_authenticator());
    }
}

TEST_F(MlsLineage, a_successor_may_have_another_suite) {
    const auto& other = *CipherSuite::find(CipherSuiteId::x25519_aes128gcm_sha256_ed25519);
    auto reinit = announcement();
    reinit.cipher_suite = other.id();
    end_with(reinit);
    auto options = with({});
    std::vector<KeyPackageSecrets> fresh;
    for (const std::size_t i : {0U, 1U, 2U}) {
        at(i).identity().capabilities.cipher_suites.push_back(other.id());
    }
    for (const std::size_t i : {1U, 2U}) {
        fresh.push_back(generate_key_package(other, at(i).identity(), kTestLifetime, {}, random_));
        options.members.push_back(fresh.back().key_package);
    }
    const auto made = group(0).reinitialize(at(0).identity(), options, policy_, random_);
    ASSERT_TRUE(made) << made.error().message();
    const auto member =
        Group::join(*made->first.welcome, fresh[0], nullptr, policy_, nullptr, nullptr, &group(1));
    ASSERT_TRUE(member) << member.error().message();
    EXPECT_EQ(member->suite().id(), other.id());
}

TEST_F(MlsLineage, a_follower_accepts_a_successors_first_commit) {
    end_with(announcement());
    const auto made = reinitialized_by(0, {1, 2});
    ASSERT_TRUE(made);
    const auto server = *PublicGroup::from_group_info(made->founded.group_info(at(0).signer(), {}),
                                                      made->founded.view()->tree().to_nodes(),
                                                      policy_);
    const auto staged = server->stage(made->first.commit, {}, policy_, &made->first.group_info);
    ASSERT_TRUE(staged) << staged.error().message();
    EXPECT_EQ(staged->next->encoded_context(), made->first.next.view()->encoded_context());
}

TEST_F(MlsLineage, a_successor_takes_a_reinit_and_the_same_members) {
    EXPECT_EQ(reinitialized_by(0, {1, 2}).error(), MlsError::invalid_proposal)
        << "the group goes on";
    end_with(announcement());
    EXPECT_EQ(reinitialized_by(0, {1}).error(), MlsError::wrong_members);
    clients_.push_back(std::make_unique<TestClient>("d", random_));
    EXPECT_EQ(reinitialized_by(0, {1, 2, 3}).error(), MlsError::wrong_members);
    EXPECT_TRUE(reinitialized_by(0, {1, 2}));
}

TEST_F(MlsLineage, a_successor_of_a_kind_unknown_here_is_not_founded) {
    auto reinit = announcement();
    reinit.cipher_suite = static_cast<CipherSuiteId>(0xF00D);
    end_with(reinit);
    EXPECT_EQ(reinitialized_by(0, {1, 2}).error(), MlsError::unsupported);
}

TEST_F(MlsLineage, a_member_checks_what_the_successor_must_be) {
    const auto reinit = announcement();
    const auto by_hand = [&](const Bytes& id, const Extensions& extensions) {
        return successor_by_hand(ResumptionPskUsage::reinit, id, extensions, {1, 2});
    };
    const auto too_early = by_hand(reinit.group_id, reinit.extensions);
    EXPECT_EQ(joined(1, too_early, &group(1)).error(), MlsError::invalid_welcome) << "no ReInit";
    end_with(reinit);

    const auto good = by_hand(reinit.group_id, reinit.extensions);
    EXPECT_TRUE(joined(1, good, &group(1)));
    EXPECT_EQ(joined(1, good, nullptr).error(), MlsError::unknown_psk);
    const auto other_id = by_hand(random_.bytes(32), reinit.extensions);
    EXPECT_EQ(joined(1, other_id, &group(1)).error(), MlsError::invalid_welcome);
    const auto other_rules = by_hand(reinit.group_id, Extensions{{{kTestExtension, {9}}}});
    EXPECT_EQ(joined(1, other_rules, &group(1)).error(), MlsError::invalid_welcome);
    const auto fewer =
        successor_by_hand(ResumptionPskUsage::reinit, reinit.group_id, reinit.extensions, {1});
    EXPECT_EQ(joined(1, fewer, &group(1)).error(), MlsError::wrong_members);
}

TEST_F(MlsLineage, a_member_of_another_group_is_not_fooled) {
    const auto made = branched_by(0, {1});
    ASSERT_TRUE(made);
    const auto other = *Group::create(
        test_suite(), random_.bytes(32), at(1).identity(), kTestLifetime, {}, random_);
    EXPECT_EQ(joined(1, made->first, &other).error(), MlsError::unknown_psk);
}

TEST_F(MlsLineage, some_members_go_off_by_themselves) {
    const auto made = branched_by(1, {2});
    ASSERT_TRUE(made) << made.error().message();
    const auto member = joined(2, made->first, &group(2));
    ASSERT_TRUE(member) << member.error().message();
    EXPECT_EQ(member->epoch_authenticator(), made->first.next.epoch_authenticator());
    EXPECT_EQ(member->view()->tree().member_count(), 2U);
    ASSERT_TRUE(commit_by(0, {})) << "the group itself goes on";
    expect_agreement();
}

TEST_F(MlsLineage, a_branch_has_no_strangers) {
    clients_.push_back(std::make_unique<TestClient>("d", random_));
    EXPECT_EQ(branched_by(0, {1, 3}).error(), MlsError::wrong_members);
    const auto by_hand =
        successor_by_hand(ResumptionPskUsage::branch, random_.bytes(32), {}, {1, 3});
    EXPECT_EQ(joined(1, by_hand, &group(1)).error(), MlsError::wrong_members);
}

TEST_F(MlsLineage, a_group_that_ended_has_no_branches) {
    end_with(announcement());
    EXPECT_EQ(branched_by(0, {1}).error(), MlsError::group_ended);
}

TEST_F(MlsLineage, an_ordinary_welcome_is_no_successor) {
    end_with(announcement());
    auto founded = *Group::create(
        test_suite(), random_.bytes(32), at(0).identity(), kTestLifetime, {}, random_);
    const auto options = with({1});
    CommitOptions commit;
    commit.adds = options.members;
    commit.welcome_info = options.welcome_info;
    const auto pending =
        *founded.commit(at(0).identity(), at(0).signer(), commit, policy_, random_);
    EXPECT_EQ(joined(1, pending, &group(1)).error(), MlsError::invalid_welcome);
    EXPECT_TRUE(joined(1, pending, nullptr));
}

TEST_F(MlsLineage, these_psks_have_no_other_use) {
    for (const auto usage : {ResumptionPskUsage::reinit, ResumptionPskUsage::branch}) {
        const PreSharedKeyId psk{ResumptionPskId{usage, server_->group_id(), server_->epoch()},
                                 random_.bytes(32)};
        CommitOptions options;
        options.psks.push_back(psk);
        EXPECT_EQ(at(0).commit(options, policy_).error(), MlsError::invalid_proposal);
        EXPECT_EQ(
            group(0).propose(at(0).signer(), Proposal{PreSharedKey{psk}}, {}, policy_).error(),
            MlsError::invalid_proposal);
        auto founded = *Group::create(
            test_suite(), random_.bytes(32), at(0).identity(), kTestLifetime, {}, random_);
        EXPECT_EQ(
            founded.commit(at(0).identity(), at(0).signer(), options, policy_, random_).error(),
            MlsError::invalid_proposal)
            << "not by hand, even where it could be right";
        EXPECT_EQ(founded.propose(at(0).signer(), Proposal{PreSharedKey{psk}}, {}, policy_).error(),
                  MlsError::invalid_proposal);
    }
}

TEST_F(MlsLineage, a_second_epoch_is_too_late_for_them) {
    auto founded = *Group::create(
        test_suite(), random_.bytes(32), at(0).identity(), kTestLifetime, {}, random_);
    founded =
        std::move(founded.commit(at(0).identity(), at(0).signer(), {}, policy_, random_)->next);
    const PreSharedKeyId psk{
        ResumptionPskId{ResumptionPskUsage::branch, server_->group_id(), server_->epoch()},
        random_.bytes(32)};
    const Proposal proposal{PreSharedKey{psk}};
    EXPECT_EQ(
        check_single(*founded.view(), Sender::member(LeafIndex{0}), proposal, policy_).error(),
        MlsError::invalid_proposal);
}

TEST_F(MlsLineage, a_successor_is_joined_in_its_first_epoch_only) {
    auto made = *branched_by(0, {1});
    const ResumptionPskId psk{ResumptionPskUsage::branch, server_->group_id(), server_->epoch()};
    EXPECT_TRUE(check_lineage(psk, group(1), *made.first.next.view(), policy_));
    const auto second =
        made.first.next.commit(at(0).identity(), at(0).signer(), {}, policy_, random_);
    EXPECT_EQ(check_lineage(psk, group(1), *second->next.view(), policy_).error(),
              MlsError::invalid_welcome);
    EXPECT_EQ(check_lineage(psk, group(1), *made.founded.view(), policy_).error(),
              MlsError::invalid_welcome);
}

TEST_F(MlsLineage, a_branch_keeps_the_suite) {
    const auto& other = *CipherSuite::find(CipherSuiteId::x25519_aes128gcm_sha256_ed25519);
    at(0).identity().capabilities.cipher_suites.push_back(other.id());
    auto founded =
        *Group::create(other, random_.bytes(32), at(0).identity(), kTestLifetime, {}, random_);
    const auto first = founded.commit(at(0).identity(), at(0).signer(), {}, policy_, random_);
    const ResumptionPskId psk{ResumptionPskUsage::branch, server_->group_id(), server_->epoch()};
    EXPECT_EQ(check_lineage(psk, group(1), *first->next.view(), policy_).error(),
              MlsError::invalid_welcome);
}

TEST_F(MlsLineage, a_reinit_is_by_the_psk_of_the_groups_last_epoch) {
    end_with(announcement());
    const auto made = *reinitialized_by(0, {1, 2});
    ResumptionPskId psk{ResumptionPskUsage::reinit, server_->group_id(), server_->epoch()};
    EXPECT_TRUE(check_lineage(psk, group(1), *made.first.next.view(), policy_));
    --psk.epoch;
    EXPECT_EQ(check_lineage(psk, group(1), *made.first.next.view(), policy_).error(),
              MlsError::invalid_welcome);
}

TEST_F(MlsLineage, two_of_them_are_too_many) {
    const auto founded = *Group::create(
        test_suite(), random_.bytes(32), at(0).identity(), kTestLifetime, {}, random_);
    const auto proposal = [&](ResumptionPskUsage usage) {
        return Proposal{PreSharedKey{
            {ResumptionPskId{usage, server_->group_id(), server_->epoch()}, random_.bytes(32)}}};
    };
    const auto first = proposal(ResumptionPskUsage::branch);
    const auto second = proposal(ResumptionPskUsage::reinit);
    const Sender self = Sender::member(LeafIndex{0});
    const std::vector<ListedProposal> one{{self, &first, nullptr}};
    const std::vector<ListedProposal> two{{self, &first, nullptr}, {self, &second, nullptr}};
    EXPECT_TRUE(apply_proposals(*founded.view(), LeafIndex{0}, one, policy_));
    EXPECT_EQ(apply_proposals(*founded.view(), LeafIndex{0}, two, policy_).error(),
              MlsError::invalid_proposal_list);
}

}  // namespace serai::tests::mls
