// A party's revocation list, and what becomes of its devices when the list grows old.
#include "tests/server/test_server.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace message = protocol::message;

constexpr std::chrono::hours kPastNextUpdate{13};

class StaleListTest : public testing::Test {
  protected:
    // Publishes a list that revokes these, and waits until it is too old.
    void let_a_list_go_stale(const std::vector<Bytes>& revoked) {
        auto official = server.connect(registrar);
        ASSERT_TRUE(official.call(message::PublishCrl{server.network().crl("UZ", revoked)}));
        clock.advance(kPastNextUpdate);
    }

    server::runtime::ManualClock clock{now_millis()};
    TestServer server{{}, &clock};
    TestDevice registrar = server.network().device("UZ", "registrar/person-9/desk");
};

TEST_F(StaleListTest, lets_a_device_of_the_party_publish_a_newer_one_and_everybody_is_back) {
    let_a_list_go_stale({});

    auto bringer = server.connect(registrar);
    const auto published =
        bringer.call(message::PublishCrl{server.network().crl("UZ", {}, clock.now_seconds())});

    ASSERT_TRUE(published) << published.error().message();
    EXPECT_TRUE(bringer.call(message::GetCheckpoint{}));
    auto again = server.connect(server.network().device("UZ"));
    EXPECT_TRUE(again.call(message::ListChannels{}));
}

TEST_F(StaleListTest, allows_nothing_else_and_says_why) {
    let_a_list_go_stale({});

    auto device = server.connect(server.network().device("UZ"));
    const auto listed = device.call(message::ListChannels{});
    const auto mailbox = device.call(message::ListMailbox{});

    EXPECT_EQ(listed.error(), make_error_code(WireError::invalid_certificate));
    EXPECT_EQ(mailbox.error(), make_error_code(WireError::invalid_certificate));
    EXPECT_TRUE(device.call(message::GetCheckpoint{}));
    const auto answer = http(server.port(), registrar, "GET", "/checkpoint");
    EXPECT_EQ(answer.status, 403U);
    EXPECT_EQ(answer.header("serai-reason"), "crl_stale");
}

TEST_F(StaleListTest, is_recorded_as_a_refusal_and_touches_no_other_party) {
    let_a_list_go_stale({});

    const auto device = server.connect(server.network().device("UZ"));
    auto bystander = server.connect(server.network().device("KZ"));

    EXPECT_TRUE(bystander.call(message::ListChannels{}));
    EXPECT_EQ(server.entries(message::entry_type::kRefused).size(), 1U);
}

TEST_F(StaleListTest, still_keeps_out_whom_it_revokes) {
    const auto revoked = server.network().device("UZ");
    let_a_list_go_stale({revoked.chain.front()});

    const auto upgrade =
        TestWebSocket::connect(server.port(), revoked.chain, revoked.keys.private_key);

    EXPECT_EQ(upgrade.status, 403U);
    EXPECT_NE(upgrade.head.find("Serai-Reason: revoked\r\n"), std::string::npos) << upgrade.head;
}

TEST(RevokedCertificate, is_refused_with_a_leaf_that_says_so) {
    TestServer server;
    const auto revoked = server.network().device("UZ");
    auto official = server.connect(server.network().device("UZ", "registrar/person-9/desk"));
    ASSERT_TRUE(
        official.call(message::PublishCrl{server.network().crl("UZ", {revoked.chain.front()})}));

    EXPECT_EQ(http(server.port(), revoked, "GET", "/healthz").status, 403U);

    const auto recorded = server.entries(message::entry_type::kRefused);
    ASSERT_EQ(recorded.size(), 1U);
    const auto* reason = recorded.front().opening.server_value(message::field::kReason);
    ASSERT_NE(reason, nullptr);
    EXPECT_EQ(as_text(*reason), "revoked");
}

TEST(ExpiredCertificate, ends_the_session_at_its_next_request) {
    server::runtime::ManualClock clock{now_millis()};
    TestServer server{{}, &clock};
    const auto device = server.network().device("UZ");
    auto client = server.connect(device);
    ASSERT_TRUE(client.call(message::ListChannels{}));

    clock.advance(std::chrono::hours{24} * 91);
    const auto late = client.call(message::ListChannels{});

    EXPECT_EQ(late.error(), make_error_code(WireError::invalid_certificate));
    client.drain();
    EXPECT_EQ(client.socket().close_code(), 1008);
    EXPECT_EQ(http(server.port(), device, "GET", "/healthz").header("serai-reason"), "expired");
}

}  // namespace
}  // namespace serai::tests
