#include "client/setup/genesis_tools.hpp"

#include "client/connection/endpoint.hpp"
#include "client/files.hpp"
#include "crypto/act/genesis.hpp"
#include "crypto/merkle/note.hpp"
#include "crypto/x509/key_files.hpp"
#include "tests/crypto/x509/test_ca.hpp"
#include "tests/support/temp_directory.hpp"

#include <gtest/gtest.h>

#include <map>

namespace serai::client::setup {
namespace {

class GenesisTools : public testing::Test {
  protected:
    GenesisTools() {
        const auto log = crypto::ed25519_generate();
        input.name = "Test network";
        input.log_key =
            crypto::merkle::VerifierKey::make("log.example/1", log.public_key)->to_string();
        for (const std::string code : {"UZ", "KZ"}) {
            std::string domain = code == "UZ" ? "uz.pve.example" : "kz.pve.example";
            cas.emplace(code, tests::TestCa{domain});
            const auto file = folder.path() / (code + ".pem");
            const std::string pem =
                crypto::x509::pem_encode("CERTIFICATE", cas.at(code).certificate());
            EXPECT_TRUE(write_file_durably(file, as_bytes(pem)));
            input.parties.push_back({code,
                                     protocol::network::PartyKind::member_state,
                                     std::move(domain),
                                     file.string()});
        }
    }

    std::vector<RawSignature> signatures_of(const protocol::network::Genesis& genesis) {
        std::vector<RawSignature> all;
        for (const auto& [code, ca] : cas) {
            const auto party = *protocol::network::PartyCode::parse(code);
            all.push_back(
                {party, crypto::act::sign_genesis(genesis, party, ca.key().private_key).signature});
        }
        return all;
    }

    tests::TempDirectory folder;
    std::map<std::string, tests::TestCa> cas;
    DraftInput input;
    Diagnostics diagnostics;
};

TEST_F(GenesisTools, make_a_genesis_that_everybody_can_verify) {
    const auto draft = draft_genesis(input, tests::kTestNow, diagnostics);
    ASSERT_TRUE(draft) << diagnostics.explanation();

    const auto sealed = seal_genesis(*draft, signatures_of(*draft), diagnostics);

    ASSERT_TRUE(sealed) << diagnostics.explanation();
    EXPECT_TRUE(crypto::act::verify_genesis(*sealed, crypto::act::genesis_fingerprint(*draft)));
    EXPECT_EQ(sealed->statement.parties.front().code.text(), "KZ");
}

TEST_F(GenesisTools, want_the_signature_of_every_party) {
    const auto draft = draft_genesis(input, tests::kTestNow, diagnostics);
    ASSERT_TRUE(draft);
    auto signatures = signatures_of(*draft);
    signatures.pop_back();

    EXPECT_EQ(seal_genesis(*draft, signatures, diagnostics).error(), ClientError::untrusted);
    EXPECT_NE(diagnostics.explanation().find("UZ"), std::string::npos);
}

TEST_F(GenesisTools, refuse_a_signature_by_another_party) {
    const auto draft = draft_genesis(input, tests::kTestNow, diagnostics);
    ASSERT_TRUE(draft);
    auto signatures = signatures_of(*draft);
    std::swap(signatures[0].signature, signatures[1].signature);

    EXPECT_EQ(seal_genesis(*draft, signatures, diagnostics).error(), ClientError::untrusted);
}

TEST_F(GenesisTools, refuse_a_party_twice) {
    input.parties.push_back(input.parties.front());
    EXPECT_EQ(draft_genesis(input, tests::kTestNow, diagnostics).error(),
              ClientError::bad_argument);
}

TEST_F(GenesisTools, name_the_file_that_cannot_be_read) {
    input.parties.front().file = "/nonexistent/ca.pem";
    EXPECT_EQ(draft_genesis(input, tests::kTestNow, diagnostics).error(), ClientError::file_failed);
    EXPECT_NE(diagnostics.explanation().find("/nonexistent/ca.pem"), std::string::npos);
}

TEST(PartyInput, is_read_as_it_is_typed) {
    const auto party = PartyInput::parse("UN:secretariat:un.pve.example:/a:b/ca.pem");
    ASSERT_TRUE(party);
    EXPECT_EQ(party->code, "UN");
    EXPECT_EQ(party->kind, protocol::network::PartyKind::secretariat);
    EXPECT_EQ(party->trust_domain, "un.pve.example");
    EXPECT_EQ(party->file, "/a:b/ca.pem");
    EXPECT_FALSE(PartyInput::parse("UN:king:un.pve.example:ca.pem"));
    EXPECT_FALSE(PartyInput::parse("UN:state:un.pve.example"));
    EXPECT_FALSE(PartyInput::parse("UN:state:un.pve.example:"));
}

TEST(Fingerprint, is_read_with_and_without_spaces) {
    Digest digest{};
    digest[0] = 0xC1;
    digest[31] = 0x7F;
    EXPECT_EQ(*parse_fingerprint(spaced_fingerprint(digest)), digest);
    EXPECT_EQ(*parse_fingerprint(to_hex(digest)), digest);
    EXPECT_FALSE(parse_fingerprint("c187"));
}

TEST(Endpoint, is_a_host_and_a_port) {
    using connection::Endpoint;
    EXPECT_EQ(Endpoint::parse("localhost:7443")->host, "localhost");
    EXPECT_EQ(Endpoint::parse("[::1]:7443")->host, "::1");
    EXPECT_EQ(Endpoint::parse("[::1]:7443")->to_string(), "[::1]:7443");
    for (const char* bad :
         {"localhost", "localhost:", ":7443", "::1:7443", "a:0", "a:70000", "a:7x"}) {
        EXPECT_FALSE(Endpoint::parse(bad)) << bad;
    }
}

}  // namespace
}  // namespace serai::client::setup
