// The seven suites: each names the algorithms of RFC 9420, section 17.1, and refuses whatever was changed on the way. What they compute is
// checked by the working group's vectors.
#include "crypto/mls/cipher_suite.hpp"

#include "tests/support/deterministic_random.hpp"

#include <gtest/gtest.h>

namespace serai::tests::mls {

namespace {

using namespace serai::crypto;
using namespace serai::crypto::mls;

using TestSecret = Secret<struct SuiteTestSecretTag>;

struct Sizes {
    std::uint16_t suite;
    std::size_t hash;
    std::size_t key;
    std::size_t kem_public;
    std::size_t signature_public;
};

constexpr Sizes kSuites[] = {
    {1, 32, 16, 32, 32},
    {2, 32, 16, 65, 65},
    {3, 32, 32, 32, 32},
    {4, 64, 32, 56, 57},
    {5, 64, 32, 133, 133},
    {6, 64, 32, 56, 57},
    {7, 48, 32, 97, 97},
};

class EverySuite : public testing::TestWithParam<Sizes> {
  protected:
    [[nodiscard]] bool opens(const HpkeKeyPair& key,
                             std::string_view label,
                             ByteView context,
                             const HpkeCiphertext& sealed) const {
        return suite_.decrypt<TestSecret>(key, label, context, sealed.kem_output, sealed.ciphertext)
            .has_value();
    }

    const CipherSuite& suite_ = *CipherSuite::find(CipherSuiteId{GetParam().suite});
    DeterministicRandom random_{GetParam().suite};
};

}  // namespace

TEST_P(EverySuite, has_the_sizes_of_its_algorithms) {
    EXPECT_EQ(suite_.id(), CipherSuiteId{GetParam().suite});
    EXPECT_EQ(suite_.hash_size(), GetParam().hash);
    EXPECT_EQ(suite_.hash({}).size(), GetParam().hash);
    EXPECT_EQ(suite_.mac(TestSecret::zero(5), {}).size(), GetParam().hash);
    EXPECT_EQ(suite_.key_size(), GetParam().key);
    EXPECT_EQ(suite_.nonce_size(), 12U);
    EXPECT_EQ(suite_.generate_key_pair(random_).public_key.size(), GetParam().kem_public);
    EXPECT_EQ(suite_.generate_signature_key_pair(random_).public_key.size(),
              GetParam().signature_public);
}

TEST_P(EverySuite, opens_what_was_sealed_and_nothing_that_was_changed) {
    const auto key = suite_.generate_key_pair(random_);
    const auto other = suite_.generate_key_pair(random_);
    const auto plaintext = TestSecret::random(40, random_);
    const Bytes context = random_.bytes(20);
    const auto sealed = suite_.encrypt(key.public_key, "label", context, plaintext, random_);
    ASSERT_TRUE(sealed.has_value());

    const auto opened =
        suite_.decrypt<TestSecret>(key, "label", context, sealed->kem_output, sealed->ciphertext);
    ASSERT_TRUE(opened.has_value());
    EXPECT_TRUE(ct_equal(*opened, plaintext));

    EXPECT_FALSE(opens(other, "label", context, *sealed));
    EXPECT_FALSE(opens(key, "Label", context, *sealed));
    EXPECT_FALSE(opens(key, "label", ByteView{context}.first(19), *sealed));
    for (std::size_t at = 0; at < sealed->ciphertext.size(); ++at) {
        auto changed = *sealed;
        changed.ciphertext[at] ^= 0x20;
        EXPECT_FALSE(opens(key, "label", context, changed)) << at;
    }
    for (std::size_t at = 0; at < sealed->kem_output.size(); at += 4) {
        auto changed = *sealed;
        changed.kem_output[at] ^= 0x02;
        EXPECT_FALSE(opens(key, "label", context, changed)) << at;
    }
    for (const std::size_t length : {0U, 15U, 55U}) {
        auto cut = *sealed;
        cut.ciphertext.resize(length);
        EXPECT_FALSE(opens(key, "label", context, cut)) << length;
    }
}

TEST_P(EverySuite, verifies_what_was_signed_under_the_same_label_alone) {
    const auto key = suite_.generate_signature_key_pair(random_);
    const Bytes content = random_.bytes(30);
    const Bytes signature = suite_.sign(key.private_key, "label", content);

    EXPECT_TRUE(suite_.verify(key.public_key, "label", content, signature));
    EXPECT_EQ(suite_.verify(key.public_key, "other", content, signature).error(),
              CryptoError::verification_failed);
    EXPECT_EQ(suite_.verify(key.public_key, "label", signature, signature).error(),
              CryptoError::verification_failed);
}

TEST_P(EverySuite, imports_the_private_keys_that_it_makes) {
    const auto made = suite_.generate_key_pair(random_);
    const auto again = suite_.hpke_key_pair(made.private_key);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->public_key, made.public_key);
    EXPECT_TRUE(suite_.is_hpke_public_key(made.public_key));
    EXPECT_EQ(suite_.hpke_key_pair(SecretView{made.private_key}.slice(0, 31)).error(),
              CryptoError::bad_key);
}

TEST_P(EverySuite, gives_both_ends_of_an_external_join_one_secret) {
    const auto external = suite_.derive_key_pair(TestSecret::random(suite_.hash_size(), random_));
    const auto joiner = suite_.external_init(external.public_key, random_);
    ASSERT_TRUE(joiner.has_value());
    const auto member = suite_.external_init(external, joiner->kem_output);
    ASSERT_TRUE(member.has_value());
    EXPECT_EQ(member->size(), suite_.hash_size());
    EXPECT_TRUE(ct_equal(*member, joiner->secret));
}

TEST_P(EverySuite, takes_no_public_key_of_a_suite_with_other_curves) {
    for (const auto& other : kSuites) {
        if (other.kem_public == GetParam().kem_public) {
            continue;
        }
        const auto& suite = *CipherSuite::find(CipherSuiteId{other.suite});
        const auto key = suite.generate_key_pair(random_);
        EXPECT_FALSE(suite_.is_hpke_public_key(key.public_key));
        EXPECT_FALSE(
            suite_.is_signature_public_key(suite.generate_signature_key_pair(random_).public_key));
        EXPECT_EQ(suite_.encrypt(key.public_key, "", {}, TestSecret::zero(1), random_).error(),
                  CryptoError::bad_key);
    }
}

INSTANTIATE_TEST_SUITE_P(All, EverySuite, testing::ValuesIn(kSuites), [](const auto& test) {
    return "suite" + std::to_string(test.param.suite);
});

TEST(CipherSuites, of_no_registered_number_are_not_found) {
    for (const int id : {0, 8, 0x0A0A, 0xF000, 0xFFFF}) {
        EXPECT_EQ(CipherSuite::find(static_cast<CipherSuiteId>(id)), nullptr) << id;
    }
}

}  // namespace serai::tests::mls
