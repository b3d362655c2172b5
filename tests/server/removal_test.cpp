// The server sees to it that those who have to leave a channel are removed: it proposes that, and nothing else goes through.
#include "crypto/act/channel_group.hpp"
#include "crypto/mls/wire/message.hpp"
#include "tests/server/test_server.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
using protocol::codec::decode_exact;

class RemovalServerTest : public testing::Test {
  protected:
    RemovalServerTest()
        : clients{server.connect(channel.member(0).device()),
                  server.connect(channel.member(1).device()),
                  server.connect(channel.member(2).device())} {
        EXPECT_TRUE(clients[0].call(message::Subscribe{group, next(channel.member(0).head().n)}));
    }

    // Founder's next record of this type; those before it are processed.
    std::optional<message::ChannelRecord> await(message::RecordType type) {
        while (const auto event = clients[0].next_event()) {
            if (event->type != message::EventType::record) {
                continue;
            }
            const auto pushed = *decode_exact<message::RecordEvent>(event->body);
            EXPECT_TRUE(channel.member(0).process(pushed.entry));
            auto record = decode_exact<message::ChannelRecord>(pushed.entry.record);
            if (record && record->type == type) {
                return std::move(*record);
            }
        }
        return std::nullopt;
    }

    message::ActReceipt expel(ChannelMember& who, ProtocolClient& client, std::size_t whom) {
        const auto& person = channel.member(whom).device().id.person;
        const auto act =
            client.call(who.act<message::Expel>(network::ExpelStatement{group, person}));
        EXPECT_TRUE(act) << act.error().message();
        return act ? *act : message::ActReceipt{};
    }

    void revoke(std::size_t whom) {
        const auto& device = channel.member(whom).device();
        auto official =
            server.connect(server.network().device(device.party.text(), "registrar/r/desk"));
        const auto crl = server.network().crl(device.party.text(), {device.chain.front()});
        EXPECT_TRUE(official.call(message::PublishCrl{crl}));
    }

    std::size_t members() { return mls::members(*channel.member(0).group().view()).size(); }

    TestServer server;
    TestChannel channel = TestChannel::make(server.network(), server.port(), 3);
    GroupId group = channel.group_id();
    ProtocolClient clients[3];
};

TEST_F(RemovalServerTest, an_expulsion_is_proposed_with_its_act_and_committed_by_reference) {
    const auto act = expel(channel.member(0), clients[0], 2);

    const auto proposal = await(message::RecordType::proposal);

    ASSERT_TRUE(proposal);
    EXPECT_EQ(proposal->acts, std::vector{act});
    const auto commit = channel.member(0).make_removals();
    ASSERT_TRUE(commit) << commit.error().message();
    const auto ordered = clients[0].call(*commit);
    ASSERT_TRUE(ordered) << ordered.error().message();
    ASSERT_TRUE(await(message::RecordType::commit));
    EXPECT_EQ(members(), 2U);
}

TEST_F(RemovalServerTest, a_regular_commit_that_leaves_them_in_is_refused) {
    static_cast<void>(expel(channel.member(0), clients[0], 2));

    const auto refused = clients[1].call(*channel.member(1).make_update());

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::commit_first));
}

TEST_F(RemovalServerTest, who_has_to_leave_makes_no_commit) {
    ASSERT_TRUE(channel.member(2).catch_up(clients[2]));
    static_cast<void>(expel(channel.member(0), clients[0], 2));

    const auto refused = clients[2].call(*channel.member(2).make_update());

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::forbidden));
}

TEST_F(RemovalServerTest, a_departure_is_proposed_and_any_other_member_commits_it) {
    static_cast<void>(expel(channel.member(2), clients[2], 2));
    ASSERT_TRUE(await(message::RecordType::proposal));

    const auto ordered = clients[0].call(*channel.member(0).make_removals());

    ASSERT_TRUE(ordered) << ordered.error().message();
    EXPECT_FALSE(clients[2].call(message::Subscribe{group, next(ordered->head.n)}));
}

TEST_F(RemovalServerTest, a_revoked_device_is_proposed_and_goes_without_an_act) {
    revoke(2);

    const auto too_soon = clients[1].call(channel.member(1).opaque_message(100));
    const auto proposal = await(message::RecordType::proposal);

    ASSERT_FALSE(too_soon);
    EXPECT_EQ(too_soon.error(), make_error_code(WireError::commit_first));
    ASSERT_TRUE(proposal);
    EXPECT_TRUE(proposal->acts.empty());
    const auto ordered = clients[0].call(*channel.member(0).make_removals());
    ASSERT_TRUE(ordered) << ordered.error().message();
    ASSERT_TRUE(await(message::RecordType::commit));
    EXPECT_EQ(members(), 2U);
    EXPECT_TRUE(clients[0].call(*channel.member(0).message(as_bytes("among ourselves"))));
}

TEST_F(RemovalServerTest, an_expulsion_of_somebody_revoked_is_used_up_by_the_removal) {
    revoke(2);
    ASSERT_TRUE(await(message::RecordType::proposal));
    const auto without = channel.member(0).make_removals();
    ASSERT_TRUE(without);
    static_cast<void>(expel(channel.member(0), clients[0], 2));

    const auto refused = clients[0].call(*without);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::commit_first))
        << "not its sender's fault";
}

TEST_F(RemovalServerTest, proposals_and_what_they_hold_up_survive_a_restart) {
    revoke(2);
    ASSERT_TRUE(await(message::RecordType::proposal));

    server.stop();
    server.start();

    auto founder = server.connect(channel.member(0).device());
    const auto too_soon = founder.call(channel.member(0).opaque_message(100));
    ASSERT_FALSE(too_soon);
    EXPECT_EQ(too_soon.error(), make_error_code(WireError::commit_first));
    const auto ordered = founder.call(*channel.member(0).make_removals());
    EXPECT_TRUE(ordered) << ordered.error().message();
}

TEST_F(RemovalServerTest, a_group_without_the_server_as_external_sender_is_not_established) {
    ChannelMember founder{server.network(), server.network().device("KZ", "focal-point/f/laptop")};
    auto client = *founder.connect(server.port());

    const auto founded = founder.found(client, state_channel_rules(), false);

    ASSERT_FALSE(founded);
    EXPECT_EQ(founded.error(), make_error_code(WireError::invalid_commit));
}

TEST_F(RemovalServerTest, the_same_commit_under_another_request_id_has_one_record) {
    const auto commit = channel.member(0).make_update();
    ASSERT_TRUE(commit);
    const auto first = clients[0].call(*commit);
    ASSERT_TRUE(first) << first.error().message();

    const auto second = clients[0].call(*commit);

    ASSERT_TRUE(second) << second.error().message();
    EXPECT_EQ(*first, *second);
    const auto page = clients[0].call(message::FetchRecords{group, first->head.n, 10});
    ASSERT_TRUE(page);
    EXPECT_EQ(page->entries.size(), 1U);
}

}  // namespace
}  // namespace serai::tests
