// Each group agrees with itself, and refuses every key that is none. What the groups compute is checked by the vectors of HPKE and MLS.
#include "crypto/primitive/kem.hpp"
#include "tests/support/deterministic_random.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace serai::crypto {

static void PrintTo(DhGroup group, std::ostream* out) {
    *out << static_cast<int>(group);
}

namespace {

constexpr DhGroup kGroups[] = {
    DhGroup::p256, DhGroup::p384, DhGroup::p521, DhGroup::x25519, DhGroup::x448};

SecretView secret(const Bytes& bytes) {
    return SecretView::of_public(bytes);
}

Bytes agreed(DhGroup group, const HpkeKeyPair& own, ByteView peer) {
    const auto shared = dh(group, own.private_key, peer);
    EXPECT_TRUE(shared.has_value());
    return shared->with_bytes(SecretAccess{"test"}, [](ByteView bytes) { return to_bytes(bytes); });
}

bool is_refused(DhGroup group, const HpkeKeyPair& own, const Bytes& peer) {
    const auto shared = dh(group, own.private_key, peer);
    return !dh_usable(group, peer) && shared.has_error() && shared.error() == CryptoError::bad_key;
}

class DhGroups : public testing::TestWithParam<DhGroup> {
  protected:
    [[nodiscard]] HpkeKeyPair pair() { return Dhkem{GetParam()}.generate(random_); }

    tests::DeterministicRandom random_{static_cast<std::uint64_t>(GetParam())};
};

TEST_P(DhGroups, agree_with_themselves) {
    const auto group = GetParam();
    for (int round = 0; round < 3; ++round) {
        const auto a = pair();
        const auto b = pair();

        EXPECT_EQ(a.private_key.size(), dh_private_key_size(group));
        EXPECT_TRUE(dh_usable(group, a.public_key));
        EXPECT_EQ(agreed(group, a, b.public_key), agreed(group, b, a.public_key));
        EXPECT_NE(agreed(group, a, b.public_key), agreed(group, a, a.public_key));
        EXPECT_EQ(*dh_public(group, a.private_key), a.public_key);
    }
}

TEST_P(DhGroups, refuse_keys_of_another_size) {
    const auto group = GetParam();
    const auto own = pair();
    for (const bool longer : {false, true}) {
        Bytes peer = own.public_key;
        peer.resize(longer ? peer.size() + 1 : peer.size() - 1);
        EXPECT_TRUE(is_refused(group, own, peer));
        const Bytes key(dh_private_key_size(group) + (longer ? 1U : 0U) - (longer ? 0U : 1U), 1);
        EXPECT_EQ(dh_public(group, secret(key)).error(), CryptoError::bad_key);
        EXPECT_EQ(dh(group, secret(key), own.public_key).error(), CryptoError::bad_key);
    }
    EXPECT_TRUE(is_refused(group, own, {}));
}

INSTANTIATE_TEST_SUITE_P(All, DhGroups, testing::ValuesIn(kGroups));

// The order, and the base point where it is handy.
struct NistCase {
    DhGroup group;
    const char* order;
    const char* base_x;
};

constexpr NistCase kNist[] = {
    {DhGroup::p256,
     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
     "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"},
    {DhGroup::p384,
     "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52"
     "973",
     "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760"
     "ab7"},
    {DhGroup::p521,
     "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa"
     "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
     "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dba"
     "a14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66"},
};

class NistGroups : public testing::TestWithParam<NistCase> {};

TEST_P(NistGroups, take_the_scalars_from_one_to_the_order_and_no_other) {
    const auto group = GetParam().group;
    const Bytes order = *from_hex(GetParam().order);
    Bytes below = order;
    --below.back();
    Bytes above = order;
    ++above.back();
    Bytes one(order.size(), 0);
    one.back() = 1;

    const auto base = dh_public(group, secret(one));
    const auto minus_base = dh_public(group, secret(below));
    ASSERT_TRUE(base && minus_base);
    EXPECT_EQ(to_hex(ByteView{*base}.subspan(1, order.size())), GetParam().base_x);
    // The same x-coordinate, the other y.
    EXPECT_TRUE(equal(ByteView{*base}.first(1 + order.size()),
                      ByteView{*minus_base}.first(1 + order.size())));
    EXPECT_NE(*base, *minus_base);
    for (const auto& wrong : {order, above, Bytes(order.size(), 0), Bytes(order.size(), 0xff)}) {
        EXPECT_EQ(dh_public(group, secret(wrong)).error(), CryptoError::bad_key);
        EXPECT_EQ(dh(group, secret(wrong), *base).error(), CryptoError::bad_key);
    }
}

TEST_P(NistGroups, take_no_point_but_an_uncompressed_one_of_the_curve) {
    const auto group = GetParam().group;
    tests::DeterministicRandom random{7};
    const auto own = Dhkem{group}.generate(random);
    const Bytes good = Dhkem{group}.generate(random).public_key;
    const std::size_t coordinate = (good.size() - 1) / 2;
    ASSERT_TRUE(dh_usable(group, good));

    for (std::size_t bit = 0; bit < 8; ++bit) {
        for (const std::size_t at : {coordinate, good.size() - 1}) {
            Bytes off_curve = good;
            off_curve[at] ^= static_cast<std::uint8_t>(1U << bit);
            EXPECT_TRUE(is_refused(group, own, off_curve));
        }
    }
    Bytes compressed(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(1 + coordinate));
    compressed[0] = 2 | (good.back() & 1);
    EXPECT_TRUE(is_refused(group, own, compressed));
    for (const int first : {0, 2, 3, 5, 6 | (good.back() & 1)}) {
        Bytes other_form = good;
        other_form[0] = static_cast<std::uint8_t>(first);
        EXPECT_TRUE(is_refused(group, own, other_form));
    }
    EXPECT_TRUE(is_refused(group, own, Bytes{0}));  // the point at infinity
    Bytes all_zero(good.size(), 0);
    all_zero[0] = 4;
    EXPECT_TRUE(is_refused(group, own, all_zero));
    Bytes too_large(good.size(), 0xff);  // coordinates that are not below p
    too_large[0] = 4;
    EXPECT_TRUE(is_refused(group, own, too_large));
}

INSTANTIATE_TEST_SUITE_P(All, NistGroups, testing::ValuesIn(kNist), [](const auto& test) {
    return "group" + std::to_string(static_cast<int>(test.param.group));
});

// All u-coordinates of order 1, 2 or 4 that fit: 0, 1, p - 1, p, p + 1. With any of them the result would be zero, whoever computes it.
TEST(X448, refuses_every_key_of_small_order) {
    tests::DeterministicRandom random{8};
    const auto own = Dhkem{DhGroup::x448}.generate(random);
    const std::string high(54, 'f');
    const std::string p_tail = "fe" + high;
    const std::string low_half(54, 'f');
    for (const std::string& u : {"00" + std::string(110, '0'),
                                 "01" + std::string(110, '0'),
                                 "fe" + low_half + p_tail,
                                 "ff" + low_half + p_tail,
                                 std::string(56, '0') + "ff" + high}) {
        const auto key = from_hex(u);
        ASSERT_TRUE(key && key->size() == 56);
        EXPECT_TRUE(is_refused(DhGroup::x448, own, *key)) << u;
    }
    Bytes two(56, 0);
    two[0] = 2;
    EXPECT_TRUE(dh_usable(DhGroup::x448, two));
    EXPECT_TRUE(dh(DhGroup::x448, own.private_key, two).has_value());
}

TEST(X25519, refuses_every_key_of_small_order) {
    tests::DeterministicRandom random{9};
    const auto own = Dhkem{DhGroup::x25519}.generate(random);
    for (const std::string& u :
         {"00" + std::string(62, '0'),
          "01" + std::string(62, '0'),
          std::string{"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"},
          std::string{"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"},
          "ec" + std::string(60, 'f') + "7f",
          "ed" + std::string(60, 'f') + "7f",
          "ee" + std::string(60, 'f') + "7f",
          "ed" + std::string(60, 'f') + "ff"}) {
        EXPECT_TRUE(is_refused(DhGroup::x25519, own, *from_hex(u))) << u;
    }
}

TEST(DeriveKeyPair, gives_the_same_pair_for_the_same_material_and_another_for_another) {
    for (const auto group : kGroups) {
        const Dhkem kem{group};
        const Bytes material(dh_private_key_size(group), 5);
        Bytes other = material;
        other.back() ^= 1;

        const auto first = kem.derive_key_pair(secret(material));
        EXPECT_EQ(first.public_key, kem.derive_key_pair(secret(material)).public_key);
        EXPECT_NE(first.public_key, kem.derive_key_pair(secret(other)).public_key);
    }
}

}  // namespace
}  // namespace serai::crypto
