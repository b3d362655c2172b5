// What the client asks of a member's certificate: RFC 9420, sections 5.3 and 5.3.1.
#include "client/channel/judge.hpp"
#include "crypto/act/channel_group.hpp"
#include "crypto/merkle/note.hpp"
#include "crypto/x509/certificate.hpp"
#include "crypto/x509/crl.hpp"
#include "tests/client/bad_certificates.hpp"
#include "tests/crypto/x509/test_ca.hpp"

#include <gtest/gtest.h>

namespace serai::client::channel {
namespace {

namespace mls = crypto::mls;
namespace x509 = crypto::x509;
using tests::TestCa;

constexpr auto kLaptop = "focal-point/person-1/laptop";
constexpr auto kPhone = "focal-point/person-1/phone";

class LeafJudgeTest : public testing::Test {
  protected:
    LeafJudgeTest() {
        trust_.set_bundle(
            *x509::TrustBundle::make("uz.pve.example", std::vector<Bytes>{uz_.certificate()}));
    }

    [[nodiscard]] static Bytes fresh_key() { return crypto::ed25519_generate().public_key; }

    // A leaf with a certificate for that key.
    [[nodiscard]] mls::LeafNode leaf_of(const std::string& path, const Bytes& key) const {
        mls::LeafNode leaf;
        leaf.signature_key = key;
        leaf.credential = {mls::X509Credential{{uz_.issue_device(path, key)}}};
        return leaf;
    }

    [[nodiscard]] ErrorCode verdict(const mls::LeafNode& leaf,
                                    const mls::LeafNode* predecessor = nullptr,
                                    UnixSeconds at = tests::kTestNow) const {
        const auto judged =
            LeafJudge{trust_, at, genesis_}.validate({leaf, mls::LeafOrigin::update, predecessor});
        return judged ? ErrorCode{} : judged.error();
    }

    TestCa uz_{"uz.pve.example"};
    x509::TrustStore trust_;
    protocol::network::Genesis genesis_;
};

TEST_F(LeafJudgeTest, accepts_a_certificate_of_the_leafs_key) {
    EXPECT_EQ(verdict(leaf_of(kLaptop, fresh_key())), ErrorCode{});
}

TEST_F(LeafJudgeTest, refuses_a_certificate_of_another_key) {
    auto leaf = leaf_of(kLaptop, fresh_key());
    leaf.signature_key = fresh_key();
    EXPECT_EQ(verdict(leaf), mls::MlsError::invalid_credential);
}

TEST_F(LeafJudgeTest, refuses_what_is_no_certificate) {
    auto leaf = leaf_of(kLaptop, fresh_key());
    leaf.credential = {mls::BasicCredential{to_bytes(as_bytes("somebody"))}};
    EXPECT_EQ(verdict(leaf), mls::MlsError::invalid_credential);
}

TEST_F(LeafJudgeTest, refuses_a_certificate_that_is_over) {
    const auto leaf = leaf_of(kLaptop, fresh_key());
    EXPECT_EQ(verdict(leaf, nullptr, tests::seconds_from_now(91 * tests::kDay)),
              x509::X509Error::expired);
}

// So in a Welcome's tree and in every commit: both are judged by this.
TEST_F(LeafJudgeTest, refuses_each_bad_certificate) {
    for (tests::BadCertificate& bad : tests::bad_certificates(uz_.uri(kLaptop), tests::kTestNow)) {
        mls::LeafNode leaf;
        leaf.signature_key = fresh_key();
        bad.options.public_key = leaf.signature_key;
        leaf.credential = {mls::X509Credential{{uz_.issue(bad.options)}}};
        EXPECT_EQ(verdict(leaf), bad.error) << bad.name;
    }
}

TEST_F(LeafJudgeTest, refuses_a_certificate_that_was_revoked) {
    const auto leaf = leaf_of(kLaptop, fresh_key());
    const auto other = leaf_of(kPhone, fresh_key());
    tests::CrlOptions options;
    options.serials = {
        x509::Certificate::parse(leaf.credential.x509()->certificates.front())->serial()};
    ASSERT_TRUE(
        trust_.add_crl("uz.pve.example", *x509::Crl::parse(uz_.crl(options)), tests::kTestNow));

    EXPECT_EQ(verdict(leaf), x509::X509Error::revoked);
    EXPECT_EQ(verdict(other), ErrorCode{});
}

TEST_F(LeafJudgeTest, accepts_a_renewed_certificate_of_the_same_device_only) {
    const auto before = leaf_of(kLaptop, fresh_key());
    EXPECT_EQ(verdict(leaf_of(kLaptop, fresh_key()), &before), ErrorCode{});
    EXPECT_EQ(verdict(leaf_of(kPhone, fresh_key()), &before), mls::MlsError::invalid_credential);
}

TEST_F(LeafJudgeTest, calls_a_device_the_same_after_its_certificate_was_renewed) {
    const LeafJudge judge{trust_, tests::kTestNow, genesis_};
    const auto name = judge.client_name(leaf_of(kLaptop, fresh_key()));
    EXPECT_EQ(name, judge.client_name(leaf_of(kLaptop, fresh_key())));
    EXPECT_NE(name, judge.client_name(leaf_of(kPhone, fresh_key())));
}

TEST_F(LeafJudgeTest, lets_nobody_but_the_server_propose_from_outside) {
    const auto log_key = crypto::ed25519_generate();
    genesis_.log_origin = "log.example/serai";
    genesis_.log_key =
        crypto::merkle::VerifierKey::make(genesis_.log_origin, log_key.public_key)->to_string();
    const LeafJudge judge{trust_, tests::kTestNow, genesis_};
    const mls::ExternalSender server = *crypto::act::server_sender(genesis_);
    auto another_key = server;
    another_key.signature_key = fresh_key();
    auto another_name = server;
    another_name.credential = {mls::BasicCredential{to_bytes(as_bytes("somebody"))}};

    EXPECT_TRUE(judge.validate_external_sender(server));
    EXPECT_FALSE(judge.validate_external_sender(another_key));
    EXPECT_FALSE(judge.validate_external_sender(another_name));
}

}  // namespace
}  // namespace serai::client::channel
