// The script that makes development CAs and the verifier that judges what it makes, together.
#include "crypto/x509/chain_verifier.hpp"
#include "crypto/x509/key_files.hpp"
#include "crypto/x509/requests.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace serai::crypto::x509 {
namespace {

namespace fs = std::filesystem;

UnixSeconds clock_now() {
    return UnixSeconds{
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(
                                       std::chrono::system_clock::now().time_since_epoch())
                                       .count())};
}

class DevCa : public testing::Test {
  protected:
    DevCa() {
        std::string pattern = (fs::temp_directory_path() / "serai-dev-ca-XXXXXX").string();
        dir_ = mkdtemp(pattern.data());
        EXPECT_TRUE(run("init " + dir_.string() + " UZ KZ"));
        request("uz.csr", "spiffe://uz.pve.example/focal-point/person-1/laptop");
    }

    ~DevCa() override { fs::remove_all(dir_); }

    DevCa(const DevCa&) = delete;
    DevCa& operator=(const DevCa&) = delete;

    bool run(const std::string& arguments) const {
        std::string command{
            SERAI_DEV_CA};  // operator+ makes g++ 12 see an overflow that is not there
        command.append(" ").append(arguments).append(" >/dev/null 2>&1");
        return std::system(command.c_str()) == 0;
    }

    // issue PARTY uz.csr cert.pem and options
    bool issue(const std::string& party, const std::string& options = "") const {
        return run("issue " + dir_.string() + " " + party + " " + path("uz.csr") + " " +
                   path("cert.pem") + " " + options);
    }

    std::string path(const std::string& name) const { return (dir_ / name).string(); }

    std::string read(const std::string& name) const {
        std::ifstream in{path(name), std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
    }

    void write(const std::string& name, ByteView bytes) const {
        std::ofstream{path(name), std::ios::binary} << as_text(bytes);
    }

    void request(const std::string& name, const std::string& uri) {
        const auto id = protocol::network::SpiffeId::parse(uri);
        write(name, *make_certificate_request(*id, key_));
    }

    TrustStore store() const {
        TrustStore store;
        for (const auto* party : {"UZ", "KZ"}) {
            const std::string domain =
                std::string{party} == "UZ" ? "uz.pve.example" : "kz.pve.example";
            const auto roots = pem_decode("CERTIFICATE", read(std::string{party} + "/ca.pem"));
            store.set_bundle(*TrustBundle::make(domain, *roots));
        }
        return store;
    }

    Result<Identity> judge(const TrustStore& store) const {
        const auto chain = pem_decode("CERTIFICATE", read("cert.pem"));
        if (!chain) {
            return chain.error();
        }
        return store.verify(*chain, clock_now(), Usage::tls_client);
    }

    void expect_refused(const std::string& options, X509Error expected) {
        ASSERT_TRUE(issue("UZ", options));
        EXPECT_EQ(judge(store()).error(), expected);
    }

    fs::path dir_;
    SignatureKeyPair key_ = ed25519_generate();
};

TEST_F(DevCa, certifies_a_devices_own_key) {
    ASSERT_TRUE(issue("UZ"));
    const auto identity = judge(store());
    ASSERT_TRUE(identity) << identity.error().message();
    EXPECT_EQ(identity->id.to_string(), "spiffe://uz.pve.example/focal-point/person-1/laptop");
    EXPECT_EQ(identity->public_key, key_.public_key);
    EXPECT_EQ(identity->not_after.value() - identity->not_before.value(), 90U * 24 * 60 * 60);
}

TEST_F(DevCa, refuses_to_certify_another_partys_person) {
    EXPECT_FALSE(issue("KZ"));
    EXPECT_FALSE(fs::exists(path("cert.pem")));
}

TEST_F(DevCa, makes_each_bad_certificate_and_the_verifier_says_why_it_is_bad) {
    ASSERT_TRUE(issue("KZ", "--bad-domain"));
    EXPECT_EQ(judge(store()).error(), X509Error::untrusted_issuer);
    expect_refused("--not-before 20200101000000Z --not-after 20200201000000Z", X509Error::expired);
    expect_refused("--not-before 20980101000000Z --not-after 20990101000000Z",
                   X509Error::not_yet_valid);
    expect_refused("--bad-usage keyAgreement", X509Error::wrong_key_usage);
    expect_refused("--bad-uri spiffe://uz.pve.example/auditor/person-1/laptop",
                   X509Error::two_uris);
    expect_refused("--bad-no-uri", X509Error::no_uri);
    expect_refused("--bad-ca", X509Error::leaf_is_ca);
}

TEST_F(DevCa, revokes_with_a_list_whose_number_rises) {
    ASSERT_TRUE(issue("UZ"));
    ASSERT_TRUE(run("crl " + dir_.string() + " UZ " + path("first.crl")));
    ASSERT_TRUE(run("revoke " + dir_.string() + " UZ " + path("cert.pem")));
    ASSERT_TRUE(run("crl " + dir_.string() + " UZ " + path("second.crl")));
    const auto first = Crl::parse(as_bytes(read("first.crl")));
    const auto second = Crl::parse(as_bytes(read("second.crl")));
    ASSERT_TRUE(first && second);
    EXPECT_TRUE(second->is_newer_than(*first));

    auto store = this->store();
    ASSERT_TRUE(store.add_crl("uz.pve.example", *first, clock_now()));
    EXPECT_TRUE(judge(store));
    ASSERT_TRUE(store.add_crl("uz.pve.example", *second, clock_now()));
    EXPECT_EQ(judge(store).error(), X509Error::revoked);
}

TEST_F(DevCa, signs_a_file_with_the_key_of_its_root) {
    const auto statement = as_bytes("the words that the founders agreed on");
    write("statement", statement);
    ASSERT_TRUE(
        run("sign " + dir_.string() + " UZ " + path("statement") + " " + path("signature")));
    const auto root = Certificate::parse(pem_decode("CERTIFICATE", read("UZ/ca.pem"))->front());
    EXPECT_TRUE(ed25519_verify(root->public_key(), statement, as_bytes(read("signature"))));
}

TEST_F(DevCa, keeps_private_keys_private_and_existing_cas_as_they_are) {
    const auto before = read("UZ/ca.pem");
    ASSERT_TRUE(run("init " + dir_.string() + " UZ"));
    EXPECT_EQ(read("UZ/ca.pem"), before);
    EXPECT_EQ(fs::status(path("UZ/ca.key")).permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(DevCa, refuses_a_request_that_names_more_than_one_identity) {
    ASSERT_EQ(std::system(("openssl req -new -newkey ed25519 -nodes -keyout " + path("k") +
                           " -subj /CN=x -out " + path("uz.csr") +
                           " -addext subjectAltName=URI:spiffe://uz.pve.example/a/b/c,"
                           "URI:spiffe://uz.pve.example/d/e/f >/dev/null 2>&1")
                              .c_str()),
              0);
    EXPECT_FALSE(issue("UZ"));
}

}  // namespace
}  // namespace serai::crypto::x509
