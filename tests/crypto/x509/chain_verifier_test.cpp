#include "crypto/x509/chain_verifier.hpp"

#include "crypto/primitive/signature_scheme.hpp"
#include "protocol/base/limits.hpp"
#include "tests/crypto/x509/test_ca.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <atomic>
#include <thread>

namespace serai::crypto::x509 {
namespace {

using tests::CaOptions;
using tests::CrlOptions;
using tests::kDay;
using tests::kTestNow;
using tests::LeafOptions;
using tests::seconds_from_now;
using tests::TestCa;

constexpr auto kDomain = "uz.pve.example";
const std::string kPath = "focal-point/person-1/laptop";

TrustBundle bundle_of(const TestCa& ca, const std::string& trust_domain = kDomain) {
    return *TrustBundle::make(trust_domain, std::vector<Bytes>{ca.certificate()});
}

class ChainVerifier : public testing::Test {
  protected:
    LeafOptions good() const {
        LeafOptions options;
        options.uris = {uz_.uri(kPath)};
        return options;
    }

    Result<Identity> verify(const std::vector<Bytes>& chain,
                            Usage usage = Usage::tls_client,
                            UnixSeconds at = kTestNow) const {
        return verify_chain(chain, bundle_of(uz_), {}, at, usage);
    }

    // The one thing changed in an otherwise good certificate is what it is refused for.
    void refuses(const LeafOptions& options,
                 X509Error expected,
                 Usage usage = Usage::tls_client) const {
        ASSERT_TRUE(verify({uz_.issue(good())}, usage)) << "the unchanged certificate is good";
        const auto result = verify({uz_.issue(options)}, usage);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error(), expected) << result.error().message();
    }

    TestCa uz_{kDomain};
};

TEST_F(ChainVerifier, accepts_a_device_of_the_bundles_own_domain_and_says_who_it_is) {
    const auto key = ed25519_generate();
    const auto der = uz_.issue_device(kPath, key.public_key);

    const auto identity = verify({der});

    ASSERT_TRUE(identity) << identity.error().message();
    EXPECT_EQ(identity->id.to_string(), uz_.uri(kPath));
    EXPECT_EQ(identity->id.person.role, protocol::network::Role::focal_point);
    EXPECT_EQ(identity->key_algorithm, KeyAlgorithm::ed25519);
    EXPECT_EQ(identity->public_key, key.public_key);
    EXPECT_EQ(identity->certificate_hash, Certificate::parse(der)->hash());
    EXPECT_EQ(identity->not_before, seconds_from_now(-kDay));
    EXPECT_EQ(identity->not_after, seconds_from_now(90 * kDay));
}

TEST_F(ChainVerifier, accepts_other_kinds_of_names_beside_the_one_uri) {
    auto options = good();
    options.more_names = "DNS:laptop.example.org";
    EXPECT_TRUE(verify({uz_.issue(options)}));
}

TEST_F(ChainVerifier, ignores_a_root_that_the_peer_sends_along) {
    EXPECT_TRUE(verify({uz_.issue(good()), uz_.certificate()}));
}

TEST_F(ChainVerifier, does_not_trust_a_root_because_the_peer_sends_it) {
    const TestCa other{kDomain, {.common_name = "somebody else"}};
    const auto result = verify({other.issue(good()), other.certificate()});
    EXPECT_EQ(result.error(), X509Error::untrusted_issuer);
}

TEST_F(ChainVerifier, refuses_an_identity_that_another_partys_ca_vouches_for) {
    const TestCa kz{"kz.pve.example"};
    LeafOptions options;
    options.uris = {kz.uri(kPath)};
    const auto certificate = uz_.issue(options);  // UZ names a person of KZ

    const auto against_kz = verify_chain(std::vector<Bytes>{certificate},
                                         bundle_of(kz, "kz.pve.example"),
                                         {},
                                         kTestNow,
                                         Usage::tls_client);
    EXPECT_EQ(against_kz.error(), X509Error::untrusted_issuer);

    const auto against_uz = verify({certificate});
    EXPECT_EQ(against_uz.error(), X509Error::trust_domain_mismatch);
}

TEST_F(ChainVerifier, refuses_a_ca_of_the_right_name_with_another_key) {
    const auto impostor = uz_.same_name();
    EXPECT_EQ(verify({impostor.issue(good())}).error(), X509Error::untrusted_issuer);
}

TEST_F(ChainVerifier, refuses_a_damaged_signature) {
    auto options = good();
    options.damage_signature = true;
    refuses(options, X509Error::bad_signature);
}

TEST_F(ChainVerifier, refuses_an_expired_certificate) {
    auto options = good();
    options.not_after = seconds_from_now(-1);
    refuses(options, X509Error::expired);
}

TEST_F(ChainVerifier, refuses_a_certificate_that_is_not_yet_valid) {
    auto options = good();
    options.not_before = seconds_from_now(1);
    refuses(options, X509Error::not_yet_valid);
}

TEST_F(ChainVerifier, judges_validity_at_the_time_it_is_asked_about) {
    const auto der = uz_.issue(good());
    EXPECT_TRUE(verify({der}, Usage::tls_client, seconds_from_now(-kDay)));
    EXPECT_TRUE(verify({der}, Usage::tls_client, seconds_from_now(90 * kDay - 1)));
    EXPECT_EQ(verify({der}, Usage::tls_client, seconds_from_now(-kDay - 1)).error(),
              X509Error::not_yet_valid);
    EXPECT_EQ(verify({der}, Usage::tls_client, seconds_from_now(90 * kDay)).error(),
              X509Error::expired);
}

TEST_F(ChainVerifier, refuses_a_leaf_under_an_expired_root) {
    const TestCa old{kDomain, {.not_after = seconds_from_now(-1)}};
    const auto result = verify_chain(
        std::vector<Bytes>{old.issue(good())}, bundle_of(old), {}, kTestNow, Usage::tls_client);
    EXPECT_EQ(result.error(), X509Error::expired);
}

TEST_F(ChainVerifier, refuses_key_usage_without_digital_signature) {
    auto options = good();
    options.key_usage = "critical,keyAgreement";
    refuses(options, X509Error::wrong_key_usage);
}

TEST_F(ChainVerifier, refuses_a_leaf_without_key_usage) {
    auto options = good();
    options.key_usage = "";
    refuses(options, X509Error::wrong_key_usage);
}

TEST_F(ChainVerifier, refuses_a_leaf_that_may_sign_certificates_or_crls) {
    auto options = good();
    options.key_usage = "critical,digitalSignature,cRLSign";
    refuses(options, X509Error::wrong_key_usage);
    options.key_usage = "critical,digitalSignature,keyCertSign";
    refuses(options, X509Error::wrong_key_usage);
}

TEST_F(ChainVerifier, refuses_the_wrong_extended_usage_for_tls_only) {
    auto options = good();
    options.extended_key_usage = "serverAuth";
    refuses(options, X509Error::wrong_key_usage, Usage::tls_client);
    EXPECT_TRUE(verify({uz_.issue(options)}, Usage::tls_server));
    EXPECT_TRUE(verify({uz_.issue(options)}, Usage::signature));
}

TEST_F(ChainVerifier, refuses_a_leaf_that_is_a_ca) {
    auto options = good();
    options.basic_constraints = "critical,CA:TRUE";
    options.key_usage = "critical,digitalSignature,keyCertSign";
    refuses(options, X509Error::leaf_is_ca);
}

TEST_F(ChainVerifier, refuses_a_key_that_cannot_sign) {
    auto options = good();
    options.key_kind = tests::LeafKey::x25519;
    refuses(options, X509Error::unsupported_key);
}

// RFC 9420, section 5.3: the leaf's signature_key is the certificate's key, for the signature scheme of any suite.
TEST_F(ChainVerifier, gives_each_kind_of_key_in_the_form_in_which_mls_signs_with_it) {
    struct Kind {
        tests::LeafKey key;
        SignatureScheme scheme;
        KeyAlgorithm algorithm;
    };

    for (const auto& kind :
         {Kind{tests::LeafKey::ed25519, SignatureScheme::ed25519, KeyAlgorithm::ed25519},
          Kind{tests::LeafKey::ed448, SignatureScheme::ed448, KeyAlgorithm::ed448},
          Kind{tests::LeafKey::p256, SignatureScheme::ecdsa_p256_sha256, KeyAlgorithm::ecdsa_p256},
          Kind{tests::LeafKey::p384, SignatureScheme::ecdsa_p384_sha384, KeyAlgorithm::ecdsa_p384},
          Kind{tests::LeafKey::p521,
               SignatureScheme::ecdsa_p521_sha512,
               KeyAlgorithm::ecdsa_p521}}) {
        const auto pair = signature_generate(kind.scheme, system_random());
        auto options = good();
        options.key_kind = kind.key;
        options.public_key = pair.public_key;

        const auto identity = verify({uz_.issue(options)});

        ASSERT_TRUE(identity) << identity.error().message();
        EXPECT_EQ(identity->key_algorithm, kind.algorithm);
        EXPECT_EQ(identity->public_key, pair.public_key);
        EXPECT_TRUE(is_signature_public_key(kind.scheme, identity->public_key));
    }
}

TEST_F(ChainVerifier, refuses_two_uris) {
    auto options = good();
    options.uris.push_back(uz_.uri("focal-point/person-2/laptop"));
    refuses(options, X509Error::two_uris);
}

TEST_F(ChainVerifier, refuses_the_same_uri_twice) {
    auto options = good();
    options.uris.push_back(options.uris.front());
    refuses(options, X509Error::two_uris);
}

TEST_F(ChainVerifier, refuses_no_uri) {
    auto options = good();
    options.uris.clear();
    refuses(options, X509Error::no_uri);
    options.more_names = "DNS:uz.pve.example";
    refuses(options, X509Error::no_uri);
}

TEST_F(ChainVerifier, refuses_a_uri_that_is_no_device_identity) {
    for (const auto* uri : {"https://uz.pve.example/focal-point/person-1/laptop",
                            "spiffe://uz.pve.example",
                            "spiffe://uz.pve.example/focal-point/person-1",
                            "spiffe://uz.pve.example/focal-point/person-1/laptop/more",
                            "spiffe://uz.pve.example/emperor/person-1/laptop",
                            "spiffe://uz.pve.example/focal-point/../laptop",
                            "spiffe://UZ.pve.example/focal-point/person-1/laptop",
                            "spiffe://uz.pve.example:443/focal-point/person-1/laptop"}) {
        auto options = good();
        options.uris = {uri};
        refuses(options, X509Error::bad_spiffe_id);
    }
}

TEST_F(ChainVerifier, refuses_a_critical_extension_that_nobody_knows) {
    auto options = good();
    options.critical_extension_oid = "1.3.6.1.4.1.55555.1";
    refuses(options, X509Error::critical_extension);
}

TEST_F(ChainVerifier, refuses_what_rfc_5280_does_not_allow) {
    auto options = good();
    options.authority_key_id = false;  // RFC 5280, section 4.2.1.1
    refuses(options, X509Error::invalid_path);
}

TEST_F(ChainVerifier, honours_name_constraints) {
    const TestCa narrow{kDomain, {.name_constraints = "critical,permitted;URI:uz.pve.example"}};
    const TestCa wrong{kDomain, {.name_constraints = "critical,permitted;URI:kz.pve.example"}};
    const auto judge = [&](const TestCa& ca) {
        return verify_chain(
            std::vector<Bytes>{ca.issue(good())}, bundle_of(ca), {}, kTestNow, Usage::tls_client);
    };
    EXPECT_TRUE(judge(narrow));
    EXPECT_EQ(judge(wrong).error(), X509Error::name_constraint);
}

TEST_F(ChainVerifier, accepts_an_intermediate_and_needs_it) {
    const auto issuing = uz_.intermediate({.uri = "", .common_name = "issuing CA"});
    const auto leaf = issuing.issue(good());
    EXPECT_TRUE(verify({leaf, issuing.certificate()}));
    EXPECT_EQ(verify({leaf}).error(), X509Error::untrusted_issuer);
}

TEST_F(ChainVerifier, refuses_an_intermediate_that_is_no_ca) {
    const auto issuing = uz_.intermediate({.uri = "",
                                           .basic_constraints = "critical,CA:FALSE",
                                           .key_usage = "critical,digitalSignature",
                                           .common_name = "device"});
    EXPECT_EQ(verify({issuing.issue(good()), issuing.certificate()}).error(),
              X509Error::invalid_path);
}

TEST_F(ChainVerifier, refuses_an_intermediate_below_a_path_length_of_zero) {
    TestCa root{kDomain, {.basic_constraints = "critical,CA:TRUE,pathlen:0"}};
    const auto issuing = root.intermediate({.uri = "", .common_name = "issuing CA"});
    const auto result =
        verify_chain(std::vector<Bytes>{issuing.issue(good()), issuing.certificate()},
                     bundle_of(root),
                     {},
                     kTestNow,
                     Usage::tls_client);
    EXPECT_EQ(result.error(), X509Error::invalid_path);
}

TEST_F(ChainVerifier, refuses_an_empty_chain_and_one_over_the_limits) {
    const auto leaf = uz_.issue(good());
    EXPECT_EQ(verify({}).error(), X509Error::empty_chain);
    EXPECT_EQ(verify(std::vector<Bytes>(kMaxChainCertificates + 1, leaf)).error(),
              X509Error::chain_too_long);
    EXPECT_EQ(verify({Bytes(limits::kMaxCertificateChain + 1)}).error(), X509Error::chain_too_long);
}

TEST_F(ChainVerifier, refuses_bytes_that_are_no_certificate) {
    EXPECT_EQ(verify({Bytes{0x30, 0x03, 0x02, 0x01, 0x00}}).error(), X509Error::malformed);
    EXPECT_EQ(verify({uz_.issue(good()), Bytes{}}).error(), X509Error::malformed);
}

TEST_F(ChainVerifier, accepts_leaves_of_both_roots_while_a_ca_renews_its_key) {
    const auto renewed = uz_.same_name();
    const auto bundle =
        *TrustBundle::make(kDomain, std::vector<Bytes>{uz_.certificate(), renewed.certificate()});
    for (const TestCa* ca : {static_cast<const TestCa*>(&uz_), &renewed}) {
        EXPECT_TRUE(verify_chain(
            std::vector<Bytes>{ca->issue(good())}, bundle, {}, kTestNow, Usage::tls_client));
    }
}

TEST_F(ChainVerifier, judges_in_several_threads_at_once) {
    const auto bundle = bundle_of(uz_);
    const std::vector<Bytes> chain{uz_.issue(good())};
    const std::vector crls{*Crl::parse(uz_.crl())};
    std::atomic<int> accepted = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int k = 0; k < 20; ++k) {
                const auto identity =
                    verify_chain(chain, bundle, crls, kTestNow, Usage::tls_client);
                accepted += identity ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(accepted, 80);
}

TEST_F(ChainVerifier, leaves_no_openssl_error_behind_for_the_next_tls_call) {
    auto options = good();
    options.damage_signature = true;
    ASSERT_FALSE(verify({uz_.issue(options)}));
    ASSERT_FALSE(verify({Bytes{1, 2, 3}}));
    EXPECT_EQ(ERR_peek_error(), 0UL);
}

// ---- revocation ----

class Revocation : public ChainVerifier {
  protected:
    Result<Identity> verify_with(const std::vector<Crl>& crls, const Bytes& leaf) const {
        return verify_chain(
            std::vector<Bytes>{leaf}, bundle_of(uz_), crls, kTestNow, Usage::tls_client);
    }

    Crl list(const TestCa& ca, const CrlOptions& options) const {
        return *Crl::parse(ca.crl(options));
    }

    CrlOptions naming(const Bytes& leaf) const {
        CrlOptions options;
        options.serials = {Bytes{1}, Certificate::parse(leaf)->serial(), Bytes{0x7f, 2}};
        return options;
    }
};

TEST_F(Revocation, refuses_a_revoked_certificate_and_no_other) {
    const auto bad = uz_.issue(good());
    const auto fine = uz_.issue(good());
    const std::vector crls{list(uz_, naming(bad))};
    EXPECT_EQ(verify_with(crls, bad).error(), X509Error::revoked);
    EXPECT_TRUE(verify_with(crls, fine));
}

TEST_F(Revocation, needs_a_list_of_the_leafs_issuer_once_there_are_lists) {
    const TestCa other{kDomain, {.common_name = "another CA of UZ"}};
    EXPECT_EQ(verify_with({list(other, {})}, uz_.issue(good())).error(), X509Error::crl_missing);
}

TEST_F(Revocation, refuses_a_list_past_its_next_update) {
    CrlOptions options;
    options.this_update = seconds_from_now(-kDay);
    options.next_update = seconds_from_now(-1);
    EXPECT_EQ(verify_with({list(uz_, options)}, uz_.issue(good())).error(), X509Error::crl_stale);
}

TEST_F(Revocation, refuses_a_list_that_somebody_of_the_same_name_signed) {
    EXPECT_EQ(verify_with({list(uz_.same_name(), {})}, uz_.issue(good())).error(),
              X509Error::crl_bad_signature);
}

TEST_F(Revocation, refuses_a_list_with_a_damaged_signature) {
    EXPECT_EQ(verify_with({list(uz_, {.damage_signature = true})}, uz_.issue(good())).error(),
              X509Error::crl_bad_signature);
}

TEST_F(Revocation, judges_leaves_of_the_old_root_by_the_list_of_the_new_one) {
    const auto renewed = uz_.same_name();
    const auto bundle =
        *TrustBundle::make(kDomain, std::vector<Bytes>{uz_.certificate(), renewed.certificate()});
    const auto old_leaf = uz_.issue(good());
    const std::vector crls{list(renewed, naming(old_leaf))};
    EXPECT_EQ(verify_chain(std::vector<Bytes>{old_leaf}, bundle, crls, kTestNow, Usage::tls_client)
                  .error(),
              X509Error::revoked);
}

// ---- the store of all parties ----

class Store : public ChainVerifier {
  protected:
    Store() {
        store_.set_bundle(bundle_of(uz_));
        store_.set_bundle(bundle_of(kz_, "kz.pve.example"));
    }

    Result<Identity> judge(const Bytes& leaf) const {
        return store_.verify(std::vector<Bytes>{leaf}, kTestNow, Usage::tls_client);
    }

    TestCa kz_{"kz.pve.example"};
    TrustStore store_;
};

TEST_F(Store, chooses_the_bundle_by_the_claimed_trust_domain) {
    EXPECT_EQ(judge(uz_.issue_device(kPath))->id.person.trust_domain, "uz.pve.example");
    EXPECT_EQ(judge(kz_.issue_device(kPath))->id.person.trust_domain, "kz.pve.example");
}

TEST_F(Store, refuses_the_uz_ca_vouching_for_kz) {
    LeafOptions options;
    options.uris = {kz_.uri(kPath)};
    EXPECT_EQ(judge(uz_.issue(options)).error(), X509Error::untrusted_issuer);
}

TEST_F(Store, refuses_a_trust_domain_of_nobody) {
    const TestCa xx{"xx.pve.example"};
    EXPECT_EQ(judge(xx.issue_device(kPath)).error(), X509Error::unknown_trust_domain);
}

TEST_F(Store, judges_by_the_newest_list_and_takes_no_older_one) {
    const auto leaf = uz_.issue_device(kPath);
    CrlOptions revoking{.number = 300};
    revoking.serials = {Certificate::parse(leaf)->serial()};
    const auto add = [&](const Bytes& crl) {
        return store_.add_crl(kDomain, *Crl::parse(crl), kTestNow);
    };
    ASSERT_TRUE(add(uz_.crl({.number = 255})));
    EXPECT_TRUE(judge(leaf));

    const auto newest = uz_.crl(revoking);
    ASSERT_TRUE(add(newest));
    EXPECT_EQ(judge(leaf).error(), X509Error::revoked);

    EXPECT_EQ(add(uz_.crl({.number = 299})).error(), X509Error::crl_stale);
    EXPECT_EQ(add(uz_.crl({.number = 300})).error(), X509Error::crl_stale);
    EXPECT_TRUE(add(newest)) << "the same list again changes nothing";
    EXPECT_EQ(judge(leaf).error(), X509Error::revoked);
}

TEST_F(Store, refuses_a_list_of_another_partys_ca) {
    EXPECT_EQ(store_.add_crl(kDomain, *Crl::parse(kz_.crl()), kTestNow).error(),
              X509Error::crl_bad_issuer);
    EXPECT_EQ(store_.add_crl("xx.pve.example", *Crl::parse(kz_.crl()), kTestNow).error(),
              X509Error::unknown_trust_domain);
}

}  // namespace
}  // namespace serai::crypto::x509
