// What a channel promises, seen from its members.
#include "tests/server/test_server.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace message = protocol::message;
namespace network = protocol::network;
using protocol::codec::decode_exact;

class ChannelTest : public testing::Test {
  protected:
    message::RecordReceipt send(ProtocolClient& client, ChannelMember& member) {
        const auto sent = member.message(as_bytes("salem"));
        const auto receipt = client.call(*sent);
        EXPECT_TRUE(receipt) << receipt.error().message();
        return receipt ? *receipt : message::RecordReceipt{};
    }

    // The next record that is pushed.
    static std::optional<message::RecordEvent> next_record(ProtocolClient& client) {
        while (const auto event = client.next_event()) {
            if (event->type == message::EventType::record) {
                return *decode_exact<message::RecordEvent>(event->body);
            }
        }
        return std::nullopt;
    }

    TestServer server;
    TestChannel channel = TestChannel::make(server.network(), server.port(), 3);
    GroupId group = channel.group_id();
};

TEST_F(ChannelTest, a_retry_is_answered_as_the_first_time_and_done_once) {
    auto client = server.connect(channel.member(1).device());
    const auto sent = channel.member(1).message(as_bytes("once"));
    ASSERT_TRUE(sent);
    const auto id = random_request_id();

    const auto first = client.call(*sent, id);
    auto again = server.connect(channel.member(1).device());
    const auto second = again.call(*sent, id);

    ASSERT_TRUE(first && second);
    EXPECT_EQ(*first, *second);
    EXPECT_EQ(channel.member(1).head().n.value() + 1, first->head.n.value());
}

TEST_F(ChannelTest, other_bytes_under_a_known_request_id_are_refused) {
    auto client = server.connect(channel.member(1).device());
    const auto id = random_request_id();
    ASSERT_TRUE(client.call(*channel.member(1).message(as_bytes("one")), id));

    const auto other = client.call(*channel.member(1).message(as_bytes("two")), id);

    ASSERT_FALSE(other);
    EXPECT_EQ(other.error(), make_error_code(WireError::request_id_reused));
}

TEST_F(ChannelTest, a_retried_commit_is_recognised_after_the_epoch_has_moved_on) {
    auto client = server.connect(channel.member(1).device());
    const auto commit = channel.member(1).make_update();
    ASSERT_TRUE(commit);
    const auto id = random_request_id();
    const auto first = client.call(*commit, id);
    ASSERT_TRUE(first) << first.error().message();

    const auto second = client.call(*commit, id);

    ASSERT_TRUE(second) << second.error().message();
    EXPECT_EQ(*first, *second);
}

TEST_F(ChannelTest, the_second_commit_of_an_epoch_is_stale) {
    auto one = server.connect(channel.member(1).device());
    auto two = server.connect(channel.member(2).device());
    const auto first = channel.member(1).make_update();
    const auto second = channel.member(2).make_update();
    ASSERT_TRUE(first && second);

    ASSERT_TRUE(one.call(*first));
    const auto refused = two.call(*second);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::stale_epoch));
    ASSERT_TRUE(channel.member(2).catch_up(two));
    const auto retried = channel.member(2).make_update();
    ASSERT_TRUE(retried);
    EXPECT_TRUE(two.call(*retried));
}

TEST_F(ChannelTest, a_message_of_an_old_epoch_is_stale) {
    auto client = server.connect(channel.member(1).device());
    const auto old = channel.member(2).opaque_message(100);
    ASSERT_TRUE(client.call(*channel.member(1).make_update()));

    auto late = server.connect(channel.member(2).device());
    const auto refused = late.call(old);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::stale_epoch));
}

TEST_F(ChannelTest, a_message_that_names_another_chain_is_refused) {
    auto client = server.connect(channel.member(1).device());
    auto strange = channel.member(1).opaque_message(100);
    // The chain hash stands in the clear, in the authenticated data.
    const auto& h = channel.member(1).head().h;
    const auto at = std::search(strange.message.begin(), strange.message.end(), h.begin(), h.end());
    ASSERT_NE(at, strange.message.end());
    *at ^= 1;

    const auto refused = client.call(strange);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::invalid_commit));
}

TEST_F(ChannelTest, a_stranger_learns_nothing_of_a_channel) {
    auto stranger = server.connect(server.network().device("TM", "focal-point/stranger/laptop"));

    const auto fetched = stranger.call(message::FetchRecords{group, RecordNumber{0}, 10});
    const auto subscribed = stranger.call(message::Subscribe{group, RecordNumber{0}});
    const auto sent = stranger.call(channel.member(0).opaque_message(10));
    const auto listed = stranger.call(message::ListChannels{});

    EXPECT_EQ(fetched.error(), make_error_code(WireError::not_found));
    EXPECT_EQ(subscribed.error(), make_error_code(WireError::not_found));
    EXPECT_EQ(sent.error(), make_error_code(WireError::not_found));
    ASSERT_TRUE(listed);
    EXPECT_TRUE(listed->channels.empty());
}

TEST_F(ChannelTest, a_subscriber_gets_the_old_records_and_then_the_new_ones) {
    auto sender = server.connect(channel.member(0).device());
    auto reader = server.connect(channel.member(1).device());
    const auto from = next(channel.member(1).head().n);
    for (int i = 0; i < 5; ++i) {
        send(sender, channel.member(0));
    }
    ASSERT_TRUE(reader.call(message::Subscribe{group, from}));
    for (int i = 0; i < 5; ++i) {
        send(sender, channel.member(0));
    }

    for (int i = 0; i < 10; ++i) {
        const auto event = next_record(reader);
        ASSERT_TRUE(event);
        EXPECT_EQ(event->entry.head.n.value(), from.value() + static_cast<std::uint64_t>(i));
        EXPECT_TRUE(channel.member(1).process(event->entry));
    }
}

TEST_F(ChannelTest, a_removed_member_gets_the_removal_and_nothing_after_it) {
    auto founder = server.connect(channel.member(0).device());
    auto leaving = server.connect(channel.member(2).device());
    ASSERT_TRUE(leaving.call(message::Subscribe{group, next(channel.member(2).head().n)}));
    ASSERT_TRUE(channel.member(0).catch_up(founder));

    const auto expelled = channel.member(0).expel(founder, channel.member(2).device().id.person);
    ASSERT_TRUE(expelled) << expelled.error().message();
    const auto removal = channel.member(0).head();
    const auto after = send(founder, channel.member(0));

    // The server's proposal may stand before it.
    auto last = next_record(leaving);
    while (last && last->entry.head.n < removal.n) {
        last = next_record(leaving);
    }
    ASSERT_TRUE(last);
    EXPECT_EQ(last->entry.head, removal);
    const auto rest = leaving.call(message::FetchRecords{group, after.head.n, 10});
    ASSERT_TRUE(rest);
    EXPECT_TRUE(rest->entries.empty());
    EXPECT_EQ(rest->end, after.head.n);
    EXPECT_FALSE(leaving.call(message::FetchRecords{group, next(after.head.n), 10}));
    EXPECT_FALSE(leaving.call(channel.member(2).opaque_message(10)));
    EXPECT_FALSE(leaving.call(message::Subscribe{group, after.head.n}));
    const auto listed = leaving.call(message::ListChannels{});
    ASSERT_TRUE(listed);
    EXPECT_TRUE(listed->channels.empty());
}

TEST_F(ChannelTest, messages_wait_for_a_pending_removal_to_be_committed) {
    auto founder = server.connect(channel.member(0).device());
    const auto& person = channel.member(2).device().id.person;
    const auto act = channel.member(0).act<message::Expel>(network::ExpelStatement{group, person});
    ASSERT_TRUE(founder.call(act));

    const auto refused = founder.call(*channel.member(0).message(as_bytes("too soon")));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::commit_first));
}

// What a member can make that believes in nothing but MLS.
message::Commit removal_without_act(ChannelMember& member, crypto::mls::LeafIndex victim) {
    namespace mls = crypto::mls;
    const auto encoded = [](auto content) {
        return protocol::codec::encode(mls::MlsMessage{std::move(content)});
    };
    const BelievingValidator believing;
    mls::Extensions head;
    head.set(
        {mls::ExtensionType{network::kChainHeadExtension}, protocol::codec::encode(member.head())});
    mls::CommitOptions options;
    options.removes = {victim};
    options.authenticated_data =
        protocol::codec::encode(message::ChannelAad{MessageId{}, member.head(), {}});
    options.published_info.extensions = head;
    options.published_info.with_external_pub = true;
    const mls::LeafIdentity identity{
        mls::Credential{mls::X509Credential{member.device().chain}},
        member.device().keys.clone("a test's commit"),
        mls::capabilities_for(mls::CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519,
                              mls::CredentialType::x509,
                              {mls::ExtensionType{network::kChannelRulesExtension}}),
        {}};
    auto pending = member.group().commit(
        identity, member.device().keys.private_key, options, {believing, now_seconds()});
    if (!pending) {
        throw std::runtime_error("no commit: " + pending.error().message());
    }
    return {member.group_id(),
            Epoch{member.group().epoch()},
            encoded(std::move(pending->commit)),
            {},
            encoded(std::move(pending->group_info)),
            {}};
}

TEST_F(ChannelTest, nobody_removes_without_an_act) {
    auto client = server.connect(channel.member(0).device());
    ASSERT_TRUE(channel.member(0).catch_up(client));
    const auto victim = crypto::mls::members(*channel.member(0).group().view()).back().first;

    const auto refused = client.call(removal_without_act(channel.member(0), victim));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::invalid_commit));
}

TEST_F(ChannelTest, a_commit_that_brings_acts_it_does_not_need_is_refused) {
    auto client = server.connect(channel.member(1).device());
    const auto person = server.network().device("KZ", "focal-point/new/laptop").id.person;
    const auto act =
        client.call(channel.member(1).act<message::Admit>(network::AdmitStatement{group, person}));
    ASSERT_TRUE(act) << act.error().message();
    auto commit = channel.member(1).make_update();
    ASSERT_TRUE(commit);
    commit->acts.push_back(*act);

    const auto refused = client.call(*commit);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::invalid_commit));
}

TEST_F(ChannelTest, a_focal_point_admits_its_own_people_only) {
    const auto foreign = server.network().device("TM", "focal-point/new/laptop").id.person;
    auto client = server.connect(channel.member(1).device());

    const auto refused =
        client.call(channel.member(1).act<message::Admit>(network::AdmitStatement{group, foreign}));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::forbidden));
}

TEST_F(ChannelTest, an_act_signed_by_another_device_is_refused) {
    const auto own = server.network().device("KZ", "focal-point/new/laptop").id.person;
    const auto act = channel.member(1).act<message::Admit>(network::AdmitStatement{group, own});
    auto other = server.connect(channel.member(0).device());

    const auto refused = other.call(act);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::forbidden));
}

TEST_F(ChannelTest, an_act_with_a_changed_field_is_refused) {
    const auto person = server.network().device("KZ", "focal-point/new/laptop").id.person;
    auto act = channel.member(1).act<message::Admit>(network::AdmitStatement{group, person});
    act.act.fields.front().salt[0] ^= 1;
    auto client = server.connect(channel.member(1).device());

    const auto refused = client.call(act);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), make_error_code(WireError::verification_failed));
}

TEST_F(ChannelTest, a_device_of_no_channel_founds_none_without_the_role) {
    auto device = server.network().device("UZ", "auditor/person-1/laptop");
    ChannelMember auditor{server.network(), std::move(device)};
    auto client = auditor.connect(server.port());
    ASSERT_TRUE(client);

    const auto founded = auditor.found(*client);

    ASSERT_FALSE(founded);
    EXPECT_EQ(founded.error(), make_error_code(WireError::forbidden));
}

TEST_F(ChannelTest, a_revoked_devices_sessions_end_at_once_and_it_does_not_come_back) {
    auto& device = channel.member(1).device();
    auto revoked = server.connect(device);
    auto official =
        server.connect(server.network().device(device.party.text(), "registrar/person-9/desk"));

    const auto crl = server.network().crl(device.party.text(), {device.chain.front()});
    ASSERT_TRUE(official.call(message::PublishCrl{crl}));

    revoked.drain();
    EXPECT_EQ(revoked.socket().close_code(), 1008);
    const auto answer = http(server.port(), device, "GET", "/healthz");
    EXPECT_EQ(answer.status, 403U);
    EXPECT_EQ(answer.header("serai-reason"), "revoked");
    EXPECT_TRUE(official.call(message::GetCheckpoint{}));
}

TEST_F(ChannelTest, a_partys_crl_is_refused_from_another_party) {
    auto foreign = server.connect(server.network().device("TM", "registrar/person-9/desk"));
    const auto crl = server.network().crl("UZ", {});

    EXPECT_FALSE(foreign.call(message::PublishCrl{crl}));
}

TEST_F(ChannelTest, everything_is_there_after_a_restart) {
    auto client = server.connect(channel.member(0).device());
    const auto receipt = send(client, channel.member(0));

    server.stop();
    server.start();

    auto again = server.connect(channel.member(1).device());
    const auto page = again.call(message::FetchRecords{group, receipt.head.n, 10});
    ASSERT_TRUE(page);
    ASSERT_EQ(page->entries.size(), 1U);
    EXPECT_EQ(page->entries.front().head, receipt.head);
}

TEST_F(ChannelTest, after_a_failed_write_nothing_changes_any_more_and_reading_goes_on) {
    auto client = server.connect(channel.member(0).device());
    const auto before = send(client, channel.member(0));
    server.store().fail_commit(1, storage::kv::MemoryStore::Fault::before_effect);

    const auto unknown = client.call(*channel.member(0).message(as_bytes("lost?")));
    const auto refused = client.call(*channel.member(0).message(as_bytes("too late")));
    const auto page = client.call(message::FetchRecords{group, before.head.n, 10});

    EXPECT_EQ(unknown.error(), make_error_code(WireError::unknown_outcome));
    EXPECT_EQ(refused.error(), make_error_code(WireError::unavailable));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->entries.size(), 1U);
    EXPECT_EQ(http(server.port(), channel.member(0).device(), "GET", "/healthz").status, 503U);
}

TEST_F(ChannelTest, after_a_failed_write_a_device_that_was_here_before_connects_and_reads) {
    auto client = server.connect(channel.member(0).device());
    const auto before = send(client, channel.member(0));
    server.store().fail_commit(1, storage::kv::MemoryStore::Fault::before_effect);
    EXPECT_FALSE(client.call(*channel.member(0).message(as_bytes("lost?"))));

    auto reader = server.connect(channel.member(1).device());
    const auto page = reader.call(message::FetchRecords{group, before.head.n, 10});

    ASSERT_TRUE(page) << page.error().message();
    EXPECT_EQ(page->entries.size(), 1U);
    EXPECT_EQ(reader.call(message::GetCheckpoint{}).error(),
              make_error_code(WireError::unavailable));
}

TEST_F(ChannelTest, stopping_answers_what_was_taken_and_says_goodbye) {
    auto client = server.connect(channel.member(0).device());
    std::vector<RequestId> ids;
    for (int i = 0; i < 20; ++i) {
        ids.push_back(random_request_id());
        ASSERT_TRUE(client.post(*channel.member(0).message(as_bytes("salem")), ids.back()));
    }
    ASSERT_TRUE(client.answer(ids.back()));

    server.stop();

    client.drain();
    EXPECT_EQ(client.socket().close_code(), 1001);
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
        const auto answer = client.next_answer();
        ASSERT_TRUE(answer);
        EXPECT_FALSE(answer->error);
    }
}

TEST_F(ChannelTest, a_session_that_sends_many_at_once_keeps_their_order) {
    auto client = server.connect(channel.member(0).device());
    auto expected = channel.member(0).head().n.value();
    std::vector<RequestId> ids;
    for (int i = 0; i < 50; ++i) {
        ids.push_back(random_request_id());
        ASSERT_TRUE(client.post(channel.member(0).opaque_message(100), ids.back()));
    }

    for (const auto& id : ids) {
        const auto answer = client.answer(id);
        ASSERT_TRUE(answer);
        const auto receipt = decode_exact<message::RecordReceipt>(*answer);
        ASSERT_TRUE(receipt);
        EXPECT_EQ(receipt->head.n.value(), ++expected);
    }
}

}  // namespace
}  // namespace serai::tests
