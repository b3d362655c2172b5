// RFC 9420, sections 6.1 and 12.1.8: who may propose, under whose key, and what.
#include "crypto/mls/group/message_protection.hpp"
#include "tests/crypto/mls/support/forged_commit.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

constexpr Sender kService{SenderType::external, 0};
constexpr Sender kNewcomer{SenderType::new_member_proposal, 0};

// A group of three in which a service may propose.
class ExternalSenders : public SmallGroup {
  protected:
    void SetUp() override {
        validator_.external_senders = {"service"};
        start(3, with_senders({&service_}));
    }

    // One that the validator knows by name.
    [[nodiscard]] LeafIdentity sender_named(std::string_view name) {
        LeafIdentity sender = test_identity(name, random_);
        sender.credential = {BasicCredential{to_bytes(as_bytes(name))}};
        return sender;
    }

    [[nodiscard]] static Extensions with_senders(const std::vector<const LeafIdentity*>& senders) {
        std::vector<ExternalSender> list;
        for (const auto* sender : senders) {
            list.push_back({sender->keys.public_key, sender->credential});
        }
        Bytes data;
        Writer{data}.list(list);
        return Extensions{{{ExtensionType::external_senders, std::move(data)}}};
    }

    // What follower and members say to that proposal. They must agree.
    [[nodiscard]] ErrorCode verdict(const Sender& sender,
                                    const SignaturePrivateKey& signer,
                                    Proposal proposal) {
        const auto message = forge_proposal(group(0), sender, signer, std::move(proposal));
        const auto followed = server_->check_proposal(message, policy_);
        const auto received = group(1).receive_proposal(MlsMessage{message}, policy_);
        EXPECT_EQ(received ? ErrorCode{} : received.error(),
                  followed ? ErrorCode{} : followed.error());
        return followed ? ErrorCode{} : followed.error();
    }

    [[nodiscard]] ErrorCode verdict_on_extensions(Extensions extensions) {
        CommitPlan plan;
        plan.by_value(Proposal{GroupContextExtensions{std::move(extensions)}});
        const auto staged = server_->stage(forge_commit(at(0), plan, random_).open(), {}, policy_);
        return staged ? ErrorCode{} : staged.error();
    }

    const Proposal removal_{Remove{LeafIndex{2}}};
    LeafIdentity service_ = sender_named("service");
    TestClient newcomer_{"n", random_};
};

}  // namespace

TEST_F(ExternalSenders, sign_with_the_key_in_the_extension) {
    EXPECT_EQ(verdict(kService, service_.keys.private_key, removal_), ErrorCode{});
    EXPECT_EQ(verdict(kService, at(0).signer(), removal_), CryptoError::verification_failed);
    EXPECT_EQ(verdict({SenderType::external, 1}, service_.keys.private_key, removal_),
              MlsError::not_a_member);
}

TEST_F(ExternalSenders, are_refused_without_the_extension) {
    CommitOptions options;
    options.new_extensions = Extensions{};
    ASSERT_TRUE(commit_by(0, options));
    EXPECT_EQ(verdict(kService, service_.keys.private_key, removal_), MlsError::not_a_member);
}

TEST_F(ExternalSenders, may_not_send_other_types) {
    const ReInit reinit{{1}, ProtocolVersion::mls10, test_suite().id(), {}};
    const std::vector<Proposal> allowed{{Add{newcomer_.fresh_key_package()}},
                                        {Remove{LeafIndex{1}}},
                                        {PreSharedKey{{ExternalPskId{{1}}, Bytes(32)}}},
                                        {reinit},
                                        {GroupContextExtensions{}}};
    const std::vector<Proposal> refused{
        {Update{forge_update_leaf(at(1), {}, at(1).signer(), random_)}},
        {ExternalInit{Bytes(32, 1)}}};
    for (const auto& proposal : allowed) {
        EXPECT_EQ(verdict(kService, service_.keys.private_key, proposal), ErrorCode{});
    }
    for (const auto& proposal : refused) {
        EXPECT_EQ(verdict(kService, service_.keys.private_key, proposal),
                  MlsError::invalid_proposal);
    }
}

TEST_F(ExternalSenders, send_no_commits) {
    CommitPlan plan;
    plan.signer = &service_.keys.private_key;
    plan.content = [](FramedContent& content) {
        content.sender = kService;
    };
    const auto forged = forge_commit(at(0), plan, random_);
    EXPECT_EQ(server_->stage(forged.open(), {}, policy_).error(), MlsError::wrong_content);
    EXPECT_EQ(group(1).stage(forged.message, policy_).error(), MlsError::wrong_content);
}

TEST_F(ExternalSenders, send_public_messages_only) {
    const auto verdict_as = [&](WireFormat format) {
        const auto content =
            sign_content(test_suite(),
                         service_.keys.private_key,
                         format,
                         {server_->group_id(), server_->epoch(), kService, {}, removal_},
                         server_->encoded_context());
        const auto checked = server_->check_proposal(content, policy_);
        return checked ? ErrorCode{} : checked.error();
    };
    EXPECT_EQ(verdict_as(WireFormat::public_message), ErrorCode{});
    EXPECT_EQ(verdict_as(WireFormat::private_message), MlsError::wrong_content);
}

TEST_F(ExternalSenders, a_newcomer_proposes_its_own_add_and_nothing_else) {
    const Proposal add{Add{newcomer_.fresh_key_package()}};
    EXPECT_EQ(verdict(kNewcomer, newcomer_.signer(), add), ErrorCode{});
    EXPECT_EQ(verdict(kNewcomer, at(0).signer(), add), CryptoError::verification_failed);
    EXPECT_EQ(verdict(kNewcomer, newcomer_.signer(), removal_), MlsError::wrong_content);
}

TEST_F(ExternalSenders, a_new_committer_sends_no_proposal) {
    EXPECT_EQ(verdict({SenderType::new_member_commit, 0},
                      newcomer_.signer(),
                      Proposal{Add{newcomer_.fresh_key_package()}}),
              MlsError::wrong_content);
}

TEST_F(ExternalSenders, a_members_proposal_is_signed_by_that_member) {
    const Sender member = Sender::member(LeafIndex{0});
    EXPECT_EQ(verdict(member, at(0).signer(), removal_), ErrorCode{});
    EXPECT_EQ(verdict(member, at(1).signer(), removal_), CryptoError::verification_failed);
    EXPECT_EQ(verdict(Sender::member(LeafIndex{3}), at(0).signer(), removal_),
              MlsError::not_a_member);
}

TEST_F(ExternalSenders, are_judged_when_the_extension_is_added_or_changed) {
    const LeafIdentity other = sender_named("other");
    EXPECT_EQ(verdict_on_extensions(with_senders({&service_, &other})),
              MlsError::invalid_credential);
    validator_.external_senders = {"other"};
    EXPECT_EQ(verdict_on_extensions(with_senders({&other})), ErrorCode{});
    EXPECT_EQ(verdict_on_extensions(with_senders({&service_})), ErrorCode{}) << "as it was";
    EXPECT_EQ(verdict_on_extensions({}), ErrorCode{});
}

TEST_F(ExternalSenders, are_judged_by_who_joins) {
    const auto info = group(0).group_info(at(0).signer(), {});
    const auto nodes = server_->tree().to_nodes();
    EXPECT_TRUE(PublicGroup::from_group_info(info, nodes, policy_));
    validator_.external_senders.clear();
    EXPECT_EQ(PublicGroup::from_group_info(info, nodes, policy_).error(),
              MlsError::invalid_credential);
}

}  // namespace serai::tests::mls
