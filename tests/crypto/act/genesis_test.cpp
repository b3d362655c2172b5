#include "crypto/act/genesis.hpp"

#include "crypto/primitive/hash.hpp"
#include "tests/crypto/x509/test_ca.hpp"

#include <gtest/gtest.h>

namespace serai::crypto::act {
namespace {

using protocol::network::Party;
using protocol::network::PartyCode;
using protocol::network::PartyKind;
using protocol::network::SignedGenesis;
using tests::TestCa;

class GenesisTest : public testing::Test {
  protected:
    GenesisTest() {
        auto& statement = genesis_.statement;
        statement.network_id = NetworkId{{1}};
        statement.name = "a network";
        statement.log_origin = "log.example/audit";
        statement.log_key =
            merkle::VerifierKey::make("log.example/audit", log_.public_key)->to_string();
        statement.parties = {{*PartyCode::parse("KZ"),
                              PartyKind::member_state,
                              "kz.pve.example",
                              {kz_.certificate()}},
                             {*PartyCode::parse("UZ"),
                              PartyKind::member_state,
                              "uz.pve.example",
                              {uz_.certificate()}}};
        sign();
    }

    void sign() {
        genesis_.signatures = {
            sign_genesis(genesis_.statement, *PartyCode::parse("KZ"), kz_.key().private_key),
            sign_genesis(genesis_.statement, *PartyCode::parse("UZ"), uz_.key().private_key)};
    }

    void expect_refused() { EXPECT_EQ(verify_genesis(genesis_).error(), ActError::bad_genesis); }

    TestCa kz_{"kz.pve.example"};
    TestCa uz_{"uz.pve.example"};
    SignatureKeyPair log_ = ed25519_generate();
    SignedGenesis genesis_;
};

TEST_F(GenesisTest, gives_the_bundles_and_keys_of_a_network) {
    const auto network = verify_genesis(genesis_, genesis_fingerprint(genesis_.statement));
    ASSERT_TRUE(network) << network.error().message();
    EXPECT_EQ(network->log_key.public_key(), log_.public_key);
    EXPECT_EQ(network->act_context().origin, "log.example/audit");
    const std::vector<Bytes> chain{uz_.issue_device("focal-point/person-1/laptop")};
    EXPECT_TRUE(network->trust.verify(chain, tests::kTestNow, x509::Usage::signature));
}

TEST_F(GenesisTest, has_a_fingerprint_that_covers_the_statement_and_is_not_what_is_signed) {
    const auto encoded = protocol::codec::encode(genesis_.statement);
    const std::string label = "serai/genesis/v1";
    EXPECT_EQ(genesis_fingerprint(genesis_.statement), sha256({as_bytes(label), encoded}));
    Bytes expected = to_bytes(as_bytes("Serai 1.0 genesis"));
    expected.push_back(0);
    append(expected, sha256(encoded));
    EXPECT_EQ(genesis_signing_bytes(genesis_.statement), expected);
}

TEST_F(GenesisTest, is_refused_under_another_fingerprint) {
    auto fingerprint = genesis_fingerprint(genesis_.statement);
    fingerprint[31] ^= 1;
    EXPECT_EQ(verify_genesis(genesis_, fingerprint).error(), ActError::wrong_fingerprint);
}

TEST_F(GenesisTest, is_refused_when_the_statement_changed_after_signing) {
    genesis_.statement.quorum = 1;
    expect_refused();
}

TEST_F(GenesisTest, is_refused_without_every_partys_signature_in_order) {
    std::swap(genesis_.signatures[0], genesis_.signatures[1]);
    expect_refused();
    genesis_.signatures.pop_back();
    expect_refused();
}

TEST_F(GenesisTest, is_refused_when_one_party_signed_for_another) {
    genesis_.signatures[1] =
        sign_genesis(genesis_.statement, *PartyCode::parse("UZ"), kz_.key().private_key);
    expect_refused();
}

TEST_F(GenesisTest, is_refused_with_a_bundle_of_another_domain) {
    genesis_.statement.parties[1].bundle = {kz_.certificate()};
    genesis_.signatures = {
        sign_genesis(genesis_.statement, *PartyCode::parse("KZ"), kz_.key().private_key),
        sign_genesis(genesis_.statement, *PartyCode::parse("UZ"), kz_.key().private_key)};
    expect_refused();
}

TEST_F(GenesisTest, is_refused_with_a_log_key_that_is_not_the_origins) {
    genesis_.statement.log_key =
        merkle::VerifierKey::make("other.example", log_.public_key)->to_string();
    sign();
    expect_refused();
    genesis_.statement.log_key = "no key";
    sign();
    expect_refused();
}

TEST_F(GenesisTest, is_refused_without_parties) {
    genesis_.statement.parties.clear();
    genesis_.signatures.clear();
    expect_refused();
}

}  // namespace
}  // namespace serai::crypto::act
