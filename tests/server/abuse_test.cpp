// Peers who do what they must not: each ends alone.
#include "storage/commit/pipeline.hpp"
#include "tests/server/test_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <set>
#include <string>

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
    std::multiset<std::string> expected;
    for (const auto& bad : cases) {
        expected.insert(bad.reason);
    }
    std::multiset<std::string> recorded;
    for (const auto& entry : server.entries(message::entry_type::kRefused)) {
        const auto* reason = entry.opening.server_value(message::field::kReason);
        recorded.insert(reason == nullptr ? "" : std::string{as_text(*reason)});
    }
    EXPECT_EQ(recorded, expected);
}

TEST_F(AbuseTest, tls_1_2_is_refused) {
    const auto device = server.network().device("UZ");

    EXPECT_FALSE(TlsSocket::connect(
        server.port(), device.chain, device.keys.private_key, TlsVersion::tls12));
    EXPECT_TRUE(TlsSocket::connect(server.port(), device.chain, device.keys.private_key));
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

// Holds the first commit from now on inside its write until release().
class HeldCommit {
  public:
    explicit HeldCommit(storage::kv::MemoryStore& store) : store_(store) {
        store.on_commit([this] {
            if (!held_.exchange(true)) {
                reached_.set_value();
                released_.get_future().wait();
            }
        });
    }

    ~HeldCommit() { store_.on_commit({}); }

    void wait() { reached_.get_future().wait(); }

    void release() { released_.set_value(); }

  private:
    storage::kv::MemoryStore& store_;
    std::promise<void> reached_;
    std::promise<void> released_;
    std::atomic<bool> held_ = false;
};

TEST(Limits, a_party_that_fills_its_share_of_the_queue_hears_busy_and_loses_nothing) {
    const auto share = storage::commit::PipelineOptions{}.party_intents;
    TestServer server{{{"limits.in_flight", "4096"}}};
    auto channel = TestChannel::make(server.network(), server.port(), 1);
    auto one = server.connect(channel.member(0).device());
    auto other = server.connect(channel.member(0).device());
    const auto text = *channel.member(0).message(as_bytes("salem"));
    const auto post = [&](ProtocolClient& client, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_TRUE(client.post(text, random_request_id()));
        }
        // Answered on the same connection, after those before it are in the queue, and without the store.
        EXPECT_TRUE(client.call(message::Unsubscribe{channel.group_id()}));
    };
    const auto answers = [](ProtocolClient& client, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto answer = client.next_answer();
            ASSERT_TRUE(answer);
            EXPECT_FALSE(answer->error);
        }
    };
    ASSERT_TRUE(one.call(text));
    ASSERT_TRUE(other.call(text));
    HeldCommit held{server.store()};
    ASSERT_TRUE(one.post(text, random_request_id()));
    held.wait();

    post(one, share / 2);
    post(other, share - share / 2);
    const auto refused = other.call(text);
    held.release();

    EXPECT_EQ(refused.error(), make_error_code(WireError::busy));
    answers(one, 1 + share / 2);
    answers(other, share - share / 2);
}

}  // namespace
}  // namespace serai::tests
