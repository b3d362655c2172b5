// RFC 9420, section 12.4.3.1: each step of joining by a Welcome. The tree's integrity is in tree_checks_test.cpp.
#include "tests/crypto/mls/support/opened_welcome.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

class WelcomeChecks : public SmallGroup {
  protected:
    void SetUp() override {
        start(3);
        clients_.push_back(std::make_unique<TestClient>("d", random_));
        invite({});
    }

    // Member 0 adds the newcomer: its Welcome, opened, and the tree beside it.
    void invite(CommitOptions options) {
        options.adds.push_back(newcomer().fresh_key_package());
        const auto pending = at(0).commit(options, policy_);
        ASSERT_TRUE(pending) << pending.error().message();
        commit_ = *pending->commit.get<PublicMessage>();
        tree_ = pending->next.view()->tree().to_nodes();
        opened_ = open_welcome(*pending->welcome, newcomer().key_package(), options.psk_source);
    }

    [[nodiscard]] TestClient& newcomer() { return at(3); }

    [[nodiscard]] Welcome sealed() {
        return seal_welcome(*opened_, newcomer().key_package().key_package, random_, psks_);
    }

    [[nodiscard]] ErrorCode verdict_on(const Welcome& welcome) {
        const auto joined = Group::join(welcome, newcomer().key_package(), &tree_, policy_, psks_);
        return joined ? ErrorCode{} : joined.error();
    }

    // On the Welcome as it now is; tag and signature fit it.
    [[nodiscard]] ErrorCode verdict() {
        confirm_again(*opened_, psks_);
        sign_again(opened_->info, at(0).signer());
        return verdict_on(sealed());
    }

    [[nodiscard]] PreSharedKeyId resumption(ResumptionPskUsage usage) {
        return {ResumptionPskId{usage, server_->group_id(), server_->epoch()},
                random_.bytes(test_suite().hash_size())};
    }

    const AnyPsk known_;
    const PskSource* psks_ = nullptr;
    std::optional<OpenedWelcome> opened_;
    PublicMessage commit_;
    TreeNodes tree_;
};

}  // namespace

TEST_F(WelcomeChecks, accepts_the_unchanged_welcome) {
    EXPECT_EQ(verdict(), ErrorCode{});
}

TEST_F(WelcomeChecks, refuses_to_join_without_a_tree) {
    EXPECT_EQ(Group::join(sealed(), newcomer().key_package(), nullptr, policy_).error(),
              MlsError::invalid_tree);
    opened_->info.extensions.set({ExtensionType::ratchet_tree, protocol::codec::encode(tree_)});
    sign_again(opened_->info, at(0).signer());
    EXPECT_TRUE(Group::join(sealed(), newcomer().key_package(), nullptr, policy_));
}

TEST_F(WelcomeChecks, refuses_a_welcome_of_another_suite) {
    Welcome welcome = sealed();
    welcome.cipher_suite = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;
    EXPECT_EQ(verdict_on(welcome), MlsError::unsupported);
}

TEST_F(WelcomeChecks, refuses_a_welcome_for_others) {
    Welcome welcome = sealed();
    welcome.secrets[0].new_member[0] ^= 1;
    EXPECT_EQ(verdict_on(welcome), MlsError::invalid_welcome);
}

TEST_F(WelcomeChecks, refuses_group_secrets_that_do_not_open) {
    Welcome welcome = sealed();
    welcome.secrets[0].encrypted_group_secrets.ciphertext.back() ^= 1;
    EXPECT_EQ(verdict_on(welcome), CryptoError::verification_failed);
}

TEST_F(WelcomeChecks, refuses_a_psk_that_we_do_not_have) {
    psks_ = &known_;
    opened_->secrets.psks.push_back({ExternalPskId{{1}}, random_.bytes(32)});
    EXPECT_EQ(verdict(), ErrorCode{});
    const Welcome welcome = sealed();
    psks_ = nullptr;
    EXPECT_EQ(verdict_on(welcome), MlsError::unknown_psk);
}

TEST_F(WelcomeChecks, refuses_two_lineage_psks) {
    psks_ = &known_;
    opened_->info.group_context.epoch = 1;
    opened_->secrets.psks.push_back(resumption(ResumptionPskUsage::application));
    opened_->secrets.psks.push_back(resumption(ResumptionPskUsage::application));
    EXPECT_EQ(verdict(), ErrorCode{});
    opened_->secrets.psks[0] = resumption(ResumptionPskUsage::reinit);
    opened_->secrets.psks[1] = resumption(ResumptionPskUsage::branch);
    EXPECT_EQ(verdict(), MlsError::invalid_welcome);
}

TEST_F(WelcomeChecks, refuses_a_group_info_that_does_not_open) {
    const auto& package = newcomer().key_package().key_package;
    EXPECT_EQ(verdict_on(seal_welcome(*opened_, package, random_, nullptr, false)), ErrorCode{});
    EXPECT_EQ(verdict_on(seal_welcome(*opened_, package, random_, nullptr, true)),
              CryptoError::verification_failed);
}

TEST_F(WelcomeChecks, refuses_a_group_info_signed_by_another) {
    sign_again(opened_->info, at(1).signer());
    EXPECT_EQ(verdict_on(sealed()), CryptoError::verification_failed);
}

TEST_F(WelcomeChecks, refuses_a_group_info_of_a_blank_signer) {
    opened_->secrets.path_secret.reset();
    EXPECT_EQ(verdict(), ErrorCode{});
    opened_->info.signer = LeafIndex{4};
    EXPECT_EQ(verdict(), MlsError::invalid_group_info);
}

TEST_F(WelcomeChecks, refuses_a_group_info_of_another_suite) {
    opened_->info.group_context.cipher_suite = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;
    EXPECT_EQ(verdict(), MlsError::invalid_welcome);
}

TEST_F(WelcomeChecks, refuses_a_tree_of_another_hash) {
    opened_->info.group_context.tree_hash[0] ^= 1;
    EXPECT_EQ(verdict(), MlsError::invalid_tree);
}

TEST_F(WelcomeChecks, refuses_a_tree_without_our_leaf) {
    // Another key package of the same device; the tree has the first one's leaf.
    static_cast<void>(newcomer().fresh_key_package());
    opened_->secrets.path_secret.reset();
    EXPECT_EQ(verdict(), MlsError::invalid_welcome);
}

TEST_F(WelcomeChecks, refuses_a_path_secret_of_other_keys) {
    ASSERT_TRUE(opened_->secrets.path_secret);
    opened_->secrets.path_secret = PathSecret::random(test_suite().hash_size(), random_);
    EXPECT_EQ(verdict(), MlsError::invalid_welcome);
}

TEST_F(WelcomeChecks, refuses_a_wrong_confirmation_tag) {
    opened_->info.confirmation_tag[0] ^= 1;
    sign_again(opened_->info, at(0).signer());
    EXPECT_EQ(verdict_on(sealed()), CryptoError::verification_failed);
}

TEST_F(WelcomeChecks, refuses_a_context_extension_that_we_do_not_support) {
    const Extensions extensions{{{kTestExtension, {}}}};
    opened_->info.group_context.extensions = extensions;
    EXPECT_EQ(verdict(), ErrorCode{});
    newcomer().identity().capabilities.extensions.clear();
    invite({});
    EXPECT_EQ(verdict(), ErrorCode{});
    opened_->info.group_context.extensions = extensions;
    EXPECT_EQ(verdict(), MlsError::invalid_leaf);
}

TEST_F(WelcomeChecks, ignores_group_info_extensions_that_it_does_not_know) {
    opened_->info.extensions.set({ExtensionType{0x3A3A}, {1, 2, 3}});
    EXPECT_EQ(verdict(), ErrorCode{});
}

TEST_F(WelcomeChecks, psks_of_commit_and_welcome_are_the_same) {
    CommitOptions options;
    options.psk_source = &known_;
    options.psks = {{ExternalPskId{{2}}, {}}, {ExternalPskId{{1}}, {}}};
    invite(options);
    std::vector<PreSharedKeyId> committed;
    for (const auto& entry : std::get<Commit>(commit_.content.content).proposals) {
        if (const auto* psk = std::get<Proposal>(entry.value).get<PreSharedKey>()) {
            committed.push_back(psk->psk);
        }
    }
    EXPECT_EQ(opened_->secrets.psks, committed);
    ASSERT_EQ(committed.size(), 2U);
    EXPECT_EQ(committed[0].nonce.size(), test_suite().hash_size());
    EXPECT_NE(committed[0].nonce, committed[1].nonce);
}

}  // namespace serai::tests::mls
