// RFC 9420, sections 10 and 10.1: each check of a key package, by itself, in an Add proposal and in a commit.
#include "tests/crypto/mls/support/capable_group.hpp"

#include <set>

namespace serai::tests::mls {

namespace {

using PackageChange = std::function<void(KeyPackage&)>;

class KeyPackageChecks : public CapableGroup {
  protected:
    // The newcomer's, changed and then signed; by itself, unless somebody else is named.
    [[nodiscard]] KeyPackage changed(const PackageChange& change,
                                     const SignaturePrivateKey* signer = nullptr) {
        KeyPackage package = newcomer_->fresh_key_package();
        change(package);
        return forge_key_package(std::move(package),
                                 {},
                                 newcomer_->signer(),
                                 signer != nullptr ? *signer : newcomer_->signer());
    }

    [[nodiscard]] ErrorCode verdict_on_adding(const KeyPackage& package) {
        const auto proposal = proposed(1, Proposal{Add{package}});
        CommitPlan plan;
        plan.with_path = false;
        plan.by_value(Proposal{Add{package}});
        const ErrorCode committed = verdict_on(plan);
        EXPECT_EQ(proposal ? ErrorCode{} : proposal.error(), committed);
        return committed;
    }

    void expect_refused(const KeyPackage& package, const ErrorCode& error) {
        EXPECT_EQ(verdict_on_adding(newcomer_->fresh_key_package()), ErrorCode{});
        EXPECT_EQ(verdict_on_adding(package), error);
        EXPECT_EQ(validate_key_package(package, policy_).error(), error);
    }
};

}  // namespace

TEST_F(KeyPackageChecks, refuses_another_suite) {
    const auto other = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;
    newcomer_->identity().capabilities.cipher_suites.push_back(other);
    const auto package = changed([&](KeyPackage& one) { one.cipher_suite = other; });

    EXPECT_TRUE(validate_key_package(package, policy_)) << "good, but not for this group";
    EXPECT_EQ(verdict_on_adding(package), MlsError::invalid_key_package);
}

TEST_F(KeyPackageChecks, refuses_a_suite_that_we_do_not_have) {
    const auto package = changed([](KeyPackage& one) { one.cipher_suite = CipherSuiteId{0x3A3A}; });

    EXPECT_EQ(validate_key_package(package, policy_).error(), MlsError::unsupported);
    EXPECT_EQ(verdict_on_adding(package), MlsError::invalid_key_package);
}

TEST_F(KeyPackageChecks, refuses_a_signature_by_another_key) {
    expect_refused(changed([](KeyPackage&) {}, &at(1).signer()), CryptoError::verification_failed);
}

TEST_F(KeyPackageChecks, refuses_a_leaf_that_is_invalid) {
    expect_refused(changed([](KeyPackage& one) { one.leaf_node.capabilities.versions.clear(); }),
                   MlsError::invalid_leaf);
}

TEST_F(KeyPackageChecks, refuses_a_leaf_of_another_source) {
    expect_refused(changed([](KeyPackage& one) { one.leaf_node.source = FromUpdate{}; }),
                   MlsError::invalid_key_package);
}

TEST_F(KeyPackageChecks, refuses_an_init_key_that_is_the_leafs) {
    expect_refused(changed([](KeyPackage& one) { one.init_key = one.leaf_node.encryption_key; }),
                   MlsError::invalid_key_package);
}

TEST_F(KeyPackageChecks, refuses_an_unusable_init_key) {
    expect_refused(changed([](KeyPackage& one) { one.init_key = Bytes(32); }),
                   MlsError::invalid_key_package);
    expect_refused(changed([](KeyPackage& one) { one.init_key.pop_back(); }),
                   MlsError::invalid_key_package);
}

TEST_F(KeyPackageChecks, ignores_extensions_that_it_does_not_know) {
    const auto package = changed([](KeyPackage& one) {
        one.extensions.set({ExtensionType{0x5A5A}, {1, 2, 3}});
    });
    EXPECT_TRUE(validate_key_package(package, policy_));
    EXPECT_EQ(verdict_on_adding(package), ErrorCode{});
}

TEST_F(KeyPackageChecks, each_one_has_keys_of_its_own) {
    std::set<Bytes> keys;
    for (int i = 0; i < 10; ++i) {
        const KeyPackage package = newcomer_->fresh_key_package();
        EXPECT_TRUE(keys.insert(package.init_key).second);
        EXPECT_TRUE(keys.insert(package.leaf_node.encryption_key).second);
    }
}

}  // namespace serai::tests::mls
