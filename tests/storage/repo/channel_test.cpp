#include "crypto/act/channel_chain.hpp"
#include "crypto/act/commitment.hpp"
#include "storage/kv/memory_store.hpp"
#include "tests/storage/repo/world.hpp"

#include <gtest/gtest.h>

#include <future>
#include <mutex>

namespace serai::tests {
namespace {

namespace kv = storage::kv;
namespace repo = storage::repo;
using protocol::message::ActReceipt;
using protocol::message::RecordReceipt;
using protocol::network::ActKind;
using storage::commit::Verdict;

class ChannelTest : public testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(find_inconsistency(store_), ""); }

    protocol::message::Records records(const Device& who, std::uint64_t from) {
        const auto page = world_.repositories().channels().records(
            channel_.group(), who.id, RecordNumber{from}, 100);
        return page ? *page : protocol::message::Records{};
    }

    kv::MemoryStore store_;
    World world_{store_};
    Device kz_ = device("KZ");
    Device uz_ = device("UZ");
    TestChannel channel_{world_, kz_};
};

TEST_F(ChannelTest, a_message_is_appended_to_the_chain) {
    const auto receipt =
        response<RecordReceipt>(world_.run(kz_, channel_.message(world_, "hello")));

    const auto page = records(kz_, 0);
    ASSERT_EQ(page.entries.size(), 2U);
    EXPECT_EQ(page.end, RecordNumber{2});
    const auto& entry = page.entries[1];
    EXPECT_EQ(entry.head, receipt.head);
    EXPECT_EQ(entry.leaf, receipt.receipt.index);
    EXPECT_EQ(entry.head.h,
              crypto::act::chain_hash(
                  channel_.group(), RecordNumber{1}, page.entries[0].head.h, entry.record));
    const auto record =
        protocol::codec::decode_exact<protocol::message::ChannelRecord>(entry.record);
    ASSERT_TRUE(record);
    EXPECT_EQ(as_text(record->mls_message), "hello");
    EXPECT_EQ(record->time, world_.now());
}

TEST_F(ChannelTest, the_entry_of_a_message_counts_for_the_channel_and_each_party_in_it) {
    ASSERT_FALSE(channel_.admit(world_, {uz_}).error);
    const auto receipt =
        response<RecordReceipt>(world_.run(uz_, channel_.message(world_, "hello")));

    const auto entry = world_.repositories().log().opened(receipt.receipt.index);
    ASSERT_TRUE(entry);
    EXPECT_NE(entry->opening.server_value("channel"), nullptr);
    EXPECT_NE(entry->opening.server_value("party:KZ"), nullptr);
    EXPECT_NE(entry->opening.server_value("party:UZ"), nullptr);
    EXPECT_EQ(entry->opening.server_value("party:KG"), nullptr);
    EXPECT_EQ(as_text(*entry->opening.server_value("device")), uz_.id.to_string());
}

TEST_F(ChannelTest, a_stranger_may_neither_write_nor_read) {
    EXPECT_EQ(world_.run(uz_, channel_.message(world_, "x")).error, WireError::forbidden);
    const auto page =
        world_.repositories().channels().records(channel_.group(), uz_.id, RecordNumber{0}, 1);
    EXPECT_EQ(page.error(), make_error_code(WireError::not_found));
}

TEST_F(ChannelTest, a_message_of_another_epoch_is_stale) {
    ASSERT_FALSE(channel_.admit(world_, {uz_}).error);
    EXPECT_EQ(world_.run(uz_, channel_.message(world_, "x", Epoch{0})).error,
              WireError::stale_epoch);
    EXPECT_EQ(world_.run(uz_, channel_.message(world_, "x", Epoch{2})).error,
              WireError::stale_epoch);
    EXPECT_FALSE(world_.run(uz_, channel_.message(world_, "x", Epoch{1})).error);
}

TEST_F(ChannelTest, only_the_founding_device_establishes_and_only_once) {
    const auto head = channel_.load(world_)->head();
    const repo::EstablishChannel again{channel_.load(world_), {1}, head->public_group};
    EXPECT_EQ(world_.run(kz_, again).error, WireError::exists);
    EXPECT_EQ(world_.run(uz_, again).error, WireError::forbidden);
}

TEST_F(ChannelTest, a_first_record_that_is_too_large_with_its_act_is_refused) {
    auto act = world_.act(kz_, protocol::network::FoundChannelStatement{rules()});
    constexpr std::size_t kPrefix = 2;  // of the one certificate in the chain
    act.seal.chain = {Bytes(limits::kMaxCertificateChain - kPrefix)};
    const auto founded =
        response<protocol::message::ActReceipt>(world_.run(kz_, repo::FoundChannel{act, rules()}));
    const auto channel = world_.repositories().channels().load(crypto::act::group_id_of(
        world_.repositories().network_id(), crypto::act::leaf_hash(founded.receipt.leaf)));
    ASSERT_TRUE(channel);
    const auto establish = [&](std::size_t size) {
        const auto group = channel_.load(world_)->head()->public_group;
        return world_.run(kz_, repo::EstablishChannel{*channel, Bytes(size), group}).error;
    };

    EXPECT_EQ(establish(limits::kMaxMlsMessage), WireError::too_large);
    EXPECT_EQ(establish(limits::kMaxMlsMessage - limits::kMaxCertificateChain), std::nullopt);
    const auto page =
        world_.repositories().channels().records((*channel)->group(), kz_.id, RecordNumber{0}, 1);
    ASSERT_TRUE(page);
    EXPECT_TRUE(protocol::codec::decode_exact<protocol::message::RecordEntry>(
        protocol::codec::encode(page->entries.front())));
}

TEST_F(ChannelTest, a_newcomer_reads_from_the_record_that_added_it) {
    ASSERT_FALSE(world_.run(kz_, channel_.message(world_, "before")).error);
    const auto added = response<RecordReceipt>(channel_.admit(world_, {uz_}));
    ASSERT_FALSE(world_.run(kz_, channel_.message(world_, "after")).error);

    EXPECT_EQ(world_.repositories()
                  .channels()
                  .records(channel_.group(), uz_.id, RecordNumber{added.head.n.value() - 1}, 1)
                  .error(),
              make_error_code(WireError::forbidden));
    EXPECT_EQ(records(uz_, added.head.n.value()).entries.size(), 2U);
}

TEST_F(ChannelTest, a_removed_device_reads_up_to_its_removal_and_no_further) {
    ASSERT_FALSE(channel_.admit(world_, {uz_}).error);
    const auto removed = response<RecordReceipt>(channel_.expel(world_, uz_));
    ASSERT_FALSE(world_.run(kz_, channel_.message(world_, "secret")).error);

    const auto page = records(uz_, removed.head.n.value());
    EXPECT_EQ(page.entries.size(), 1U);
    EXPECT_EQ(page.end, next(removed.head.n));
    EXPECT_TRUE(records(uz_, page.end.value()).entries.empty());
    EXPECT_EQ(world_.repositories()
                  .channels()
                  .records(channel_.group(), uz_.id, next(page.end), 1)
                  .error(),
              make_error_code(WireError::forbidden));
    EXPECT_EQ(world_.run(uz_, channel_.message(world_, "x")).error, WireError::forbidden);
    EXPECT_TRUE(world_.repositories().channels().list(uz_.id, GroupId{})->channels.empty());
}

TEST_F(ChannelTest, who_comes_back_reads_from_its_return) {
    ASSERT_FALSE(channel_.admit(world_, {uz_}).error);
    ASSERT_FALSE(channel_.expel(world_, uz_).error);
    ASSERT_FALSE(world_.run(kz_, channel_.message(world_, "meanwhile")).error);
    const auto back = response<RecordReceipt>(channel_.admit(world_, {uz_}));
    const auto range = world_.repositories().channels().readable(channel_.group(), uz_.id);
    EXPECT_EQ(*range, (repo::ReadableRange{back.head.n, std::nullopt}));
}

TEST_F(ChannelTest, messages_wait_while_somebody_is_to_be_removed) {
    ASSERT_FALSE(channel_.admit(world_, {uz_}).error);
    const auto act = response<ActReceipt>(channel_.record_act(world_, ActKind::expel, uz_));
    EXPECT_EQ(world_.run(kz_, channel_.message(world_, "x")).error, WireError::commit_first);
    EXPECT_EQ(world_.run(uz_, channel_.message(world_, "x")).error, WireError::commit_first);

    auto made = channel_.make_commit(world_, {}, {uz_}, {act});
    ASSERT_FALSE(world_.run(kz_, made.input).error);
    channel_.take(std::move(made));
    EXPECT_FALSE(world_.run(kz_, channel_.message(world_, "x")).error);
}

TEST_F(ChannelTest, a_commit_needs_an_unused_act_for_each_person) {
    const auto act = response<ActReceipt>(channel_.record_act(world_, ActKind::admit, uz_));
    EXPECT_EQ(world_.run(kz_, channel_.make_commit(world_, {uz_}).input).error,
              WireError::invalid_commit);
    EXPECT_EQ(world_.run(kz_, channel_.make_commit(world_, {device("KG")}, {}, {act}).input).error,
              WireError::invalid_commit);
    EXPECT_EQ(world_.run(kz_, channel_.make_commit(world_, {}, {}, {act}).input).error,
              WireError::invalid_commit);
    auto forged = act;
    forged.act.seal.signature.push_back(1);
    EXPECT_EQ(world_.run(kz_, channel_.make_commit(world_, {uz_}, {}, {forged}).input).error,
              WireError::invalid_commit);

    auto made = channel_.make_commit(world_, {uz_}, {}, {act});
    ASSERT_FALSE(world_.run(kz_, made.input).error);
    channel_.take(std::move(made));
    const auto other = device("UZ", "person-1", "phone");
    EXPECT_EQ(world_.run(kz_, channel_.make_commit(world_, {other}, {}, {act}).input).error,
              WireError::invalid_commit);
}

TEST_F(ChannelTest, an_expulsion_takes_every_device_of_the_person) {
    const auto phone = device("UZ", "person-1", "phone");
    ASSERT_FALSE(channel_.admit(world_, {uz_, phone}).error);
    const auto act = response<ActReceipt>(channel_.record_act(world_, ActKind::expel, uz_));
    EXPECT_EQ(world_.run(kz_, channel_.make_commit(world_, {}, {uz_}, {act}).input).error,
              WireError::commit_first);
    EXPECT_FALSE(
        world_.run(kz_, channel_.make_commit(world_, {}, {uz_, phone}, {act}).input).error);
}

TEST_F(ChannelTest, acts_wait_until_they_are_used) {
    const auto first = response<ActReceipt>(channel_.record_act(world_, ActKind::admit, uz_));
    EXPECT_EQ(channel_.record_act(world_, ActKind::admit, uz_).error, WireError::exists);
    EXPECT_EQ(channel_.record_act(world_, ActKind::expel, uz_).error, WireError::forbidden);
    auto& channels = world_.repositories().channels();
    EXPECT_EQ(channels.acts(channel_.group(), protocol::message::kNoPrevious)->acts,
              std::vector{first});
    EXPECT_TRUE(channels.acts(channel_.group(), first.receipt.index.value())->acts.empty());

    auto made = channel_.make_commit(world_, {uz_}, {}, {first});
    ASSERT_FALSE(world_.run(kz_, made.input).error);
    EXPECT_TRUE(channels.acts(channel_.group(), protocol::message::kNoPrevious)->acts.empty());
}

TEST_F(ChannelTest, the_record_of_a_commit_carries_its_acts) {
    const auto receipt = response<RecordReceipt>(channel_.admit(world_, {uz_}));
    const auto page = records(kz_, receipt.head.n.value());
    const auto record =
        protocol::codec::decode_exact<protocol::message::ChannelRecord>(page.entries.at(0).record);
    ASSERT_EQ(record->acts.size(), 1U);
    EXPECT_EQ(record->type, protocol::message::RecordType::commit);
}

TEST_F(ChannelTest, two_commits_of_one_epoch_in_one_batch_have_one_winner) {
    ASSERT_FALSE(channel_.admit(world_, {uz_}).error);
    auto first = channel_.make_commit(world_);
    auto second = channel_.make_commit(world_);
    auto one = repo::prepare(world_.repositories(), world_.ask(kz_), first.input);
    auto two = repo::prepare(world_.repositories(), world_.ask(uz_), second.input);
    const std::size_t before = store_.commits();
    // Hold the committer inside a commit, so that both wait for the same batch.
    std::promise<void> release;
    auto held = release.get_future().share();
    std::promise<void> reached;
    std::once_flag once;
    store_.on_commit([&] {
        std::call_once(once, [&] { reached.set_value(); });
        held.wait();
    });
    const auto blocker = world_.start(
        repo::prepare(world_.repositories(), world_.ask(kz_), channel_.message(world_, "x")));
    reached.get_future().wait();
    const auto token_one = world_.start(std::move(one));
    const auto token_two = world_.start(std::move(two));
    release.set_value();

    EXPECT_FALSE(world_.answers().wait(blocker).error);
    EXPECT_FALSE(world_.answers().wait(token_one).error);
    EXPECT_EQ(world_.answers().wait(token_two).error, WireError::stale_epoch);
    EXPECT_EQ(store_.commits(), before + 2);  // the blocker's, and one for both
    store_.on_commit({});
}

TEST_F(ChannelTest, a_welcome_waits_with_its_tree_until_it_is_taken) {
    const auto kg = device("KG");
    const auto receipt = response<RecordReceipt>(channel_.admit(world_, {uz_, kg}));
    auto& repositories = world_.repositories();
    const auto mail = repositories.mailbox().list(uz_.id, 0);
    ASSERT_EQ(mail->items.size(), 1U);
    const auto& item = mail->items[0];
    EXPECT_EQ(item.record, receipt.head.n);
    EXPECT_EQ(item.epoch, Epoch{1});
    EXPECT_EQ(item.sequence, receipt.receipt.index.value());

    const auto tree = repositories.channels().tree(channel_.group(), Epoch{1}, 0);
    ASSERT_TRUE(tree);
    EXPECT_EQ(
        tree->part,
        protocol::codec::encode(channel_.load(world_)->head()->public_group->tree().to_nodes()));
    ASSERT_FALSE(world_.run(uz_, repo::DeleteMailbox{item.sequence}).error);
    EXPECT_TRUE(repositories.mailbox().list(uz_.id, 0)->items.empty());
    EXPECT_TRUE(repositories.channels().tree(channel_.group(), Epoch{1}, 0));
    ASSERT_FALSE(world_.run(kg, repo::DeleteMailbox{item.sequence}).error);
    EXPECT_EQ(repositories.channels().tree(channel_.group(), Epoch{1}, 0).error(),
              make_error_code(WireError::not_found));
    EXPECT_FALSE(world_.run(kg, repo::DeleteMailbox{item.sequence}).error);
}

TEST_F(ChannelTest, everything_is_there_after_a_restart) {
    ASSERT_FALSE(channel_.admit(world_, {uz_}).error);
    static_cast<void>(channel_.record_act(world_, ActKind::admit, device("KG")));
    ASSERT_FALSE(world_.run(uz_, channel_.message(world_, "hello")).error);
    const auto before = channel_.load(world_)->head();
    kv::MemoryStore reopened{store_.disk()};
    World again{reopened};

    const auto after = channel_.load(again)->head();
    EXPECT_EQ(after->end, before->end);
    EXPECT_EQ(after->h, before->h);
    EXPECT_EQ(after->epoch, before->epoch);
    EXPECT_EQ(*after->pending, *before->pending);
    EXPECT_EQ(after->roster->members(), before->roster->members());
    EXPECT_EQ(after->public_group->save(), before->public_group->save());
    EXPECT_FALSE(again.run(kz_, channel_.message(again, "more")).error);
    EXPECT_FALSE(channel_.admit(again, {device("TJ")}).error);
    EXPECT_EQ(find_inconsistency(reopened), "");
}

TEST_F(ChannelTest, lists_the_channels_of_a_device) {
    TestChannel other{world_, uz_};
    ASSERT_FALSE(other.admit(world_, {kz_}).error);
    auto& channels = world_.repositories().channels();
    const auto list = channels.list(kz_.id, GroupId{});
    ASSERT_EQ(list->channels.size(), 2U);
    EXPECT_LT(list->channels[0].group, list->channels[1].group);
    EXPECT_EQ(channels.list(kz_.id, list->channels[0].group)->channels.size(), 1U);
    EXPECT_TRUE(channels.list(kz_.id, list->channels[1].group)->channels.empty());
    EXPECT_EQ(channels.list(uz_.id, GroupId{})->channels.size(), 1U);
    EXPECT_EQ(channels.list(uz_.id, GroupId{})->channels[0].members, 2U);
}

TEST_F(ChannelTest, old_records_come_from_the_store_and_new_ones_from_memory) {
    for (int i = 0; i < 300; ++i) {
        ASSERT_FALSE(world_.run(kz_, channel_.message(world_, std::to_string(i))).error);
    }
    std::uint64_t n = 0;
    while (n < 301) {
        const auto page = records(kz_, n);
        ASSERT_FALSE(page.entries.empty());
        for (const auto& entry : page.entries) {
            ASSERT_EQ(entry.head.n.value(), n);
            EXPECT_EQ(
                *world_.repositories().channels().chain_hash(channel_.group(), RecordNumber{n}),
                entry.head.h);
            ++n;
        }
    }
    store_.fail_reads(true);
    EXPECT_FALSE(channel_.load(world_)->recent(RecordNumber{200}, 10, 100'000).empty());
    store_.fail_reads(false);
}

TEST_F(ChannelTest, events_follow_the_order_of_the_records) {
    ASSERT_FALSE(channel_.admit(world_, {uz_}).error);
    ASSERT_FALSE(world_.run(uz_, channel_.message(world_, "x")).error);
    world_.pipeline().drain();
    std::uint64_t records_seen = 0;
    bool arrived = false;
    for (const auto& event : world_.events()) {
        if (const auto* record = std::get_if<storage::commit::RecordAppended>(&event)) {
            EXPECT_EQ(record->number.value(), records_seen++);
        }
        if (const auto* mail = std::get_if<storage::commit::MailboxArrived>(&event)) {
            arrived = mail->device == uz_.id;
        }
    }
    EXPECT_EQ(records_seen, 3U);
    EXPECT_TRUE(arrived);
}

}  // namespace
}  // namespace serai::tests
