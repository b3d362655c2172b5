// Members that lost their way come back by external commit, and nobody else comes in by one.
#include "crypto/mls/wire/message.hpp"
#include "tests/server/test_server.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
using protocol::codec::decode_exact;

class ReturnTest : public testing::Test {
  protected:
    ReturnTest()
        : clients{server.connect(channel.member(0).device()),
                  server.connect(channel.member(1).device()),
                  server.connect(channel.member(2).device())} {
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_TRUE(channel.member(i).catch_up(clients[i]));
        }
    }

    // What the server says to a return made like this.
    ErrorCode refusal(std::size_t who, const ReturnOptions& options) {
        const auto commit = channel.member(who).make_return(clients[who], options);
        if (!commit) {
            ADD_FAILURE() << commit.error().message();
            return {};
        }
        const auto answer = clients[who].call(*commit);
        return answer ? ErrorCode{} : answer.error();
    }

    void update(std::size_t who) {
        const auto commit = channel.member(who).make_update();
        ASSERT_TRUE(commit);
        const auto ordered = clients[who].call(*commit);
        ASSERT_TRUE(ordered) << ordered.error().message();
        channel.member(who).confirm(ordered->head);
    }

    // An official of the device's party, who is no member, lets it come back.
    Result<message::ActReceipt> restore(std::size_t who) {
        const auto& device = channel.member(who).device();
        const ChannelMember official{
            server.network(), server.network().device(device.party.text(), "registrar/r/desk")};
        auto client = server.connect(official.device());
        return client.call(
            official.act<message::Restore>(network::RestoreStatement{group, device.id}));
    }

    [[nodiscard]] std::vector<Epoch> offered(std::size_t who) {
        const auto published = clients[who].call(message::FetchGroupInfo{group});
        EXPECT_TRUE(published);
        return published ? published->psk_epochs : std::vector<Epoch>{};
    }

    TestServer server;
    TestChannel channel = TestChannel::make(server.network(), server.port(), 3);
    GroupId group = channel.group_id();
    ProtocolClient clients[3];
    const ErrorCode invalid = make_error_code(WireError::invalid_commit);
    const ErrorCode forbidden = make_error_code(WireError::forbidden);
};

TEST_F(ReturnTest, a_member_comes_back_in_its_own_place_and_all_can_follow) {
    const auto commit = channel.member(2).make_return(clients[2]);
    ASSERT_TRUE(commit) << commit.error().message();

    const auto ordered = clients[2].call(*commit);

    ASSERT_TRUE(ordered) << ordered.error().message();
    channel.member(2).confirm(ordered->head);
    ASSERT_TRUE(channel.member(0).catch_up(clients[0]));
    EXPECT_EQ(channel.member(0).group().epoch_authenticator(),
              channel.member(2).group().epoch_authenticator());
    EXPECT_TRUE(clients[2].call(*channel.member(2).message(as_bytes("here again"))));
    const auto page = clients[2].call(message::FetchRecords{group, ordered->head.n, 10});
    ASSERT_TRUE(page);
    EXPECT_EQ(page->entries.size(), 2U);
}

TEST_F(ReturnTest, nobody_comes_back_without_a_resumption_psk) {
    ReturnOptions options;
    options.with_psk = false;

    EXPECT_EQ(refusal(2, options), invalid);
}

TEST_F(ReturnTest, nobody_comes_back_in_the_place_of_another) {
    const auto commit = channel.member(1).make_return(clients[1]);
    ASSERT_TRUE(commit);

    const auto refused = clients[2].call(*commit);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), invalid);
}

TEST_F(ReturnTest, a_psk_of_an_epoch_before_the_last_ones_is_too_old) {
    const auto old = channel.member(2).group().epoch();
    for (std::uint64_t i = 0; i <= limits::kResumptionEpochs; ++i) {
        update(0);
    }
    ASSERT_TRUE(channel.member(2).catch_up(clients[2]));
    const auto oldest = channel.member(2).group().epoch() - limits::kResumptionEpochs;

    class AnyPsk final : public mls::PskSource {
        [[nodiscard]] mls::ExternalPsk find(const mls::PreSharedKeyId&) const override {
            return mls::ExternalPsk::random(32);
        }
    };

    const AnyPsk any;
    ReturnOptions options;
    options.psks = &any;
    options.psk_epoch = old;
    ASSERT_EQ(old + 1, oldest);
    EXPECT_EQ(refusal(2, options), forbidden);
    options.psk_epoch = channel.member(2).group().epoch() + 1;
    EXPECT_EQ(refusal(2, options), forbidden);

    ReturnOptions good;
    good.psk_epoch = oldest;
    EXPECT_EQ(refusal(2, good), ErrorCode{});
    EXPECT_TRUE(channel.member(0).catch_up(clients[0]));
}

TEST_F(ReturnTest, only_epochs_that_all_others_remember_are_offered) {
    const auto before = channel.member(0).group().epoch();
    ChannelMember late{server.network(), server.network().device("TM", "focal-point/late/laptop")};
    auto client = server.connect(late.device());
    ASSERT_TRUE(client.call(late.make_key_packages(1)));
    ASSERT_TRUE(channel.member(0).bring_in(clients[0], {late.device().id.person}));
    ASSERT_TRUE(channel.member(2).catch_up(clients[2]));

    const auto offered = clients[2].call(message::FetchGroupInfo{group});
    ASSERT_TRUE(offered);
    EXPECT_EQ(offered->psk_epochs, std::vector{Epoch{before + 1}});
    ReturnOptions options;
    options.psk_epoch = before;
    EXPECT_EQ(refusal(2, options), forbidden);
}

TEST_F(ReturnTest, a_psk_that_somebody_who_was_removed_has_is_too_old) {
    const auto before = channel.member(2).group().epoch();
    ASSERT_TRUE(channel.member(0).expel(clients[0], channel.member(1).device().id.person));
    update(0);
    ASSERT_TRUE(channel.member(2).catch_up(clients[2]));

    EXPECT_EQ(offered(2), (std::vector{Epoch{before + 1}, Epoch{before + 2}}));
    ReturnOptions options;
    options.psk_epoch = before;
    EXPECT_EQ(refusal(2, options), forbidden);
    server.stop();
    server.start();
    clients[2] = server.connect(channel.member(2).device());
    EXPECT_EQ(offered(2), (std::vector{Epoch{before + 1}, Epoch{before + 2}}));
    options.psk_epoch = before + 1;
    EXPECT_EQ(refusal(2, options), ErrorCode{});
}

TEST_F(ReturnTest, an_official_lets_a_device_back_in_that_knows_no_epoch) {
    const auto restoration = restore(2);
    ASSERT_TRUE(restoration) << restoration.error().message();
    ReturnOptions options;
    options.with_psk = false;
    options.acts = {*restoration};
    const auto commit = channel.member(2).make_return(clients[2], options);
    ASSERT_TRUE(commit) << commit.error().message();

    const auto ordered = clients[2].call(*commit);

    ASSERT_TRUE(ordered) << ordered.error().message();
    channel.member(2).confirm(ordered->head);
    ASSERT_TRUE(channel.member(0).catch_up(clients[0]));
    EXPECT_EQ(channel.member(0).group().epoch_authenticator(),
              channel.member(2).group().epoch_authenticator());
    EXPECT_TRUE(clients[2].call(*channel.member(2).message(as_bytes("here again"))));
    EXPECT_TRUE(clients[2].call(message::ListActs{group})->acts.empty());
    EXPECT_EQ(server.entries("restore").size(), 1U);
    // It is not known to remember anything from before.
    EXPECT_EQ(offered(0), std::vector{Epoch{commit->epoch.value() + 1}});
    EXPECT_EQ(refusal(2, options), invalid) << "used up";
}

TEST_F(ReturnTest, nobody_lets_its_own_device_back_in) {
    const auto& self = channel.member(2);

    const auto refused = clients[2].call(
        self.act<message::Restore>(network::RestoreStatement{group, self.device().id}));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), forbidden);
}

TEST_F(ReturnTest, only_an_official_of_the_party_lets_a_device_back_in) {
    const ChannelMember stranger{
        server.network(),
        server.network().device(channel.member(1).device().party.text(), "registrar/s/desk")};
    auto client = server.connect(stranger.device());

    const auto refused = client.call(stranger.act<message::Restore>(
        network::RestoreStatement{group, channel.member(2).device().id}));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), forbidden);
}

TEST_F(ReturnTest, a_restoration_is_for_one_device_and_one_way_back) {
    const auto of_another = restore(1);
    ASSERT_TRUE(of_another);
    ReturnOptions options;
    options.with_psk = false;
    options.acts = {*of_another};
    EXPECT_EQ(refusal(2, options), invalid);

    const auto own = restore(2);
    ASSERT_TRUE(own);
    options.acts = {*own, *of_another};
    EXPECT_EQ(refusal(2, options), invalid) << "two of them";
    options.acts = {*own};
    options.with_psk = true;
    EXPECT_EQ(refusal(2, options), invalid) << "a PSK besides";
    EXPECT_EQ(restore(2).error(), make_error_code(WireError::exists));
}

TEST_F(ReturnTest, a_restoration_lapses_when_its_device_comes_back_without_it) {
    ASSERT_TRUE(restore(2));
    ASSERT_TRUE(restore(1));

    ASSERT_EQ(refusal(2, {}), ErrorCode{});

    EXPECT_EQ(clients[0].call(message::ListActs{group})->acts.size(), 1U) << "the other one stays";
    EXPECT_TRUE(restore(2));
}

TEST_F(ReturnTest, a_restoration_brings_in_nobody_who_is_no_member) {
    ChannelMember stranger{server.network(), server.network().device("TM", "focal-point/s/laptop")};
    const auto client = server.connect(stranger.device());
    const ChannelMember official{server.network(),
                                 server.network().device("TM", "registrar/r/desk")};
    auto desk = server.connect(official.device());

    const auto refused = desk.call(
        official.act<message::Restore>(network::RestoreStatement{group, stranger.device().id}));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), forbidden);
}

TEST_F(ReturnTest, a_device_has_no_psk_from_before_it_came) {
    const auto before = channel.member(0).group().epoch();
    ChannelMember late{server.network(), server.network().device("TM", "focal-point/late/laptop")};
    auto client = server.connect(late.device());
    ASSERT_TRUE(client.call(late.make_key_packages(1)));
    ASSERT_TRUE(channel.member(0).bring_in(clients[0], {late.device().id.person}));

    const auto offered_to_it = client.call(message::FetchGroupInfo{group});

    ASSERT_TRUE(offered_to_it);
    EXPECT_EQ(offered_to_it->psk_epochs, std::vector{Epoch{before + 1}});
}

TEST_F(ReturnTest, who_came_back_does_not_know_what_it_missed) {
    const auto before = channel.member(2).group().epoch();
    update(0);
    update(0);
    ASSERT_TRUE(channel.member(2).catch_up(clients[2]));
    // As if it had been lost since then.
    ReturnOptions options;
    options.psk_epoch = before;
    ASSERT_EQ(refusal(2, options), ErrorCode{});
    ASSERT_TRUE(channel.member(0).catch_up(clients[0]));

    const auto offered = clients[0].call(message::FetchGroupInfo{group});

    ASSERT_TRUE(offered);
    EXPECT_EQ(offered->psk_epochs.back(), Epoch{before + 3});
    EXPECT_EQ(offered->psk_epochs.at(offered->psk_epochs.size() - 2), Epoch{before});
    server.stop();
    server.start();
    auto again = server.connect(channel.member(0).device());
    EXPECT_EQ(again.call(message::FetchGroupInfo{group})->psk_epochs, offered->psk_epochs);
}

TEST_F(ReturnTest, who_has_to_leave_does_not_come_back) {
    const auto commit = channel.member(2).make_return(clients[2]);
    const auto& person = channel.member(2).device().id.person;
    ASSERT_TRUE(clients[0].call(
        channel.member(0).act<message::Expel>(network::ExpelStatement{group, person})));

    const auto refused = clients[2].call(*commit);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), forbidden);
}

TEST_F(ReturnTest, who_comes_back_leaves_the_removals_to_members) {
    const auto commit = channel.member(2).make_return(clients[2]);
    const auto& person = channel.member(1).device().id.person;
    ASSERT_TRUE(clients[0].call(
        channel.member(0).act<message::Expel>(network::ExpelStatement{group, person})));

    ASSERT_TRUE(clients[2].call(*commit));

    // The server proposes it anew for the new epoch.
    ASSERT_TRUE(channel.member(0).catch_up(clients[0]));
    ASSERT_TRUE(clients[0].call(message::Subscribe{group, next(channel.member(0).head().n)}));
    while (channel.member(0).group().proposals().empty()) {
        const auto event = clients[0].next_event();
        ASSERT_TRUE(event);
        if (event->type == message::EventType::record) {
            const auto pushed = *decode_exact<message::RecordEvent>(event->body);
            ASSERT_TRUE(channel.member(0).process(pushed.entry));
        }
    }
    EXPECT_TRUE(clients[0].call(*channel.member(0).make_removals()));
}

TEST_F(ReturnTest, a_commit_without_the_key_by_which_others_come_back_is_refused) {
    auto commit = channel.member(0).make_update();
    auto decoded = decode_exact<mls::MlsMessage>(commit->group_info);
    auto info = std::get<mls::GroupInfo>(decoded->value);
    mls::Extensions rest;
    for (const auto& extension : info.extensions.items()) {
        if (extension.type != mls::ExtensionType::external_pub) {
            rest.set(extension);
        }
    }
    info.extensions = rest;
    const auto& key = channel.member(0).device().keys.private_key;
    info.signature =
        channel.member(0).group().suite().sign(key, "GroupInfoTBS", info.to_be_signed());
    commit->group_info = protocol::codec::encode(mls::MlsMessage{info});

    const auto refused = clients[0].call(*commit);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), invalid);
}

TEST_F(ReturnTest, a_report_is_on_the_record_of_the_channel) {
    const auto& head = channel.member(1).head();
    const network::ReportStatement statement{group, head.n, head.h};

    const auto receipt = clients[1].call(channel.member(1).act<message::Report>(statement));

    ASSERT_TRUE(receipt) << receipt.error().message();
    const auto entries = server.entries("report");
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries.front().index, receipt->index);
    EXPECT_NE(entries.front().opening.server_value("channel"), nullptr);
}

TEST_F(ReturnTest, a_report_about_a_record_that_is_not_there_is_refused) {
    auto head = channel.member(1).head();
    head.h[0] ^= 1;
    const network::ReportStatement statement{group, head.n, head.h};

    const auto refused = clients[1].call(channel.member(1).act<message::Report>(statement));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), invalid);
    EXPECT_TRUE(server.entries("report").empty());
}

TEST_F(ReturnTest, a_stranger_gets_neither_group_info_nor_report) {
    ChannelMember stranger{server.network(), server.network().device("TM", "focal-point/s/laptop")};
    auto client = server.connect(stranger.device());
    const auto& head = channel.member(1).head();

    const auto info = client.call(message::FetchGroupInfo{group});
    const auto report =
        client.call(stranger.act<message::Report>(network::ReportStatement{group, head.n, head.h}));

    EXPECT_EQ(info.error(), make_error_code(WireError::not_found));
    EXPECT_EQ(report.error(), make_error_code(WireError::not_found));
}

}  // namespace
}  // namespace serai::tests
