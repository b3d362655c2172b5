// How a server process ends when it is told to.
#include "tests/support/network/protocol_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace serai::tests {
namespace {

using namespace protocol::message;

TEST(Signal, sigterm_says_goodbye_to_who_is_connected_and_ends_with_status_0) {
    TestNetwork network;
    auto server = network.start_server();
    auto client = ProtocolClient::connect(network, network.device("UZ"), server.port());
    ASSERT_TRUE(client);

    const auto end = server.terminate();

    EXPECT_EQ(end.exit_code, 0);
    EXPECT_EQ(end.signal, std::nullopt);
    client->drain();
    EXPECT_EQ(client->socket().close_code(), 1001);
    EXPECT_THAT(server.log(), testing::HasSubstr("stopped"));
}

}  // namespace
}  // namespace serai::tests
