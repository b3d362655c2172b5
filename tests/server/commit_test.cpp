// What the server makes of a commit beside the commit itself: the Welcome, the tree for newcomers, the GroupInfo.
#include "crypto/mls/wire/message.hpp"
#include "tests/server/test_server.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
using protocol::codec::decode_exact;
using protocol::codec::encode;

class CommitTest : public testing::Test {
  protected:
    // A person who can be brought in.
    ChannelMember newcomer(std::string_view party, const std::string& person) {
        ChannelMember member{server.network(),
                             server.network().device(party, "focal-point/" + person + "/laptop")};
        auto client = server.connect(member.device());
        EXPECT_TRUE(client.call(member.make_key_packages(1)));
        return member;
    }

    std::size_t mail(const ChannelMember& member) {
        auto client = server.connect(member.device());
        const auto mailbox = client.call(message::ListMailbox{0});
        EXPECT_TRUE(mailbox);
        return mailbox ? mailbox->items.size() : 0;
    }

    TestServer server;
    TestChannel channel = TestChannel::make(server.network(), server.port(), 2);
};

TEST_F(CommitTest, a_welcome_comes_with_its_accepted_commit_and_never_without) {
    auto one = server.connect(channel.member(0).device());
    auto two = server.connect(channel.member(1).device());
    ASSERT_TRUE(channel.member(0).catch_up(one));
    auto first = newcomer("TM", "first");
    auto second = newcomer("KZ", "second");
    const auto winner = channel.member(0).make_admission(one, {first.device().id.person});
    const auto loser = channel.member(1).make_admission(two, {second.device().id.person});
    ASSERT_TRUE(winner && loser);
    EXPECT_EQ(mail(first), 0U);

    ASSERT_TRUE(one.call(*winner));
    const auto refused = two.call(*loser);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::stale_epoch));
    EXPECT_EQ(mail(first), 1U);
    EXPECT_EQ(mail(second), 0U);
}

TEST_F(CommitTest, a_joiner_gets_the_tree_of_the_epoch_it_joins_however_late_it_comes) {
    auto founder = server.connect(channel.member(0).device());
    ASSERT_TRUE(channel.member(0).catch_up(founder));
    auto late = newcomer("TM", "late");
    ASSERT_TRUE(channel.member(0).bring_in(founder, {late.device().id.person}));
    const auto joined = channel.member(0).group().epoch();
    for (int i = 0; i < 2; ++i) {
        const auto update = channel.member(0).make_update();
        ASSERT_TRUE(update);
        const auto ordered = founder.call(*update);
        ASSERT_TRUE(ordered);
        channel.member(0).confirm(ordered->head);
    }
    auto client = server.connect(late.device());

    ASSERT_TRUE(late.join(client));
    EXPECT_EQ(late.group().epoch(), joined);
    ASSERT_TRUE(late.catch_up(client));

    EXPECT_EQ(late.group().epoch_authenticator(), channel.member(0).group().epoch_authenticator());
}

TEST_F(CommitTest, a_commit_that_would_end_the_group_is_refused) {
    auto client = server.connect(channel.member(0).device());
    ASSERT_TRUE(channel.member(0).catch_up(client));
    const auto commit = channel.member(0).make_reinit();
    ASSERT_TRUE(commit) << commit.error().message();

    const auto refused = client.call(*commit);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::invalid_commit));
}

// A commit that is right but for its GroupInfo, which `change` has made another one.
template <class Change>
ErrorCode refusal_of(ProtocolClient& client, ChannelMember& member, Change change) {
    auto commit = member.make_update();
    auto decoded = decode_exact<mls::MlsMessage>(commit->group_info);
    auto info = std::get<mls::GroupInfo>(decoded->value);
    change(info);
    commit->group_info = encode(mls::MlsMessage{info});
    const auto answer = client.call(*commit);
    return answer ? ErrorCode{} : answer.error();
}

TEST_F(CommitTest, a_group_info_that_does_not_describe_the_next_epoch_is_refused) {
    auto client = server.connect(channel.member(1).device());
    auto& member = channel.member(1);
    const auto invalid = make_error_code(WireError::invalid_commit);
    const auto verification = make_error_code(WireError::verification_failed);

    EXPECT_EQ(refusal_of(client, member, [](auto& info) { ++info.group_context.epoch; }), invalid);
    EXPECT_EQ(refusal_of(client, member, [](auto& info) { info.group_context.tree_hash[0] ^= 1; }),
              invalid);
    EXPECT_EQ(refusal_of(client, member, [](auto& info) { info.confirmation_tag[0] ^= 1; }),
              invalid);
    EXPECT_EQ(refusal_of(client, member, [](auto& info) { info.signer = mls::LeafIndex{0}; }),
              invalid);
    EXPECT_EQ(refusal_of(client, member, [](auto& info) { info.extensions = {}; }), invalid);
    EXPECT_EQ(refusal_of(client, member, [](auto& info) { info.signature[0] ^= 1; }), verification);
    EXPECT_EQ(refusal_of(client, member, [](auto&) {}), ErrorCode{});
}

}  // namespace
}  // namespace serai::tests
