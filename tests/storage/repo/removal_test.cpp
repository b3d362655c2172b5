// Who has to leave a channel holds up everything else, until a commit has removed them.
#include "storage/kv/memory_store.hpp"
#include "storage/repo/removals.hpp"
#include "tests/storage/repo/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace serai::tests {
namespace {

namespace kv = storage::kv;
namespace mls = crypto::mls;
namespace repo = storage::repo;
using protocol::message::ActReceipt;
using protocol::message::RecordReceipt;
using protocol::network::ActKind;

class RemovalTest : public testing::Test {
  protected:
    RemovalTest() { EXPECT_FALSE(channel_.admit(world_, {uz_}).error); }

    void TearDown() override { EXPECT_EQ(find_inconsistency(store_), ""); }

    ActReceipt expel(const Device& who) {
        return response<ActReceipt>(channel_.record_act(world_, ActKind::expel, who));
    }

    // What the server would propose; storage believes what its caller has checked.
    repo::ProposeRemoval proposal(const Device& who) {
        const auto channel = channel_.load(world_);
        const auto head = channel->head();
        const mls::LeafIndex leaf{head->roster->find(who.id)->leaf};
        return {channel,
                head,
                who.id,
                {1, 2, 3},
                {mls::ProposalRef{{7}},
                 {mls::SenderType::external, 0},
                 {},
                 mls::Proposal{mls::Remove{leaf}}},
                {}};
    }

    kv::MemoryStore store_;
    World world_{store_};
    Device kz_ = device("KZ");
    Device uz_ = device("UZ");
    Device kg_ = device("KG");
    TestChannel channel_{world_, kz_};
};

TEST_F(RemovalTest, a_commit_that_leaves_in_who_has_to_leave_is_refused) {
    const auto act = expel(uz_);

    EXPECT_EQ(world_.run(kz_, channel_.make_commit(world_).input).error, WireError::commit_first);

    auto removal = channel_.make_commit(world_, {}, {uz_}, {act});
    EXPECT_FALSE(world_.run(kz_, removal.input).error);
}

TEST_F(RemovalTest, who_has_to_leave_makes_no_commit) {
    auto commit = channel_.make_commit(world_);
    static_cast<void>(expel(uz_));

    EXPECT_EQ(world_.run(uz_, commit.input).error, WireError::forbidden);
}

TEST_F(RemovalTest, messages_wait_until_who_has_to_leave_is_removed) {
    ASSERT_FALSE(world_.run(kz_, channel_.message(world_, "before")).error);
    const auto act = expel(uz_);

    EXPECT_EQ(world_.run(kz_, channel_.message(world_, "too soon")).error, WireError::commit_first);

    auto removal = channel_.make_commit(world_, {}, {uz_}, {act});
    ASSERT_FALSE(world_.run(kz_, removal.input).error);
    channel_.take(std::move(removal));
    EXPECT_FALSE(world_.run(kz_, channel_.message(world_, "after")).error);
}

TEST_F(RemovalTest, an_expulsion_that_comes_after_the_check_stops_the_commit_all_the_same) {
    auto commit =
        repo::prepare(world_.repositories(), world_.ask(kz_), channel_.make_commit(world_).input);
    static_cast<void>(expel(uz_));

    EXPECT_EQ(world_.submit(std::move(commit)).error, WireError::commit_first);
}

TEST_F(RemovalTest, a_restoration_ends_with_the_membership) {
    ASSERT_FALSE(channel_.record_act(world_, ActKind::restore, uz_).error);
    EXPECT_EQ(channel_.record_act(world_, ActKind::restore, uz_).error, WireError::exists);
    const auto act = expel(uz_);
    auto removal = channel_.make_commit(world_, {}, {uz_}, {act});
    ASSERT_FALSE(world_.run(kz_, removal.input).error);
    channel_.take(std::move(removal));

    EXPECT_TRUE(channel_.load(world_)->head()->pending->empty());
    EXPECT_EQ(channel_.record_act(world_, ActKind::restore, uz_).error, WireError::forbidden);
    World again{store_};
    EXPECT_TRUE(channel_.load(again)->head()->pending->empty());
}

TEST_F(RemovalTest, a_restoration_neither_adds_nor_removes) {
    const auto act = response<ActReceipt>(channel_.record_act(world_, ActKind::restore, uz_));

    EXPECT_EQ(world_.run(kz_, channel_.make_commit(world_, {}, {}, {act}).input).error,
              WireError::invalid_commit);
    EXPECT_EQ(world_.run(kz_, channel_.make_commit(world_, {}, {uz_}, {act}).input).error,
              WireError::invalid_commit);
}

TEST_F(RemovalTest, one_official_does_not_take_the_place_of_anothers_acts) {
    for (std::size_t i = 0; i < repo::kMaxAdmissionsOfSigner; ++i) {
        const Device stranger = device("KG", "p" + std::to_string(i));
        ASSERT_FALSE(channel_.record_act(world_, ActKind::admit, stranger).error);
    }

    EXPECT_EQ(channel_.record_act(world_, ActKind::admit, kg_).error, WireError::too_large);
    EXPECT_FALSE(channel_.record_act(world_, ActKind::restore, uz_).error);
    EXPECT_FALSE(channel_.record_act(world_, ActKind::expel, uz_).error);
    const Device colleague = device("UZ", "colleague");
    const auto statement =
        protocol::network::AdmitStatement{channel_.load(world_)->group(), colleague.id.person};
    const auto act = world_.act(uz_, ActKind::admit, statement.values());
    EXPECT_FALSE(world_
                     .run(uz_,
                          repo::RecordAct{
                              act, channel_.load(world_), colleague.id.person, {}, colleague.party})
                     .error);
}

TEST_F(RemovalTest, the_servers_proposal_is_a_record_of_the_channel_and_over_with_its_epoch) {
    const auto act = expel(uz_);

    const auto receipt = response<RecordReceipt>(world_.run_as_server(proposal(uz_)));

    const auto head = channel_.load(world_)->head();
    ASSERT_EQ(head->proposals->size(), 1U);
    EXPECT_EQ(head->proposals->front().record, receipt.head.n);
    EXPECT_EQ(head->chain(), receipt.head);
    auto removal = channel_.make_commit(world_, {}, {uz_}, {act});
    ASSERT_FALSE(world_.run(kz_, removal.input).error);
    EXPECT_TRUE(channel_.load(world_)->head()->proposals->empty());
}

TEST_F(RemovalTest, a_proposal_is_there_after_a_restart) {
    static_cast<void>(expel(uz_));
    const auto receipt = response<RecordReceipt>(world_.run_as_server(proposal(uz_)));

    World again{store_};

    const auto head = channel_.load(again)->head();
    ASSERT_EQ(head->proposals->size(), 1U);
    EXPECT_EQ(head->proposals->front().record, receipt.head.n);
    EXPECT_EQ(head->proposals->front().device, uz_.id);
    EXPECT_EQ(again.run(kz_, channel_.message(again, "too soon")).error, WireError::commit_first);
}

TEST_F(RemovalTest, nobody_is_proposed_twice_or_without_a_reason) {
    EXPECT_EQ(world_.run_as_server(proposal(uz_)).error, WireError::exists);
    static_cast<void>(expel(uz_));
    ASSERT_FALSE(world_.run_as_server(proposal(uz_)).error);
    EXPECT_EQ(world_.run_as_server(proposal(uz_)).error, WireError::exists);
}

TEST_F(RemovalTest, a_proposal_for_an_epoch_that_is_over_is_stale) {
    auto late = proposal(uz_);
    auto commit = channel_.make_commit(world_);
    ASSERT_FALSE(world_.run(kz_, commit.input).error);
    channel_.take(std::move(commit));
    static_cast<void>(expel(uz_));

    EXPECT_EQ(world_.run_as_server(late).error, WireError::stale_epoch);
}

TEST_F(RemovalTest, the_rest_of_the_server_hears_that_somebody_has_to_leave) {
    static_cast<void>(expel(uz_));

    world_.pipeline().drain();  // events follow the answer
    const auto events = world_.events();
    const bool heard = std::ranges::any_of(events, [&](const auto& event) {
        const auto* due = std::get_if<storage::commit::RemovalDue>(&event);
        return due != nullptr && due->group == channel_.group();
    });
    EXPECT_TRUE(heard);
}

TEST_F(RemovalTest, the_same_commit_under_another_request_id_is_one_commit) {
    auto commit = channel_.make_commit(world_);
    const auto input = commit.input;
    const auto first = response<RecordReceipt>(world_.run(kz_, input));

    const auto second = response<RecordReceipt>(world_.run(kz_, input));

    EXPECT_EQ(first, second);
    EXPECT_EQ(channel_.load(world_)->head()->chain(), first.head);
    World again{store_};
    EXPECT_EQ(response<RecordReceipt>(again.run(kz_, input)), first);
}

TEST_F(RemovalTest, a_commit_that_is_not_the_last_one_is_stale_when_it_comes_again) {
    auto commit = channel_.make_commit(world_);
    const auto input = commit.input;
    ASSERT_FALSE(world_.run(kz_, input).error);
    channel_.take(std::move(commit));
    auto next = channel_.make_commit(world_);
    ASSERT_FALSE(world_.run(kz_, next.input).error);

    EXPECT_EQ(world_.run(kz_, input).error, WireError::stale_epoch);
}

}  // namespace
}  // namespace serai::tests
