// SHA-2, HMAC and HKDF in all their sizes. Expected values: FIPS 180-4's "abc", RFC 4231, and what their definitions say of each other.
#include "crypto/primitive/hash.hpp"

#include "crypto/primitive/kdf.hpp"
#include "crypto/primitive/mac.hpp"

#include <gtest/gtest.h>

namespace serai::crypto {
namespace {

struct Known {
    HashAlgorithm algorithm;
    const char* abc;
    const char* hi_there;  // RFC 4231, test case 1
    const char* long_key;  // RFC 4231, test case 6
};

constexpr Known kKnown[] = {
    {HashAlgorithm::sha256,
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {HashAlgorithm::sha384,
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
     "8086072ba1e7cc2358baeca134c825a7",
     "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
     "faea9ea9076ede7f4af152e8b2fa9cb6",
     "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
     "0c2ef6ab4030fe8296248df163f44952"},
    {HashAlgorithm::sha512,
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
     "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
     "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
     "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
};

class Sha2 : public testing::TestWithParam<Known> {};

TEST_P(Sha2, gives_the_published_digest_and_mac) {
    const auto& known = GetParam();
    const Bytes short_key(20, 0x0b);
    const Bytes long_key(131, 0xaa);

    EXPECT_EQ(to_hex(hash(known.algorithm, {as_bytes("ab"), {}, as_bytes("c")})), known.abc);
    EXPECT_EQ(hash(known.algorithm, {}).size(), hash_size(known.algorithm));
    EXPECT_EQ(to_hex(hmac(known.algorithm,
                          SecretView::of_public(short_key),
                          {as_bytes("Hi "), as_bytes("There")})),
              known.hi_there);
    EXPECT_EQ(to_hex(hmac(known.algorithm,
                          SecretView::of_public(long_key),
                          {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})),
              known.long_key);
}

// RFC 5869, section 2: T(1) | T(2) | ..., each the MAC of what came before.
TEST_P(Sha2, expands_a_key_block_by_block) {
    const auto algorithm = GetParam().algorithm;
    const std::size_t n = hash_size(algorithm);
    const Bytes salt(13, 1);
    const Bytes material(22, 2);
    const Bytes info(10, 3);
    const auto extracted = hkdf_extract(algorithm,
                                        SecretView::of_public(salt),
                                        {SecretView::of_public(ByteView{material}.first(9)),
                                         SecretView::of_public(ByteView{material}.subspan(9))});
    const Bytes prk = extracted.with_bytes(SecretAccess{"test"}, to_bytes);
    EXPECT_EQ(prk, hmac(algorithm, SecretView::of_public(salt), {material}));

    Bytes expanded(n + 5);
    hkdf_expand_into(algorithm, extracted, info, expanded);

    const Bytes one{1};
    const Bytes two{2};
    Bytes expected = hmac(algorithm, extracted, {info, one});
    append(expected, hmac(algorithm, extracted, {expected, info, two}));
    expected.resize(n + 5);
    EXPECT_EQ(expanded, expected);
}

TEST_P(Sha2, expands_no_further_than_a_counter_of_one_byte) {
    const auto algorithm = GetParam().algorithm;
    const auto prk = Prk::zero(hash_size(algorithm));
    Bytes out(hkdf_max_output(algorithm));

    hkdf_expand_into(algorithm, prk, {}, out);
    EXPECT_NE(Bytes(out.end() - 8, out.end()), Bytes(8, 0));
    out.push_back(0);
    EXPECT_THROW(hkdf_expand_into(algorithm, prk, {}, out), std::length_error);
}

INSTANTIATE_TEST_SUITE_P(EverySize, Sha2, testing::ValuesIn(kKnown), [](const auto& test) {
    return "sha" + std::to_string(8 * hash_size(test.param.algorithm));
});

}  // namespace
}  // namespace serai::crypto
