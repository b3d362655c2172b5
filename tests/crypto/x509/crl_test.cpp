#include "crypto/x509/crl.hpp"

#include "tests/crypto/x509/test_ca.hpp"

#include <gtest/gtest.h>

namespace serai::crypto::x509 {
namespace {

using tests::CrlOptions;
using tests::kDay;
using tests::kTestNow;
using tests::seconds_from_now;
using tests::TestCa;

class CrlTest : public testing::Test {
  protected:
    ErrorCode judge(const CrlOptions& options, UnixSeconds at = kTestNow) const {
        const auto crl = Crl::parse(ca_.crl(options));
        if (!crl) {
            return crl.error();
        }
        const auto result = verify_crl(*crl, bundle_, at);
        return result ? ErrorCode{} : result.error();
    }

    TestCa ca_{"tj.pve.example"};
    TrustBundle bundle_ =
        *TrustBundle::make("tj.pve.example", std::vector<Bytes>{ca_.certificate()});
};

TEST_F(CrlTest, says_what_it_holds) {
    CrlOptions options{.number = 258};
    options.serials = {Bytes{9}, Bytes{0x12, 0x34}, Bytes{3}};

    const auto crl = Crl::parse(ca_.crl(options));

    ASSERT_TRUE(crl);
    EXPECT_EQ(crl->number(), (Bytes{1, 2}));
    EXPECT_EQ(crl->this_update(), options.this_update);
    EXPECT_EQ(crl->next_update(), options.next_update);
    EXPECT_EQ(crl->revoked_serials(), (std::vector<Bytes>{{3}, {9}, {0x12, 0x34}}));
    EXPECT_TRUE(crl->revokes(Bytes{9}));
    EXPECT_FALSE(crl->revokes(Bytes{8}));
    EXPECT_FALSE(crl->revokes(Bytes{0x12}));
}

TEST_F(CrlTest, accepts_a_list_of_the_bundles_own_ca) {
    EXPECT_EQ(judge({}), ErrorCode{});
}

TEST_F(CrlTest, refuses_a_list_outside_its_time) {
    const CrlOptions options;
    EXPECT_EQ(judge(options, options.this_update), ErrorCode{});
    EXPECT_EQ(judge(options, options.next_update), ErrorCode{});
    EXPECT_EQ(judge(options, seconds_from_now(-61)), make_error_code(X509Error::crl_not_yet_valid));
    EXPECT_EQ(judge(options, seconds_from_now(kDay - 59)), make_error_code(X509Error::crl_stale));
}

TEST_F(CrlTest, refuses_a_list_that_promises_no_update_within_a_day) {
    CrlOptions options;
    options.next_update = UnixSeconds{options.this_update.value() + kMaxCrlSeconds + 1};
    EXPECT_EQ(judge(options), make_error_code(X509Error::crl_too_long_lived));
}

TEST_F(CrlTest, refuses_a_list_that_another_ca_signed) {
    const TestCa other{"tj.pve.example", {.common_name = "another"}};
    const auto foreign = *Crl::parse(other.crl());
    const auto same_name = *Crl::parse(ca_.same_name().crl());
    EXPECT_EQ(verify_crl(foreign, bundle_, kTestNow).error(), X509Error::crl_bad_issuer);
    EXPECT_EQ(verify_crl(same_name, bundle_, kTestNow).error(), X509Error::crl_bad_signature);
    EXPECT_EQ(judge({.damage_signature = true}), make_error_code(X509Error::crl_bad_signature));
}

TEST_F(CrlTest, refuses_a_ca_that_may_not_sign_lists) {
    const TestCa silent{"tj.pve.example", {.key_usage = "critical,keyCertSign"}};
    const auto bundle =
        *TrustBundle::make("tj.pve.example", std::vector<Bytes>{silent.certificate()});
    EXPECT_EQ(verify_crl(*Crl::parse(silent.crl()), bundle, kTestNow).error(),
              X509Error::crl_bad_issuer);
}

TEST_F(CrlTest, refuses_a_list_without_number_or_with_a_critical_extension) {
    EXPECT_EQ(judge({.with_number = false}), make_error_code(X509Error::malformed));
    EXPECT_EQ(judge({.critical_extension_oid = "1.3.6.1.4.1.55555.2"}),
              make_error_code(X509Error::malformed));
}

TEST_F(CrlTest, refuses_every_truncation_and_any_extra_byte) {
    const auto der = ca_.crl();
    for (std::size_t n = 0; n < der.size(); ++n) {
        EXPECT_EQ(Crl::parse(ByteView{der}.first(n)).error(), X509Error::malformed) << n;
    }
    auto longer = der;
    longer.push_back(0);
    EXPECT_EQ(Crl::parse(longer).error(), X509Error::malformed);
}

TEST_F(CrlTest, orders_lists_by_number) {
    const auto at = [&](std::uint64_t n) {
        return *Crl::parse(ca_.crl({.number = n}));
    };
    EXPECT_TRUE(at(2).is_newer_than(at(1)));
    EXPECT_TRUE(at(256).is_newer_than(at(255)));
    EXPECT_FALSE(at(255).is_newer_than(at(256)));
    EXPECT_FALSE(at(7).is_newer_than(at(7)));
}

}  // namespace
}  // namespace serai::crypto::x509
