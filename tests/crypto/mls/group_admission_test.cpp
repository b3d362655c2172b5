// Who may come in: key packages, welcomes, first sight of a tree.
#include "crypto/mls/group/leaf_validation.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

class MlsAdmission : public SmallGroup {
  protected:
    void SetUp() override {
        start(2);
        clients_.push_back(std::make_unique<TestClient>("c", random_));
    }

    // What adding this key package is answered with.
    [[nodiscard]] ErrorCode error_of_adding(KeyPackage key_package) {
        CommitOptions options;
        options.adds.push_back(std::move(key_package));
        const auto pending = at(0).commit(options, policy_);
        return pending ? ErrorCode{} : pending.error();
    }

    // Signed again after a change, by the device's own key.
    [[nodiscard]] KeyPackage resigned(KeyPackage key_package) {
        auto& leaf = key_package.leaf_node;
        leaf.signature = sign_leaf(test_suite(), at(2).signer(), leaf, {}, {});
        key_package.signature =
            test_suite().sign(at(2).signer(), "KeyPackageTBS", key_package.to_be_signed());
        return key_package;
    }
};

}  // namespace

TEST_F(MlsAdmission, a_good_key_package_is_good) {
    EXPECT_TRUE(validate_key_package(at(2).fresh_key_package(), policy_));
    EXPECT_EQ(error_of_adding(at(2).fresh_key_package()), ErrorCode{});
}

TEST_F(MlsAdmission, every_tampered_byte_of_a_key_package_is_noticed) {
    const Bytes encoded = protocol::codec::encode(at(2).fresh_key_package());
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        Bytes tampered = encoded;
        tampered[i] ^= 1;
        const auto decoded = protocol::codec::decode_exact<KeyPackage>(tampered);
        EXPECT_FALSE(decoded && validate_key_package(*decoded, policy_)) << "byte " << i;
    }
}

TEST_F(MlsAdmission, an_expired_or_future_or_overlong_lifetime_is_refused) {
    const auto with_lifetime = [&](std::uint64_t from, std::uint64_t to) {
        auto key_package = at(2).fresh_key_package();
        key_package.leaf_node.source = FromKeyPackage{{from, to}};
        return resigned(key_package);
    };
    EXPECT_EQ(error_of_adding(with_lifetime(kTestTime - 10, kTestTime - 1)),
              MlsError::invalid_leaf);
    EXPECT_EQ(error_of_adding(with_lifetime(kTestTime + 1, kTestTime + 10)),
              MlsError::invalid_leaf);
    EXPECT_EQ(error_of_adding(with_lifetime(0, kTestTime + 10)), MlsError::invalid_leaf);
    EXPECT_EQ(error_of_adding(with_lifetime(kTestTime, kTestTime)), ErrorCode{});
}

TEST_F(MlsAdmission, an_old_commit_can_be_read_without_the_clock) {
    CommitOptions options;
    options.adds.push_back(at(2).fresh_key_package());
    const auto pending = *at(0).commit(options, policy_);
    const ValidationPolicy late{validator_, UnixSeconds{kTestTime + 100'000'000}};
    const ValidationPolicy no_clock{validator_, std::nullopt};

    EXPECT_EQ(group(1).stage(pending.commit, late).error(), MlsError::invalid_leaf);
    EXPECT_TRUE(group(1).stage(pending.commit, no_clock));
}

TEST_F(MlsAdmission, a_leaf_without_the_groups_capabilities_is_refused) {
    at(2).identity().capabilities.extensions.clear();
    EXPECT_EQ(error_of_adding(at(2).fresh_key_package()), ErrorCode{})
        << "the group has no extension";
    CommitOptions options;
    options.new_extensions = Extensions{{{kTestExtension, {}}}};
    ASSERT_TRUE(commit_by(0, options));
    EXPECT_EQ(error_of_adding(at(2).fresh_key_package()), MlsError::invalid_leaf);
}

TEST_F(MlsAdmission, required_capabilities_are_required) {
    const RequiredCapabilities required{{static_cast<ExtensionType>(0xF999)}, {}, {}};
    CommitOptions options;
    options.new_extensions =
        Extensions{{{ExtensionType::required_capabilities, protocol::codec::encode(required)}}};
    EXPECT_EQ(at(0).commit(options, policy_).error(), MlsError::invalid_leaf);
}

TEST_F(MlsAdmission, a_credential_type_that_a_member_does_not_support_is_refused) {
    at(2).identity().credential = Credential{BasicCredential{to_bytes(as_bytes("c"))}};
    at(2).identity().capabilities.credentials = {CredentialType::basic, CredentialType::x509};

    class Anyone final : public CredentialValidator {
        [[nodiscard]] Result<void> validate(const LeafInQuestion&) const override { return {}; }
    };

    const Anyone anyone;
    CommitOptions options;
    options.adds.push_back(at(2).fresh_key_package());
    const auto pending = at(0).commit(options, {anyone, UnixSeconds{kTestTime}});
    EXPECT_EQ(pending.error(), MlsError::invalid_leaf);
}

TEST_F(MlsAdmission, own_version_suite_and_credential_must_be_among_the_capabilities) {
    for (const int missing : {0, 1, 2}) {
        auto key_package = at(2).fresh_key_package();
        auto& can = key_package.leaf_node.capabilities;
        if (missing == 0) {
            can.versions.clear();
        } else if (missing == 1) {
            can.cipher_suites.clear();
        } else {
            can.credentials.clear();
        }
        EXPECT_EQ(validate_key_package(resigned(key_package), policy_).error(),
                  MlsError::invalid_leaf);
    }
}

TEST_F(MlsAdmission, init_key_and_leaf_key_must_differ) {
    auto key_package = at(2).fresh_key_package();
    key_package.init_key = key_package.leaf_node.encryption_key;
    EXPECT_EQ(validate_key_package(resigned(key_package), policy_).error(),
              MlsError::invalid_key_package);
}

TEST_F(MlsAdmission, a_key_nobody_can_encrypt_to_is_refused) {
    auto key_package = at(2).fresh_key_package();
    key_package.leaf_node.encryption_key = Bytes(32);
    EXPECT_EQ(validate_key_package(resigned(key_package), policy_).error(), MlsError::invalid_leaf);
    key_package = at(2).fresh_key_package();
    key_package.init_key = Bytes(32);
    EXPECT_EQ(validate_key_package(resigned(key_package), policy_).error(),
              MlsError::invalid_key_package);
}

TEST_F(MlsAdmission, another_suite_is_refused) {
    const auto& other = *CipherSuite::find(CipherSuiteId::x25519_aes128gcm_sha256_ed25519);
    at(2).identity().capabilities.cipher_suites.push_back(other.id());
    const auto secrets = generate_key_package(other, at(2).identity(), kTestLifetime, {}, random_);
    EXPECT_EQ(error_of_adding(secrets.key_package), MlsError::invalid_key_package);
}

TEST_F(MlsAdmission, a_member_is_not_added_twice) {
    EXPECT_EQ(error_of_adding(at(1).fresh_key_package()), MlsError::invalid_leaf);
    CommitOptions twice;
    twice.adds.push_back(at(2).fresh_key_package());
    twice.adds.push_back(at(2).fresh_key_package());
    EXPECT_EQ(at(0).commit(twice, policy_).error(), MlsError::invalid_leaf);
}

TEST_F(MlsAdmission, the_validators_refusal_is_passed_on) {
    validator_.banned.insert("c");
    EXPECT_EQ(error_of_adding(at(2).fresh_key_package()), MlsError::invalid_credential);
}

TEST_F(MlsAdmission, a_joiner_judges_every_member) {
    CommitOptions options;
    options.adds.push_back(at(2).fresh_key_package());
    const auto pending = *at(0).commit(options, policy_);
    const auto staged = *server_->stage(pending.commit, {}, policy_);
    validator_.banned.insert("b");
    EXPECT_EQ(at(2).join(*pending.welcome, *staged.next, policy_).error(),
              MlsError::invalid_credential);
    validator_.banned.clear();
    EXPECT_TRUE(at(2).join(*pending.welcome, *staged.next, policy_));
}

TEST_F(MlsAdmission, every_tampered_byte_of_a_welcome_is_noticed) {
    CommitOptions options;
    options.adds.push_back(at(2).fresh_key_package());
    const auto pending = *at(0).commit(options, policy_);
    const auto nodes = pending.next.view()->tree().to_nodes();
    const Bytes encoded = protocol::codec::encode(*pending.welcome);
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        Bytes tampered = encoded;
        tampered[i] ^= 1;
        const auto decoded = protocol::codec::decode_exact<Welcome>(tampered);
        EXPECT_FALSE(decoded && Group::join(*decoded, at(2).key_package(), &nodes, policy_))
            << "byte " << i;
    }
    EXPECT_TRUE(Group::join(*pending.welcome, at(2).key_package(), &nodes, policy_));
}

TEST_F(MlsAdmission, every_tampered_byte_of_a_tree_is_noticed) {
    const auto info = group(0).group_info(at(0).signer(), {});
    const Bytes encoded = protocol::codec::encode(server_->tree().to_nodes());
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        Bytes tampered = encoded;
        tampered[i] ^= 1;
        const auto decoded = protocol::codec::decode_exact<TreeNodes>(tampered);
        EXPECT_FALSE(decoded && PublicGroup::from_group_info(info, *decoded, policy_))
            << "byte " << i;
    }
}

TEST_F(MlsAdmission, every_tampered_byte_of_a_group_info_is_noticed) {
    const Bytes encoded = protocol::codec::encode(group(0).group_info(at(0).signer(), {}));
    const auto nodes = server_->tree().to_nodes();
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        Bytes tampered = encoded;
        tampered[i] ^= 1;
        const auto decoded = protocol::codec::decode_exact<GroupInfo>(tampered);
        EXPECT_FALSE(decoded && PublicGroup::from_group_info(*decoded, nodes, policy_))
            << "byte " << i;
    }
}

TEST_F(MlsAdmission, a_welcome_for_another_key_package_is_refused) {
    CommitOptions options;
    options.adds.push_back(at(2).fresh_key_package());
    const auto pending = *at(0).commit(options, policy_);
    static_cast<void>(at(2).fresh_key_package());
    EXPECT_EQ(at(2).join(*pending.welcome, *server_, policy_).error(), MlsError::invalid_welcome);
}

TEST_F(MlsAdmission, saved_key_packages_join_after_a_restart) {
    CommitOptions options;
    options.adds.push_back(at(2).fresh_key_package());
    const auto pending = *at(0).commit(options, policy_);
    const auto nodes = pending.next.view()->tree().to_nodes();
    const auto blob = at(2).key_package().save();

    const auto loaded = KeyPackageSecrets::load(blob);

    ASSERT_TRUE(loaded);
    EXPECT_TRUE(Group::join(*pending.welcome, *loaded, &nodes, policy_));
    blob.with_bytes(SecretAccess{"test"}, [](ByteView bytes) {
        for (std::size_t n = 0; n < bytes.size(); ++n) {
            EXPECT_EQ(KeyPackageSecrets::load(SecretView::of_public(bytes.first(n))).error(),
                      MlsError::corrupt_state);
        }
    });
}

}  // namespace serai::tests::mls
