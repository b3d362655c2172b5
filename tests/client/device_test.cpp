// What a device takes from its CA, and what not.
#include "client/setup/device.hpp"

#include "crypto/x509/certificate.hpp"
#include "crypto/x509/crl.hpp"
#include "crypto/x509/key_files.hpp"
#include "tests/client/bad_certificates.hpp"

#include <gtest/gtest.h>

namespace serai::client::setup {
namespace {

namespace x509 = crypto::x509;
using tests::TestCa;

constexpr auto kLaptop = "focal-point/person-1/laptop";

class DeviceTest : public testing::Test {
  protected:
    DeviceTest() {
        trust_.set_bundle(
            *x509::TrustBundle::make("uz.pve.example", std::vector<Bytes>{uz_.certificate()}));
    }

    // Installs, and says why not; empty if it was taken.
    std::string install(ByteView pem_or_der) {
        Diagnostics diagnostics;
        const auto done =
            device_.install_certificate(pem_or_der, trust_, tests::kTestNow, diagnostics);
        if (done) {
            return {};
        }
        EXPECT_EQ(done.error(), ClientError::untrusted);
        EXPECT_FALSE(device_.has_certificate());
        return diagnostics.explanation();
    }

    static bool says(const std::string& words, x509::X509Error error) {
        return words.find(make_error_code(error).message()) != std::string::npos;
    }

    TestCa uz_{"uz.pve.example"};
    x509::TrustStore trust_;
    Device device_ = Device::make(*protocol::network::SpiffeId::parse(uz_.uri(kLaptop)));
};

TEST_F(DeviceTest, takes_a_good_certificate_in_either_form) {
    const Bytes der = uz_.issue_device(kLaptop, device_.keys.public_key);

    EXPECT_EQ(install(der), "");
    EXPECT_EQ(install(as_bytes(x509::pem_encode("CERTIFICATE", der))), "");
    EXPECT_EQ(device_.chain, std::vector<Bytes>{der});
}

TEST_F(DeviceTest, refuses_each_bad_certificate) {
    for (tests::BadCertificate& bad : tests::bad_certificates(uz_.uri(kLaptop), tests::kTestNow)) {
        bad.options.public_key = device_.keys.public_key;
        EXPECT_TRUE(says(install(uz_.issue(bad.options)), bad.error)) << bad.name;
    }
}

TEST_F(DeviceTest, refuses_a_certificate_for_servers) {
    tests::LeafOptions options;
    options.uris = {uz_.uri(kLaptop)};
    options.public_key = device_.keys.public_key;
    options.extended_key_usage = "serverAuth";

    EXPECT_TRUE(says(install(uz_.issue(options)), x509::X509Error::wrong_key_usage));
}

TEST_F(DeviceTest, refuses_a_certificate_that_was_revoked) {
    const Bytes der = uz_.issue_device(kLaptop, device_.keys.public_key);
    tests::CrlOptions options;
    options.serials = {x509::Certificate::parse(der)->serial()};
    ASSERT_TRUE(
        trust_.add_crl("uz.pve.example", *x509::Crl::parse(uz_.crl(options)), tests::kTestNow));

    EXPECT_TRUE(says(install(der), x509::X509Error::revoked));
}

TEST_F(DeviceTest, refuses_anothers_certificate) {
    const TestCa stranger{"uz.pve.example"};

    EXPECT_NE(install(uz_.issue_device("focal-point/person-2/laptop", device_.keys.public_key)),
              "");
    EXPECT_NE(install(uz_.issue_device(kLaptop)), "");
    EXPECT_NE(install(stranger.issue_device(kLaptop, device_.keys.public_key)), "");
    EXPECT_NE(install(as_bytes("no certificate")), "");
}

}  // namespace
}  // namespace serai::client::setup
