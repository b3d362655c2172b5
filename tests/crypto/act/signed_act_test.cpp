#include "crypto/act/signed_act.hpp"

#include "tests/crypto/x509/test_ca.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

namespace serai::crypto::act {
namespace {

using protocol::network::Act;
using protocol::network::OpenDocumentStatement;
using tests::kDay;
using tests::kTestNow;
using tests::seconds_from_now;
using tests::TestCa;
using x509::X509Error;

class SignedAct : public testing::Test {
  protected:
    SignedAct() {
        trust_.set_bundle(
            *x509::TrustBundle::make("uz.pve.example", std::vector<Bytes>{ca_.certificate()}));
    }

    Act sign(UnixSeconds time = kTestNow) const {
        OpenDocumentStatement statement;
        statement.group = GroupId{{3}};
        statement.version = 2;
        return sign_statement(context_, statement, {chain_, key_.private_key}, time);
    }

    ErrorCode error_of(const Act& act) const {
        const auto result = verify_act(context_, act, trust_);
        return result ? ErrorCode{} : result.error();
    }

    TestCa ca_{"uz.pve.example"};
    SignatureKeyPair key_ = ed25519_generate();
    std::vector<Bytes> chain_{ca_.issue_device("focal-point/person-1/laptop", key_.public_key)};
    ActContext context_{NetworkId{{1}}, "log.example/audit"};
    x509::TrustStore trust_;
};

TEST_F(SignedAct, says_who_signed_what) {
    const auto act = sign();
    const auto verified = verify_act(context_, act, trust_);
    ASSERT_TRUE(verified) << verified.error().message();
    EXPECT_EQ(verified->signer.id.to_string(),
              "spiffe://uz.pve.example/focal-point/person-1/laptop");
    EXPECT_EQ(verified->signer.id.person.role, protocol::network::Role::focal_point);
    const auto statement = OpenDocumentStatement::parse(act.fields);
    ASSERT_TRUE(statement);
    EXPECT_EQ(statement->version, 2U);
    EXPECT_EQ(statement->group, GroupId{{3}});
}

TEST_F(SignedAct, survives_the_wire) {
    const auto act = sign();
    const auto back = protocol::codec::decode_exact<Act>(protocol::codec::encode(act));
    ASSERT_TRUE(back);
    EXPECT_EQ(error_of(*back), ErrorCode{});
}

TEST_F(SignedAct, draws_a_new_id_and_new_salts_each_time) {
    const auto first = sign();
    const auto second = sign();
    EXPECT_NE(first.seal.header.act_id, second.seal.header.act_id);
    EXPECT_NE(first.fields[0].salt, second.fields[0].salt);
}

TEST_F(SignedAct, is_refused_when_any_signed_part_changed) {
    const std::pair<const char*, std::function<void(Act&)>> kChanges[] = {
        {"value",
         [](Act& a) {
             a.fields[0].value[0] ^= 1;
         }},
        {"name",
         [](Act& a) {
             a.fields[0].name = "other";
         }},
        {"salt",
         [](Act& a) {
             a.fields[0].salt[0] ^= 1;
         }},
        {"field gone",
         [](Act& a) {
             a.fields.pop_back();
         }},
        {"act id",
         [](Act& a) {
             a.seal.header.act_id = EntryId{{1}};
         }},
        {"time",
         [](Act& a) {
             a.seal.header.time = UnixSeconds{a.seal.header.time.value() + 1};
         }},
        {"not after",
         [](Act& a) {
             a.seal.header.not_after = UnixSeconds{a.seal.header.not_after.value() + 1};
         }},
        {"kind",
         [](Act& a) {
             a.seal.header.kind = protocol::network::ActKind::complete_document;
         }},
        {"predecessor",
         [](Act& a) {
             a.seal.header.predecessor_state = Digest{};
         }},
        {"signature",
         [](Act& a) {
             a.seal.signature[10] ^= 1;
         }},
        {"no signature",
         [](Act& a) {
             a.seal.signature.clear();
         }},
    };
    for (const auto& [what, change] : kChanges) {
        auto act = sign();
        change(act);
        EXPECT_EQ(error_of(act), make_error_code(ActError::bad_signature)) << what;
    }
}

TEST_F(SignedAct, is_of_one_network_and_one_log) {
    auto elsewhere = context_;
    elsewhere.network_id = NetworkId{{2}};
    EXPECT_EQ(verify_act(elsewhere, sign(), trust_).error(), ActError::wrong_network);
    elsewhere = context_;
    elsewhere.origin = "other.example/audit";
    EXPECT_EQ(verify_act(elsewhere, sign(), trust_).error(), ActError::wrong_network);
}

TEST_F(SignedAct, is_bound_to_the_certificate_it_was_signed_with) {
    auto act = sign();
    // A second certificate of the same key, such as a renewal that kept it.
    act.seal.chain = {ca_.issue_device("focal-point/person-1/laptop", key_.public_key)};
    EXPECT_EQ(error_of(act), make_error_code(ActError::certificate_mismatch));
}

TEST_F(SignedAct, is_refused_from_a_key_that_is_not_the_certificates) {
    const auto other = ed25519_generate();
    const auto act =
        sign_statement(context_, OpenDocumentStatement{}, {chain_, other.private_key}, kTestNow);
    EXPECT_EQ(error_of(act), make_error_code(ActError::bad_signature));
}

TEST_F(SignedAct, is_judged_by_its_certificate_as_of_its_own_time) {
    EXPECT_EQ(error_of(sign(seconds_from_now(89 * kDay))), ErrorCode{});
    EXPECT_EQ(error_of(sign(seconds_from_now(91 * kDay))), make_error_code(X509Error::expired));
    EXPECT_EQ(error_of(sign(seconds_from_now(-2 * kDay))),
              make_error_code(X509Error::not_yet_valid));
}

TEST_F(SignedAct, is_refused_from_another_partys_ca_and_from_a_revoked_device) {
    const TestCa kz{"kz.pve.example"};
    tests::LeafOptions options;
    options.uris = {ca_.uri("focal-point/person-1/laptop")};
    options.public_key = key_.public_key;
    const auto foreign = sign_statement(
        context_, OpenDocumentStatement{}, {{kz.issue(options)}, key_.private_key}, kTestNow);
    EXPECT_EQ(error_of(foreign), make_error_code(X509Error::untrusted_issuer));

    const auto act = sign();
    tests::CrlOptions crl;
    crl.serials = {x509::Certificate::parse(chain_.front())->serial()};
    ASSERT_TRUE(trust_.add_crl("uz.pve.example", *x509::Crl::parse(ca_.crl(crl)), kTestNow));
    EXPECT_EQ(error_of(act), make_error_code(X509Error::revoked));
}

TEST_F(SignedAct, lasts_no_longer_than_it_may) {
    const auto sign_for = [&](std::uint64_t seconds) {
        return sign_statement(
            context_, OpenDocumentStatement{}, {chain_, key_.private_key}, kTestNow, seconds);
    };
    EXPECT_EQ(error_of(sign_for(kMaxActSeconds)), ErrorCode{});
    EXPECT_THROW(static_cast<void>(sign_for(kMaxActSeconds + 1)), std::invalid_argument);
    auto longer = sign_for(kMaxActSeconds);
    longer.seal.header.not_after = UnixSeconds{longer.seal.header.not_after.value() + 1};
    EXPECT_EQ(error_of(longer), make_error_code(ActError::bad_validity));
    auto backwards = sign();
    backwards.seal.header.not_after = UnixSeconds{backwards.seal.header.time.value() - 1};
    EXPECT_EQ(error_of(backwards), make_error_code(ActError::bad_validity));
}

TEST_F(SignedAct, counts_from_its_time_to_its_end) {
    const auto header = sign().seal.header;
    const auto at = [&](std::int64_t delta) {
        return check_act_time(header, seconds_from_now(delta));
    };
    const auto skew = static_cast<std::int64_t>(kMaxClockSkewSeconds);
    EXPECT_TRUE(at(0));
    EXPECT_TRUE(at(600));
    EXPECT_EQ(at(601).error(), ActError::expired);
    EXPECT_TRUE(at(-skew));
    EXPECT_EQ(at(-skew - 1).error(), ActError::not_yet_valid);
}

TEST_F(SignedAct, is_checked_against_a_kept_identity_without_its_chain) {
    const auto act = sign();
    const auto signer = trust_.verify(chain_, kTestNow, x509::Usage::signature);
    ASSERT_TRUE(signer);
    EXPECT_EQ(*verify_act_signature(context_, act, *signer),
              verify_act(context_, act, trust_)->act_root);
    auto p256 = *signer;
    p256.key_algorithm = x509::KeyAlgorithm::ecdsa_p256;
    EXPECT_EQ(verify_act_signature(context_, act, p256).error(), ActError::unsupported_key);
}

}  // namespace
}  // namespace serai::crypto::act
