// Who gets in, and who does not: each refusal for its own reason, told to the peer, and recorded where the party that is named
// can read it.
#include "tests/support/network/channel_member.hpp"
#include "tests/system/openings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace serai::tests {
namespace {

using namespace protocol::message;

constexpr std::string_view kPath = "focal-point/person-1/laptop";

class HandshakeTest : public testing::Test {
  protected:
    // The answer to a WebSocket upgrade with this certificate.
    TestWebSocket::Upgrade knock(const TestDevice& device) const {
        return TestWebSocket::connect(server.port(), device.chain, device.keys.private_key);
    }

    LeafOptions good_uz_leaf() const {
        LeafOptions options = leaf_options_now();
        options.uris = {network.ca("UZ").uri(std::string{kPath})};
        return options;
    }

    TestNetwork network;
    ServerProcess server = network.start_server();
};

TEST_F(HandshakeTest, device_of_every_party_is_let_in) {
    for (const std::string_view party : {"KG", "KZ", "TJ", "TM", "UN", "UZ"}) {
        const auto client = ProtocolClient::connect(network, network.device(party), server.port());

        ASSERT_TRUE(client) << party << ": " << client.error().message();
        EXPECT_EQ(client->hello().network_id, network.genesis().statement.network_id);
    }
}

TEST_F(HandshakeTest, connection_without_a_certificate_is_refused) {
    const auto device = network.device("UZ");

    const auto answer = TestWebSocket::connect(server.port(), {}, device.keys.private_key);

    EXPECT_EQ(answer.status, 0U);
}

struct BadCertificate {
    std::string name;
    std::string reason;  // of X509Error
    bool names_party;    // whether the refusal is recorded for the party that the certificate names
    std::function<TestDevice(const TestNetwork&)> make;
};

LeafOptions leaf_of(const TestNetwork& network, std::string_view party) {
    LeafOptions options = leaf_options_now();
    options.uris = {network.ca(party).uri(std::string{kPath})};
    return options;
}

const BadCertificate kBadCertificates[] = {
    {"foreign_ca",
     "untrusted_issuer",
     true,
     [](const TestNetwork& network) {
         return network.device_with("KZ", network.ca("UZ"), leaf_of(network, "KZ"));
     }},
    {"unknown_domain",
     "unknown_trust_domain",
     false,
     [](const TestNetwork& network) {
         LeafOptions options = leaf_options_now();
         options.uris = {"spiffe://elsewhere.example/" + std::string{kPath}};
         return network.device_with("UZ", network.ca("UZ"), options);
     }},
    {"expired",
     "expired",
     true,
     [](const TestNetwork& network) {
         LeafOptions options = leaf_of(network, "UZ");
         options.not_after = UnixSeconds{now_seconds().value() - 60};
         return network.device_with("UZ", network.ca("UZ"), options);
     }},
    {"not_yet_valid",
     "not_yet_valid",
     true,
     [](const TestNetwork& network) {
         LeafOptions options = leaf_of(network, "UZ");
         options.not_before = UnixSeconds{now_seconds().value() + 3600};
         return network.device_with("UZ", network.ca("UZ"), options);
     }},
    {"wrong_key_usage",
     "wrong_key_usage",
     true,
     [](const TestNetwork& network) {
         LeafOptions options = leaf_of(network, "UZ");
         options.key_usage = "critical,keyEncipherment";
         return network.device_with("UZ", network.ca("UZ"), options);
     }},
    {"two_uris",
     "two_uris",
     false,
     [](const TestNetwork& network) {
         LeafOptions options = leaf_of(network, "UZ");
         options.uris.push_back(network.ca("UZ").uri("focal-point/person-2/laptop"));
         return network.device_with("UZ", network.ca("UZ"), options);
     }},
    {"no_uri",
     "no_uri",
     false,
     [](const TestNetwork& network) {
         LeafOptions options = leaf_options_now();
         options.more_names = "DNS:uz.pve.example";
         return network.device_with("UZ", network.ca("UZ"), options);
     }},
    {"damaged_signature",
     "bad_signature",
     true,
     [](const TestNetwork& network) {
         LeafOptions options = leaf_of(network, "UZ");
         options.damage_signature = true;
         return network.device_with("UZ", network.ca("UZ"), options);
     }},
};

TEST_F(HandshakeTest, bad_certificate_is_refused_for_its_own_reason_and_recorded) {
    for (const auto& bad : kBadCertificates) {
        SCOPED_TRACE(bad.name);
        const auto device = bad.make(network);

        const auto answer = knock(device);

        EXPECT_EQ(answer.status, 403U);
        EXPECT_THAT(answer.head, testing::HasSubstr("Serai-Reason: " + bad.reason + "\r\n"));
        EXPECT_THAT(server.log(), testing::HasSubstr("reason=" + bad.reason));
    }

    // The log itself: the parties that were named read of the attempts to speak for them.
    for (const auto& bad : kBadCertificates) {
        if (bad.names_party) {
            SCOPED_TRACE(bad.name);
            const std::string_view party = bad.name == "foreign_ca" ? "KZ" : "UZ";
            const auto auditor = network.device(party, "auditor/person-1/desk");
            auto client = ProtocolClient::connect(network, auditor, server.port());
            ASSERT_TRUE(client);

            const auto reasons = recorded_refusals(network, auditor, *client);

            EXPECT_THAT(reasons, testing::Contains(bad.reason));
        }
    }
}

TEST_F(HandshakeTest, revocation_ends_a_live_session_and_the_device_stays_out) {
    const auto device = network.device("UZ");
    auto doomed = ProtocolClient::connect(network, device, server.port());
    ASSERT_TRUE(doomed);
    auto bystander = ProtocolClient::connect(network, network.device("KZ"), server.port());
    ASSERT_TRUE(bystander);
    auto registrar = ProtocolClient::connect(
        network, network.device("UZ", "registrar/person-2/desk"), server.port());
    ASSERT_TRUE(registrar);

    const auto receipt = registrar->call(PublishCrl{network.crl("UZ", {device.chain.front()})});

    ASSERT_TRUE(receipt) << receipt.error().message();
    doomed->drain();  // returns only because the server ends the session
    const auto answer = knock(device);
    EXPECT_EQ(answer.status, 403U);
    EXPECT_THAT(answer.head, testing::HasSubstr("Serai-Reason: revoked\r\n"));
    EXPECT_TRUE(bystander->call(ListChannels{}));
    EXPECT_TRUE(ProtocolClient::connect(
        network, network.device("UZ", "focal-point/person-1/phone"), server.port()));
}

TEST_F(HandshakeTest, revocation_outlives_a_crash) {
    const auto device = network.device("UZ");
    {
        auto registrar = ProtocolClient::connect(
            network, network.device("UZ", "registrar/person-2/desk"), server.port());
        ASSERT_TRUE(registrar);
        ASSERT_TRUE(registrar->call(PublishCrl{network.crl("UZ", {device.chain.front()})}));
    }

    server.kill();
    server = network.start_server();

    EXPECT_THAT(knock(device).head, testing::HasSubstr("Serai-Reason: revoked\r\n"));
}

}  // namespace
}  // namespace serai::tests
