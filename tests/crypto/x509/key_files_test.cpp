#include "crypto/x509/key_files.hpp"

#include "crypto/primitive/hash.hpp"
#include "crypto/x509/certificate.hpp"
#include "crypto/x509/requests.hpp"
#include "tests/crypto/x509/test_ca.hpp"

#include <gtest/gtest.h>

namespace serai::crypto::x509 {
namespace {

// RFC 8410, section 10.3, the first example: the seed and both forms of it.
constexpr std::string_view kRfcSeed =
    "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842";
constexpr std::string_view kRfcPublicKey =
    "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
constexpr std::string_view kRfcPem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";
// RFC 8410, section 10.1.
constexpr std::string_view kRfcSpki =
    "302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

SignatureKeyPair rfc_key() {
    return *ed25519_from_seed(SecretView::of_public(*from_hex(kRfcSeed)));
}

TEST(KeyFiles, write_the_example_of_rfc_8410) {
    pkcs8_pem(rfc_key().private_key).with_bytes(SecretAccess{"test"}, [](ByteView pem) {
        EXPECT_EQ(as_text(pem), kRfcPem);
    });
    EXPECT_EQ(to_hex(*ed25519_spki(rfc_key().public_key)), kRfcSpki);
}

TEST(KeyFiles, read_what_they_write) {
    const auto key = ed25519_generate();
    EXPECT_EQ(parse_private_key(pkcs8_pem(key.private_key))->public_key, key.public_key);
    EXPECT_EQ(parse_private_key(pkcs8_der(key.private_key))->public_key, key.public_key);
}

TEST(KeyFiles, read_the_example_of_rfc_8410) {
    const auto key = parse_private_key(SecretView::of_public(as_bytes(kRfcPem)));
    ASSERT_TRUE(key);
    EXPECT_EQ(to_hex(key->public_key), kRfcPublicKey);
}

TEST(KeyFiles, refuse_what_is_no_ed25519_key) {
    // An X25519 key in the same form: only the algorithm differs.
    auto x25519 = *from_hex("302e020100300506032b656e04220420" + std::string{kRfcSeed});
    EXPECT_EQ(parse_private_key(SecretView::of_public(x25519)).error(), X509Error::malformed);
    EXPECT_EQ(parse_private_key(SecretView::of_public(as_bytes("no key"))).error(),
              X509Error::malformed);
    EXPECT_EQ(parse_private_key(SecretView{}).error(), X509Error::malformed);
    const auto damaged = std::string{kRfcPem}.replace(40, 1, "!");
    EXPECT_EQ(parse_private_key(SecretView::of_public(as_bytes(damaged))).error(),
              X509Error::malformed);
}

TEST(Pem, blocks_survive_the_round_trip) {
    const Bytes a(100, 0xab);
    const Bytes b{1, 2, 3};
    const auto text = pem_encode("CERTIFICATE", a) + pem_encode("X509 CRL", b) + "a remark\n" +
                      pem_encode("CERTIFICATE", b);
    EXPECT_EQ(*pem_decode("CERTIFICATE", text), (std::vector<Bytes>{a, b}));
    EXPECT_EQ(*pem_decode("X509 CRL", text), std::vector<Bytes>{b});
}

TEST(Pem, refuses_damage_and_absence) {
    const auto text = pem_encode("CERTIFICATE", Bytes(100, 0xab));
    EXPECT_EQ(pem_decode("CERTIFICATE", "nothing here").error(), X509Error::malformed);
    EXPECT_EQ(pem_decode("X509 CRL", text).error(), X509Error::malformed);
    EXPECT_EQ(pem_decode("CERTIFICATE", text + text.substr(0, text.size() / 2)).error(),
              X509Error::malformed);
}

TEST(ServerCertificate, is_of_the_key_that_genesis_pins) {
    const auto key = ed25519_generate();
    for (const auto* host : {"localhost", "127.0.0.1", "::1", "chat.pve.example"}) {
        const auto der = make_server_certificate(
            host, key, tests::kTestNow, tests::seconds_from_now(tests::kDay));
        ASSERT_TRUE(der) << host;
        const auto certificate = Certificate::parse(*der);
        ASSERT_TRUE(certificate) << host;
        EXPECT_EQ(certificate->spki_hash(), *ed25519_spki_hash(key.public_key));
        EXPECT_EQ(certificate->not_before(), tests::kTestNow);
        EXPECT_FALSE(certificate->is_ca());
    }
}

TEST(ServerCertificate, refuses_a_host_that_is_none) {
    for (const auto* host : {"", "a,URI:spiffe://kz.pve.example/x", "a b", "host:443"}) {
        EXPECT_EQ(
            make_server_certificate(
                host, ed25519_generate(), tests::kTestNow, tests::seconds_from_now(tests::kDay))
                .error(),
            X509Error::malformed)
            << host;
    }
}

}  // namespace
}  // namespace serai::crypto::x509
