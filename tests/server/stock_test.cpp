// The directory of key packages as devices see it: nobody is given, and nobody counts on, what does not hold any more.
#include "tests/server/test_server.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace message = protocol::message;
namespace network = protocol::network;

class StockTest : public testing::Test {
  protected:
    static constexpr auto kPath = "focal-point/new/laptop";

    // Publishes so many with this certificate of the device.
    void publish(const TestDevice& device, std::size_t n) {
        ChannelMember member{server.network(), device.clone()};
        auto client = server.connect(device);
        const auto done = client.call(member.make_key_packages(n));
        ASSERT_TRUE(done) << done.error().message();
    }

    void revoke(const TestDevice& device) {
        auto official =
            server.connect(server.network().device(device.party.text(), "registrar/r/desk"));
        const auto crl = server.network().crl(device.party.text(), {device.chain.front()});
        ASSERT_TRUE(official.call(message::PublishCrl{crl}));
    }

    std::uint32_t count_of(const TestDevice& device) {
        auto client = server.connect(device);
        const auto counted = client.call(message::CountKeyPackages{});
        EXPECT_TRUE(counted);
        return counted ? counted->count : 0;
    }

    TestServer server;
    TestChannel channel = TestChannel::make(server.network(), server.port(), 1);
};

TEST_F(StockTest, key_packages_of_a_revoked_certificate_are_neither_counted_nor_given_out) {
    const auto before = server.network().device("UZ", kPath);
    const auto renewed = server.network().device("UZ", kPath);
    publish(before, 3);
    ASSERT_EQ(count_of(renewed), 3U);
    revoke(before);

    EXPECT_EQ(count_of(renewed), 0U);
    auto founder = server.connect(channel.member(0).device());
    const auto claim = [&] {
        return founder.call(channel.member(0).act<message::ClaimKeyPackage>(
            network::ClaimKeyPackageStatement{channel.group_id(), renewed.id.person}));
    };
    EXPECT_EQ(claim().error(), make_error_code(WireError::no_key_package));

    publish(renewed, 1);
    EXPECT_EQ(count_of(renewed), 1U);
    EXPECT_TRUE(claim());
}

TEST_F(StockTest, as_many_are_published_at_once_as_the_limit_says) {
    const auto device = server.network().device("UZ", kPath);

    publish(device, limits::kMaxKeyPackagesPerPublish);

    EXPECT_EQ(count_of(device), limits::kMaxKeyPackagesPerPublish);
}

}  // namespace
}  // namespace serai::tests
