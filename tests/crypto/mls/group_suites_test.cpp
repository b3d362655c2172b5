// A group lives the same life whatever its suite: founded, joined, updated, shrunk, saved, written in.
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

class MlsGroupOfSuite : public SmallGroup, public testing::WithParamInterface<int> {
  protected:
    MlsGroupOfSuite() {
        suite_ = CipherSuite::find(CipherSuiteId{static_cast<std::uint16_t>(GetParam())});
    }
};

}  // namespace

TEST_P(MlsGroupOfSuite, stays_in_step_through_joins_updates_removals_and_restarts) {
    start(3);
    expect_agreement();
    ASSERT_TRUE(commit_by(2, {}));
    at(1).restart();
    const auto update =
        group(1).propose_update(at(1).identity(), at(1).signer(), {}, policy_, random_);
    ASSERT_TRUE(update.has_value());
    ASSERT_TRUE(announce(1, *update));
    CommitOptions options;
    options.references.push_back(group(0).proposals().front().ref);
    ASSERT_TRUE(commit_by(0, options));
    expect_agreement();

    const auto message = say(1, "case material");
    EXPECT_EQ(as_text(group(0).unprotect(message)->plaintext), "case material");
    auto forged = message;
    forged.ciphertext.back() ^= 1;
    EXPECT_FALSE(group(2).unprotect(forged));
    EXPECT_TRUE(group(2).unprotect(message));

    at(2).set_group({});
    options = {};
    options.removes.push_back(LeafIndex{2});
    ASSERT_TRUE(commit_by(1, options));
    expect_agreement();
}

// A key package of each other suite must not come in: its keys would be none here.
TEST_P(MlsGroupOfSuite, admits_no_key_package_of_another_suite) {
    start(1);
    for (std::uint16_t id = 1; id <= 7; ++id) {
        if (id == GetParam()) {
            continue;
        }
        TestClient stranger{"s", random_, *CipherSuite::find(CipherSuiteId{id})};
        CommitOptions options;
        options.adds.push_back(stranger.fresh_key_package());
        EXPECT_FALSE(at(0).commit(options, policy_)) << id;
        // Nor under a false name.
        options.adds.front().cipher_suite = suite_->id();
        EXPECT_FALSE(at(0).commit(options, policy_)) << id;
    }
}

TEST_P(MlsGroupOfSuite, is_not_founded_with_keys_of_another_scheme) {
    for (std::uint16_t id = 1; id <= 7; ++id) {
        const auto& other = *CipherSuite::find(CipherSuiteId{id});
        if (other.signature_scheme() != suite_->signature_scheme()) {
            auto identity = test_identity("a", random_, *suite_);
            identity.keys = other.generate_signature_key_pair(random_);
            EXPECT_EQ(Group::create(*suite_, {1}, identity, kTestLifetime).error(),
                      MlsError::unsupported);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, MlsGroupOfSuite, testing::Range(1, 8), [](const auto& test) {
    return "suite" + std::to_string(test.param);
});

}  // namespace serai::tests::mls
