#include "crypto/x509/certificate.hpp"

#include "crypto/primitive/hash.hpp"
#include "crypto/x509/key_files.hpp"
#include "crypto/x509/trust_bundle.hpp"
#include "tests/crypto/x509/test_ca.hpp"

#include <gtest/gtest.h>

#include <set>

namespace serai::crypto::x509 {
namespace {

using tests::TestCa;

const std::string kPath = "registrar/person-2/desk";

class CertificateTest : public testing::Test {
  protected:
    TestCa ca_{"kg.pve.example"};
};

TEST_F(CertificateTest, says_what_it_holds) {
    const auto key = ed25519_generate();
    const auto der = ca_.issue_device(kPath, key.public_key);

    const auto certificate = Certificate::parse(der);

    ASSERT_TRUE(certificate);
    EXPECT_EQ(certificate->der(), der);
    EXPECT_EQ(certificate->hash(), sha256(der));
    EXPECT_EQ(certificate->spki(), *ed25519_spki(key.public_key));
    EXPECT_EQ(certificate->spki_hash(), *ed25519_spki_hash(key.public_key));
    EXPECT_EQ(certificate->public_key(), key.public_key);
    EXPECT_EQ(certificate->issuer(), Certificate::parse(ca_.certificate())->subject());
    EXPECT_EQ(certificate->claimed_id()->to_string(), ca_.uri(kPath));
    EXPECT_FALSE(certificate->is_ca());
    EXPECT_TRUE(Certificate::parse(ca_.certificate())->is_ca());
}

TEST_F(CertificateTest, refuses_every_truncation_and_any_extra_byte) {
    const auto der = ca_.issue_device(kPath);
    for (std::size_t n = 0; n < der.size(); ++n) {
        EXPECT_EQ(Certificate::parse(ByteView{der}.first(n)).error(), X509Error::malformed) << n;
    }
    auto longer = der;
    longer.push_back(0);
    EXPECT_EQ(Certificate::parse(longer).error(), X509Error::malformed);
}

TEST_F(CertificateTest, refuses_another_encoding_of_the_same_certificate) {
    const auto der = ca_.issue_device(kPath);
    ASSERT_EQ(der[1], 0x82) << "a length of two bytes";
    Bytes longer_length{der[0], 0x83, 0x00};
    append(longer_length, ByteView{der}.subspan(2));
    EXPECT_EQ(Certificate::parse(longer_length).error(), X509Error::malformed);
}

TEST_F(CertificateTest, survives_any_single_changed_byte) {
    const auto der = ca_.issue_device(kPath);
    std::size_t refused = 0;
    for (std::size_t i = 0; i < der.size(); ++i) {
        auto changed = der;
        changed[i] ^= 0x55;
        const auto parsed = Certificate::parse(changed);
        refused += parsed ? 0U : 1U;
        if (parsed) {
            EXPECT_EQ(parsed->der(), changed);
        }
    }
    EXPECT_GT(refused, 0U);
}

class BundleTest : public CertificateTest {
  protected:
    static ErrorCode error_of(const std::vector<Bytes>& roots) {
        const auto bundle = TrustBundle::make("kg.pve.example", roots);
        return bundle ? ErrorCode{} : bundle.error();
    }
};

TEST_F(BundleTest, takes_the_domains_own_roots) {
    EXPECT_EQ(error_of({ca_.certificate()}), ErrorCode{});
    EXPECT_EQ(error_of({ca_.certificate(), ca_.same_name().certificate()}), ErrorCode{});
    EXPECT_EQ(error_of({TestCa("kg.pve.example", {.uri = ""}).certificate()}), ErrorCode{});
}

TEST_F(BundleTest, refuses_anything_else) {
    const auto expected = make_error_code(X509Error::bad_bundle);
    auto issuing = ca_.intermediate({.uri = "", .common_name = "issuing CA"});
    EXPECT_EQ(error_of({}), expected);
    EXPECT_EQ(error_of({ca_.issue_device(kPath)}), expected) << "a leaf";
    EXPECT_EQ(error_of({issuing.certificate()}), expected) << "not self-signed";
    EXPECT_EQ(error_of({TestCa("kz.pve.example").certificate()}), expected) << "another domain's";
    EXPECT_EQ(
        error_of({TestCa("kg.pve.example", {.uri = "spiffe://kg.pve.example/path"}).certificate()}),
        expected);
    EXPECT_EQ(error_of({TestCa("kg.pve.example", {.key_usage = "critical,cRLSign"}).certificate()}),
              expected);
    EXPECT_EQ(error_of({Bytes{1, 2, 3}}), make_error_code(X509Error::malformed));
    EXPECT_EQ(TrustBundle::make("KG!", std::vector<Bytes>{ca_.certificate()}).error(), expected);
}

TEST(X509ErrorNames, are_all_different_and_every_error_has_a_sentence) {
    std::set<std::string> names;
    for (int value = 1; value <= static_cast<int>(X509Error::openssl_failure); ++value) {
        const auto error = static_cast<X509Error>(value);
        names.insert(std::string{name(error)});
        EXPECT_NE(make_error_code(error).message(), "unknown certificate error");
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(X509Error::openssl_failure));
    EXPECT_FALSE(names.contains("unknown"));
    EXPECT_EQ(name(X509Error::revoked), "revoked");
    EXPECT_EQ(name(X509Error::openssl_failure), "openssl_failure");
}

}  // namespace
}  // namespace serai::crypto::x509
