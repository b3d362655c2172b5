#include "crypto/primitive/signature_scheme.hpp"

#include "tests/support/deterministic_random.hpp"

#include <gtest/gtest.h>

namespace serai::crypto {
namespace {

struct Sizes {
    SignatureScheme scheme;
    std::size_t private_key;  // as it is imported
    std::size_t public_key;
};

constexpr Sizes kSchemes[] = {
    {SignatureScheme::ecdsa_p256_sha256, 32, 65},
    {SignatureScheme::ecdsa_p384_sha384, 48, 97},
    {SignatureScheme::ecdsa_p521_sha512, 66, 133},
    {SignatureScheme::ed25519, 32, 32},
    {SignatureScheme::ed448, 57, 57},
};

class SignatureSchemes : public testing::TestWithParam<Sizes> {
  protected:
    [[nodiscard]] SignatureScheme scheme() const { return GetParam().scheme; }

    [[nodiscard]] bool verifies(ByteView key, ByteView message, ByteView signature) const {
        const auto verified = signature_verify(scheme(), key, message, signature);
        EXPECT_TRUE(verified || verified.error() == CryptoError::verification_failed);
        return verified.has_value();
    }

    tests::DeterministicRandom random_{static_cast<std::uint64_t>(GetParam().scheme)};
    SignatureKeyPair key_ = signature_generate(scheme(), random_);
    Bytes message_ = random_.bytes(100);
    Bytes signature_ = signature_sign(scheme(), key_.private_key, message_);
};

TEST_P(SignatureSchemes, verify_what_they_signed) {
    EXPECT_EQ(key_.public_key.size(), GetParam().public_key);
    EXPECT_TRUE(is_signature_public_key(scheme(), key_.public_key));
    EXPECT_TRUE(verifies(key_.public_key, message_, signature_));
    EXPECT_TRUE(verifies(key_.public_key, {}, signature_sign(scheme(), key_.private_key, {})));
}

TEST_P(SignatureSchemes, verify_nothing_that_was_changed) {
    for (std::size_t at = 0; at < signature_.size(); at += 5) {
        Bytes changed = signature_;
        changed[at] ^= 1;
        EXPECT_FALSE(verifies(key_.public_key, message_, changed)) << at;
    }
    Bytes message = message_;
    message.back() ^= 1;
    EXPECT_FALSE(verifies(key_.public_key, message, signature_));
    message.pop_back();
    EXPECT_FALSE(verifies(key_.public_key, message, signature_));
    EXPECT_FALSE(verifies(signature_generate(scheme(), random_).public_key, message_, signature_));
}

TEST_P(SignatureSchemes, verify_no_signature_of_another_length) {
    Bytes longer = signature_;
    longer.push_back(0);
    EXPECT_FALSE(verifies(key_.public_key, message_, longer));
    EXPECT_FALSE(
        verifies(key_.public_key, message_, ByteView{signature_}.first(signature_.size() - 1)));
    EXPECT_FALSE(verifies(key_.public_key, message_, {}));
}

TEST_P(SignatureSchemes, verify_with_no_key_that_is_none) {
    Bytes longer = key_.public_key;
    longer.push_back(0);
    for (const Bytes& wrong : {Bytes{}, longer, Bytes(key_.public_key.size(), 0xff)}) {
        EXPECT_FALSE(verifies(wrong, message_, signature_));
    }
    EXPECT_FALSE(is_signature_public_key(scheme(), longer));
    EXPECT_FALSE(is_signature_public_key(scheme(), {}));
}

TEST_P(SignatureSchemes, import_private_keys_of_their_size_only) {
    const Bytes bytes(GetParam().private_key, 1);
    const auto pair = signature_key_pair(scheme(), SecretView::of_public(bytes));
    ASSERT_TRUE(pair.has_value());
    EXPECT_TRUE(verifies(
        pair->public_key, message_, signature_sign(scheme(), pair->private_key, message_)));

    Bytes longer = bytes;
    longer.push_back(1);
    for (const ByteView wrong : {ByteView{longer}, ByteView{bytes}.subspan(1), ByteView{}}) {
        EXPECT_EQ(signature_key_pair(scheme(), SecretView::of_public(wrong)).error(),
                  CryptoError::bad_key);
    }
}

TEST_P(SignatureSchemes, sign_with_no_key_of_another_scheme) {
    for (const auto& other : kSchemes) {
        if (other.scheme != scheme()) {
            const auto key = signature_generate(other.scheme, random_);
            EXPECT_THROW((void)signature_sign(scheme(), key.private_key, message_),
                         std::invalid_argument);
            EXPECT_FALSE(is_signature_public_key(scheme(), key.public_key));
            EXPECT_FALSE(verifies(key.public_key, message_, signature_));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, SignatureSchemes, testing::ValuesIn(kSchemes), [](const auto& test) {
    return "scheme" + std::to_string(static_cast<int>(test.param.scheme));
});

// RFC 6979, appendix A.2.5: the signature of "sample" with SHA-256, put into DER by hand.
TEST(Ecdsa, verifies_a_published_signature_in_der_alone) {
    const Bytes key = *from_hex(
        "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
    const std::string r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
    const std::string s = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
    const auto verified = [&](const std::string& signature) {
        return signature_verify(SignatureScheme::ecdsa_p256_sha256,
                                key,
                                as_bytes("sample"),
                                *from_hex(signature))
            .has_value();
    };

    EXPECT_TRUE(verified("3046022100" + r + "022100" + s));
    EXPECT_FALSE(verified(r + s));                                     // raw
    EXPECT_FALSE(verified("30440220" + r + "0220" + s));               // negative numbers
    EXPECT_FALSE(verified("308146022100" + r + "022100" + s));         // BER: a longer length
    EXPECT_FALSE(verified("304802220000" + r + "02220000" + s));       // BER: more leading zeros
    EXPECT_FALSE(verified("3048022100" + r + "022100" + s + "0500"));  // something after s
}

// RFC 8032, section 7.4, "Blank".
TEST(Ed448, signs_as_published) {
    const Bytes seed = *from_hex(
        "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3"
        "528c8a3fcc2f044e39a3fc5b94492f8f032e7549a20098f95b");
    const auto pair = signature_key_pair(SignatureScheme::ed448, SecretView::of_public(seed));
    ASSERT_TRUE(pair.has_value());

    EXPECT_EQ(to_hex(pair->public_key),
              "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778"
              "edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180");
    EXPECT_EQ(to_hex(signature_sign(SignatureScheme::ed448, pair->private_key, {})),
              "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f"
              "2b233f034f628281f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a"
              "9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4db"
              "b61149f05a7363268c71d95808ff2e652600");
}

// To a verifier that multiplies by the cofactor, a key of small order makes an R of small order and an S of 0 hold for every message:
// OpenSSL takes the last two keys.
TEST(Ed448, refuses_keys_of_small_order_with_which_anything_verifies) {
    const Bytes signature(114, 0);
    Bytes neutral(57, 0);
    neutral[0] = 1;
    Bytes minus_one(57, 0xff);  // y = p - 1
    minus_one[0] = 0xfe;
    minus_one[28] = 0xfe;
    minus_one[56] = 0;
    const Bytes zero(57, 0);
    Bytes zero_and_sign = zero;
    zero_and_sign[56] = 0x80;

    for (const Bytes& key : {neutral, minus_one, zero, zero_and_sign}) {
        EXPECT_FALSE(is_signature_public_key(SignatureScheme::ed448, key));
        for (std::uint8_t i = 0; i < 8; ++i) {
            EXPECT_FALSE(signature_verify(SignatureScheme::ed448, key, ByteView{&i, 1}, signature));
        }
    }
}

}  // namespace
}  // namespace serai::crypto
