// Peers who do what they must not: each ends alone.
#include "tests/server/test_server.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace serai::tests {
namespace {

namespace message = protocol::message;
using protocol::codec::encode;

// Sends one WebSocket message of these bytes after hello; the close code that the server answers with, and what it said.
struct End {
    std::optional<std::uint16_t> close_code;
    std::optional<WireError> goodbye;
};

End end_after(TestServer& server, const Bytes& raw_frame) {
    auto client = server.connect(server.network().device("UZ"));
    client.socket().send_raw(raw_frame);
    End end;
    if (const auto event = client.next_event()) {
        const auto goodbye = protocol::codec::decode_exact<message::GoodbyeEvent>(event->body);
        end.goodbye = goodbye ? std::optional{goodbye->reason} : std::nullopt;
    }
    // Answers the server's close, so that nobody waits.
    client.socket().send_raw(web_socket_frame(Opcode::close, Bytes{0x03, 0xe8}));
    client.drain();
    end.close_code = client.socket().close_code();
    return end;
}

Bytes request_bytes(message::RequestType type, const Bytes& body) {
    Bytes out;
    message::append_frame(out,
                          message::FrameKind::request,
                          encode(message::RequestFrame{random_request_id(), type, body}));
    return out;
}

class AbuseTest : public testing::Test {
  protected:
    // Somebody else, who must not notice anything.
    void SetUp() override { bystander.emplace(server.connect(server.network().device("KZ"))); }

    void TearDown() override {
        EXPECT_TRUE(bystander->call(message::GetCheckpoint{}));
        EXPECT_FALSE(bystander->socket().close_code());
    }

    void expect_malformed(const Bytes& raw_frame) {
        const auto end = end_after(server, raw_frame);
        EXPECT_EQ(end.goodbye, WireError::malformed);
        EXPECT_EQ(end.close_code, 1007);
    }

    TestServer server;
    std::optional<ProtocolClient> bystander;
};

TEST_F(AbuseTest, bytes_that_are_no_frame_end_the_connection) {
    expect_malformed(web_socket_frame(Opcode::binary, Bytes{0xff, 0x00, 0x01}));
}

TEST_F(AbuseTest, an_empty_message_ends_the_connection) {
    expect_malformed(web_socket_frame(Opcode::binary, {}));
}

TEST_F(AbuseTest, an_unknown_request_type_ends_the_connection) {
    auto bytes = request_bytes(message::RequestType::get_checkpoint, {});
    bytes.at(bytes.size() - 2) = 0x77;  // the low byte of the type; the body's empty length follows
    expect_malformed(web_socket_frame(Opcode::binary, bytes));
}

TEST_F(AbuseTest, a_truncated_body_ends_the_connection) {
    auto body = encode(message::ProveInclusion{LogIndex{0}, TreeSize{1}});
    body.pop_back();
    expect_malformed(web_socket_frame(Opcode::binary,
                                      request_bytes(message::RequestType::prove_inclusion, body)));
}

TEST_F(AbuseTest, trailing_bytes_end_the_connection) {
    auto body = encode(message::ProveInclusion{LogIndex{0}, TreeSize{1}});
    body.push_back(0);
    expect_malformed(web_socket_frame(Opcode::binary,
                                      request_bytes(message::RequestType::prove_inclusion, body)));
}

TEST_F(AbuseTest, a_message_to_a_channel_that_does_not_decode_ends_the_connection) {
    expect_malformed(web_socket_frame(Opcode::binary,
                                      request_bytes(message::RequestType::send, Bytes{1, 2, 3})));
}

TEST_F(AbuseTest, a_text_message_ends_the_connection) {
    expect_malformed(web_socket_frame(Opcode::text, as_bytes("hello")));
}

TEST_F(AbuseTest, a_message_over_the_limit_ends_the_connection) {
    const auto end = end_after(
        server, web_socket_frame(Opcode::binary, Bytes(limits::kMaxWebSocketMessage + 1)));

    EXPECT_EQ(end.close_code, 1009);
}

TEST_F(AbuseTest, an_unmasked_frame_ends_the_connection) {
    const auto end = end_after(server, web_socket_frame(Opcode::binary, Bytes(4), true, false));

    EXPECT_EQ(end.close_code, 1002);
}

TEST_F(AbuseTest, hello_of_another_network_is_refused) {
    const auto device = server.network().device("UZ");
    auto client = ProtocolClient::connect_silent(device, server.port());
    ASSERT_TRUE(client);

    const auto answer =
        client->call(message::Hello{message::kProtocolVersion, NetworkId{}, "test"});

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error(), make_error_code(WireError::wrong_network));
    client->socket().send_raw(web_socket_frame(Opcode::close, Bytes{0x03, 0xe8}));
    client->drain();
    EXPECT_EQ(client->socket().close_code(), 1002);
}

TEST_F(AbuseTest, hello_of_another_version_is_refused) {
    const auto device = server.network().device("UZ");
    auto client = ProtocolClient::connect_silent(device, server.port());
    ASSERT_TRUE(client);

    const auto& network = server.network().genesis().statement.network_id;
    const auto answer = client->call(message::Hello{2, network, "test"});

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error(), make_error_code(WireError::unsupported_version));
}

TEST_F(AbuseTest, an_upgrade_without_the_subprotocol_is_refused) {
    const auto device = server.network().device("UZ");

    const auto upgrade =
        TestWebSocket::connect(server.port(), device.chain, device.keys.private_key, "");

    EXPECT_EQ(upgrade.status, 400U);
}

TEST_F(AbuseTest, what_is_no_http_is_answered_400) {
    const auto device = server.network().device("UZ");
    auto socket = TlsSocket::connect(server.port(), device.chain, device.keys.private_key);
    ASSERT_TRUE(socket);
    socket->write(as_bytes("nonsense\r\n\r\n"));
    Bytes answer;
    while (socket->read(answer)) {
    }

    EXPECT_TRUE(as_text(answer).starts_with("HTTP/1.1 400 ")) << as_text(answer);
}

struct BadCertificate {
    std::string reason;
    std::function<void(TestNetwork&, LeafOptions&)> spoil;
};

TEST_F(AbuseTest, every_bad_certificate_is_refused_for_its_own_reason_and_recorded) {
    auto& network = server.network();
    const std::vector<BadCertificate> cases{
        {"untrusted_issuer",
         [](TestNetwork& n, LeafOptions& o) {
             o.uris = {n.ca("KZ").uri("focal-point/p/d")};
         }},
        {"unknown_trust_domain",
         [](TestNetwork&, LeafOptions& o) {
             o.uris = {"spiffe://other.example/focal-point/p/d"};
         }},
        {"expired",
         [](TestNetwork&, LeafOptions& o) {
             o.not_after = UnixSeconds{now_seconds().value() - 60};
         }},
        {"not_yet_valid",
         [](TestNetwork&, LeafOptions& o) {
             o.not_before = UnixSeconds{now_seconds().value() + 3600};
         }},
        {"wrong_key_usage",
         [](TestNetwork&, LeafOptions& o) {
             o.key_usage = "critical,keyAgreement";
         }},
        {"leaf_is_ca",
         [](TestNetwork&, LeafOptions& o) {
             o.basic_constraints = "critical,CA:TRUE";
         }},
        {"two_uris",
         [](TestNetwork& n, LeafOptions& o) {
             o.uris.push_back(n.ca("UZ").uri("focal-point/p/other"));
         }},
        {"no_uri",
         [](TestNetwork&, LeafOptions& o) {
             o.uris.clear();
             o.more_names = "DNS:example.org";
         }},
        {"bad_spiffe_id",
         [](TestNetwork& n, LeafOptions& o) {
             o.uris = {n.ca("UZ").uri("focal-point/p")};
         }},
        {"bad_signature",
         [](TestNetwork&, LeafOptions& o) {
             o.damage_signature = true;
         }},
    };
    for (const auto& bad : cases) {
        SCOPED_TRACE(bad.reason);
        LeafOptions options = leaf_options_now();
        options.uris = {network.ca("UZ").uri("focal-point/p/d")};
        bad.spoil(network, options);
        TestDevice device{{}, {}, crypto::ed25519_generate(), {}};
        options.public_key = device.keys.public_key;
        device.chain = {network.ca("UZ").issue(options)};

        const auto answer = http(server.port(), device, "GET", "/healthz");

        EXPECT_EQ(answer.status, 403U);
        EXPECT_EQ(answer.header("serai-error"), "invalid_certificate");
        EXPECT_EQ(answer.header("serai-reason"), bad.reason);
    }
    const auto recorded = server.entries(message::entry_type::kRefused);
    EXPECT_EQ(recorded.size(), cases.size());
}

TEST_F(AbuseTest, a_second_refusal_of_one_source_makes_no_second_leaf) {
    LeafOptions options = leaf_options_now();
    options.uris = {server.network().ca("KZ").uri("focal-point/p/d")};
    const auto device = server.network().device_with("UZ", server.network().ca("UZ"), options);

    static_cast<void>(http(server.port(), device, "GET", "/healthz"));
    static_cast<void>(http(server.port(), device, "GET", "/healthz"));

    EXPECT_EQ(server.entries(message::entry_type::kRefused).size(), 1U);
}

TEST_F(AbuseTest, invented_names_of_one_party_make_no_leaf_each) {
    for (const std::string name : {"anna", "boris", "clara"}) {
        LeafOptions options = leaf_options_now();
        options.uris = {server.network().ca("KZ").uri("focal-point/" + name + "/d")};
        const auto device = server.network().device_with("UZ", server.network().ca("UZ"), options);

        EXPECT_EQ(http(server.port(), device, "GET", "/healthz").status, 403U);
    }

    EXPECT_EQ(server.entries(message::entry_type::kRefused).size(), 1U);
}

TEST(Limits, a_device_over_its_rate_hears_so_and_stays_connected) {
    TestServer server{{{"limits.device_rate.per_second", "1"}, {"limits.device_rate.burst", "5"}}};
    auto client = server.connect(server.network().device("UZ"));

    std::optional<ErrorCode> refused;
    for (int i = 0; i < 10 && !refused; ++i) {
        const auto answer = client.call(message::CountKeyPackages{});
        if (!answer) {
            refused = answer.error();
        }
    }

    EXPECT_EQ(refused, make_error_code(WireError::rate_limited));
    EXPECT_FALSE(client.socket().close_code());
}

TEST(Limits, a_device_with_too_many_connections_is_refused_another) {
    TestServer server{{{"limits.connections_per_device", "2"}}};
    const auto device = server.network().device("UZ");
    const auto first = server.connect(device);
    const auto second = server.connect(device);

    const auto answer = http(server.port(), device, "GET", "/healthz");

    EXPECT_EQ(answer.status, 403U);
    EXPECT_EQ(answer.header("serai-error"), "rate_limited");
}

}  // namespace
}  // namespace serai::tests
