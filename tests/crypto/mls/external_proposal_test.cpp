// Proposals from outside of the group.
#include "crypto/mls/group/external_proposal.hpp"

#include "crypto/mls/group/message_protection.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

// A service that may propose stands second among the group's external senders.
class MlsExternalProposals : public SmallGroup {
  protected:
    void SetUp() override {
        validator_.external_senders = {"gate", "service"};
        start(3, Extensions{{{ExtensionType::external_senders, senders_extension()}}});
    }

    [[nodiscard]] static ExternalSender sender_named(std::string_view name, const Bytes& key) {
        return {key, Credential{BasicCredential{to_bytes(as_bytes(name))}}};
    }

    [[nodiscard]] Bytes senders_extension() {
        Bytes data;
        Writer{data}.list(std::vector<ExternalSender>{
            sender_named("gate", gate_.public_key), sender_named("service", service_.public_key)});
        return data;
    }

    [[nodiscard]] Result<MlsMessage> by_service(Proposal proposal) {
        return propose_from_outside(
            server_->context(), service_, std::move(proposal), as_bytes("why"));
    }

    // A proposal that the builder would not make, signed all the same.
    [[nodiscard]] MlsMessage forged(Sender sender,
                                    Proposal proposal,
                                    const SignaturePrivateKey& signer) {
        auto content =
            sign_content(test_suite(),
                         signer,
                         WireFormat::public_message,
                         {server_->group_id(), server_->epoch(), sender, {}, std::move(proposal)},
                         {});
        return MlsMessage{PublicMessage{std::move(content.content), std::move(content.auth), {}}};
    }

    // What everyone, member or server, answers it with.
    void expect_refused(const MlsMessage& message, ErrorCode error) {
        EXPECT_EQ(server_->check_proposal(message, policy_).error(), error);
        EXPECT_EQ(group(1).receive_proposal(message, policy_).error(), error);
        EXPECT_TRUE(group(1).proposals().empty());
    }

    // Announces to everybody, and has member 0 commit it.
    [[nodiscard]] Result<void> announce_and_commit(const MlsMessage& message) {
        SERAI_CHECK(announce(clients_.size(), message));
        CommitOptions options;
        options.references.push_back(proposals_.back().ref);
        return commit_by(0, options);
    }

    SignatureKeyPair gate_ = test_suite().generate_signature_key_pair(random_);
    SignatureKeyPair service_ = test_suite().generate_signature_key_pair(random_);
};

}  // namespace

TEST_F(MlsExternalProposals, a_service_proposes_a_removal) {
    const auto message = *by_service(Proposal{Remove{LeafIndex{2}}});
    const auto cached = group(1).receive_proposal(message, policy_);
    ASSERT_TRUE(cached);
    EXPECT_EQ(cached->sender, (Sender{SenderType::external, 1}));
    EXPECT_EQ(as_text(cached->authenticated_data), "why");
    at(2).set_group(std::nullopt);

    ASSERT_TRUE(announce_and_commit(message));

    EXPECT_EQ(server_->tree().member_count(), 2U);
    expect_agreement();
}

TEST_F(MlsExternalProposals, a_service_proposes_an_add_and_other_extensions) {
    clients_.push_back(std::make_unique<TestClient>("d", random_));
    ASSERT_TRUE(announce_and_commit(*by_service(Proposal{Add{at(3).fresh_key_package()}})));
    EXPECT_TRUE(at(3).in_group());
    GroupContextExtensions change{server_->context().extensions};
    change.extensions.set({kTestExtension, {4}});
    ASSERT_TRUE(announce_and_commit(*by_service(Proposal{change})));
    EXPECT_EQ(*server_->context().extensions.find(kTestExtension), Bytes{4});
    expect_agreement();
}

TEST_F(MlsExternalProposals, a_service_ends_the_group) {
    const ReInit reinit{random_.bytes(32), ProtocolVersion::mls10, test_suite().id(), {}};
    ASSERT_TRUE(announce_and_commit(*by_service(Proposal{reinit})));
    EXPECT_EQ(group(1).protect(at(1).signer(), {}, {}, 0, random_).error(), MlsError::group_ended);
}

TEST_F(MlsExternalProposals, a_newcomer_asks_to_be_added) {
    clients_.push_back(std::make_unique<TestClient>("d", random_));
    const auto message =
        *propose_own_add(server_->context(), at(3).fresh_key_package(), at(3).signer(), {});
    ASSERT_TRUE(announce_and_commit(message));
    EXPECT_TRUE(at(3).in_group());
    expect_agreement();
}

TEST_F(MlsExternalProposals, a_committer_cannot_be_made_to_remove_itself) {
    ASSERT_TRUE(announce(clients_.size(), *by_service(Proposal{Remove{LeafIndex{0}}})));
    CommitOptions options;
    options.references.push_back(proposals_.back().ref);
    EXPECT_EQ(at(0).commit(options, policy_).error(), MlsError::invalid_proposal_list);
    EXPECT_TRUE(at(1).commit(options, policy_));
}

TEST_F(MlsExternalProposals, who_is_not_listed_cannot_propose) {
    const auto stranger = test_suite().generate_signature_key_pair(random_);
    EXPECT_EQ(propose_from_outside(server_->context(), stranger, Proposal{Remove{LeafIndex{2}}}, {})
                  .error(),
              MlsError::not_a_member);
    const Proposal removal{Remove{LeafIndex{2}}};
    expect_refused(forged({SenderType::external, 1}, removal, stranger.private_key),
                   CryptoError::verification_failed);
    expect_refused(forged({SenderType::external, 0}, removal, service_.private_key),
                   CryptoError::verification_failed);
    expect_refused(forged({SenderType::external, 2}, removal, service_.private_key),
                   MlsError::not_a_member);
}

TEST_F(MlsExternalProposals, without_the_extension_nobody_outside_can_propose) {
    CommitOptions options;
    options.new_extensions = Extensions{};
    ASSERT_TRUE(commit_by(0, options));
    EXPECT_EQ(by_service(Proposal{Remove{LeafIndex{2}}}).error(), MlsError::not_a_member);
    expect_refused(
        forged({SenderType::external, 1}, Proposal{Remove{LeafIndex{2}}}, service_.private_key),
        MlsError::not_a_member);
}

TEST_F(MlsExternalProposals, some_types_are_for_members_only) {
    const Proposal update{Update{*server_->tree().leaf(LeafIndex{1})}};
    const Proposal init{ExternalInit{Bytes(32)}};
    for (const auto& proposal : {update, init}) {
        EXPECT_EQ(by_service(proposal).error(), MlsError::invalid_proposal);
        expect_refused(forged({SenderType::external, 1}, proposal, service_.private_key),
                       MlsError::invalid_proposal);
    }
}

TEST_F(MlsExternalProposals, a_newcomer_may_propose_nothing_but_itself) {
    clients_.push_back(std::make_unique<TestClient>("d", random_));
    expect_refused(
        forged(
            {SenderType::new_member_proposal, 0}, Proposal{Remove{LeafIndex{2}}}, at(3).signer()),
        MlsError::wrong_content);
    expect_refused(forged({SenderType::new_member_proposal, 0},
                          Proposal{Add{at(3).fresh_key_package()}},
                          service_.private_key),
                   CryptoError::verification_failed);
}

TEST_F(MlsExternalProposals, a_key_package_for_another_suite_is_refused) {
    clients_.push_back(std::make_unique<TestClient>("d", random_));
    const auto& other = *CipherSuite::find(CipherSuiteId::x25519_aes128gcm_sha256_ed25519);
    at(3).identity().capabilities.cipher_suites.push_back(other.id());
    const auto secrets = generate_key_package(other, at(3).identity(), kTestLifetime, {}, random_);
    EXPECT_EQ(propose_own_add(server_->context(), secrets.key_package, at(3).signer(), {}).error(),
              MlsError::invalid_key_package);
    expect_refused(forged({SenderType::new_member_proposal, 0},
                          Proposal{Add{secrets.key_package}},
                          at(3).signer()),
                   MlsError::invalid_key_package);
}

TEST_F(MlsExternalProposals, they_count_for_one_group_and_epoch) {
    const auto message = *by_service(Proposal{Remove{LeafIndex{2}}});
    auto elsewhere = *message.get<PublicMessage>();
    elsewhere.content.group_id.back() ^= 1;
    expect_refused(MlsMessage{elsewhere}, MlsError::wrong_group);
    ASSERT_TRUE(commit_by(0, {}));
    expect_refused(message, MlsError::wrong_epoch);
}

TEST_F(MlsExternalProposals, a_commit_from_outside_is_none) {
    auto pending = *at(0).commit({}, policy_);
    auto message = *pending.commit.get<PublicMessage>();
    message.content.sender = {SenderType::external, 1};
    EXPECT_EQ(server_->stage(message, {}, policy_).error(), MlsError::wrong_content);
}

TEST_F(MlsExternalProposals, every_external_sender_is_judged) {
    validator_.external_senders = {"gate"};
    EXPECT_EQ(PublicGroup::from_group_info(
                  group(0).group_info(at(0).signer(), {}), server_->tree().to_nodes(), policy_)
                  .error(),
              MlsError::invalid_credential);
    CommitOptions keeping;
    keeping.new_extensions = server_->context().extensions;
    keeping.new_extensions->set({kTestExtension, {1}});
    EXPECT_TRUE(at(0).commit(keeping, policy_)) << "none of them is new";
    CommitOptions changing;
    Bytes data;
    Writer{data}.list(std::vector<ExternalSender>{sender_named("service", service_.public_key)});
    changing.new_extensions = Extensions{{{ExtensionType::external_senders, data}}};
    EXPECT_EQ(at(0).commit(changing, policy_).error(), MlsError::invalid_credential);
    validator_.external_senders = {"service"};
    EXPECT_TRUE(at(0).commit(changing, policy_));
}

}  // namespace serai::tests::mls
