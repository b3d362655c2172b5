#include "storage/repo/network.hpp"

#include "crypto/primitive/hash.hpp"
#include "storage/kv/memory_store.hpp"
#include "storage/repo/network_state.hpp"
#include "tests/storage/repo/world.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace kv = storage::kv;
namespace repo = storage::repo;
using protocol::message::Receipt;

class NetworkTest : public testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(find_inconsistency(store_), ""); }

    repo::Network& network() { return world_->repositories().network(); }

    std::uint64_t hour() const { return world_->now().value() / 3'600'000; }

    kv::MemoryStore store_;
    std::unique_ptr<World> world_ = std::make_unique<World>(store_);
    Device kz_ = device("KZ");
};

TEST_F(NetworkTest, genesis_is_leaf_zero_and_only_once) {
    ASSERT_NE(network().genesis(), nullptr);
    const auto page = network().governance(LogIndex{0});
    ASSERT_TRUE(page);
    ASSERT_EQ(page->entries.size(), 1U);
    EXPECT_EQ(page->entries[0].index, LogIndex{0});
    EXPECT_EQ(*page->entries[0].opening.server_value("genesis"),
              protocol::codec::encode(*network().genesis()));
    EXPECT_EQ(world_->run_as_server(repo::RecordGenesis{*network().genesis()}).error,
              WireError::exists);
    EXPECT_TRUE(network().governance(LogIndex{1})->entries.empty());
}

TEST_F(NetworkTest, a_certificate_is_noted_the_first_time) {
    const repo::CertificateSeen seen{kz_.id, kz_.party, {1, 2, 3}};
    const Digest hash = crypto::sha256(seen.certificate);
    EXPECT_FALSE(network().is_seen(hash));
    const auto first = response<Receipt>(world_->run_as_server(seen));
    EXPECT_EQ(first.index, LogIndex{1});
    EXPECT_TRUE(network().is_seen(hash));
    EXPECT_TRUE(world_->run_as_server(seen).body->empty());
    world_ = std::make_unique<World>(store_);
    EXPECT_TRUE(network().is_seen(hash));
    EXPECT_TRUE(world_->run_as_server(seen).body->empty());
    EXPECT_EQ(world_->repositories().log().size(), TreeSize{2});
}

TEST_F(NetworkTest, a_certificate_that_expired_in_the_queue_has_no_effect) {
    TestChannel channel{*world_, kz_};
    auto asked = world_->ask(kz_);
    asked.certificate_not_after = UnixSeconds{world_->now().value() / 1000 + 60};
    EXPECT_FALSE(world_->run(asked, channel.message(*world_, "in time")).error);

    world_->advance(60'000);
    asked.request = world_->ask(kz_).request;

    EXPECT_EQ(world_->run(asked, channel.message(*world_, "late")).error,
              WireError::invalid_certificate);
}

TEST_F(NetworkTest, refusals_of_every_hour_for_days_are_not_kept_in_memory) {
    for (int i = 0; i < 48; ++i) {
        EXPECT_FALSE(
            world_->run_as_server(repo::RecordRefusal{Digest{1}, "expired", {}}).body->empty());
        world_->advance(3'600'000);
    }

    EXPECT_EQ(network().state().refusals.size(), 2U);
}

TEST_F(NetworkTest, refusals_have_one_entry_per_source_hour_and_reason) {
    const repo::RecordRefusal refusal{Digest{1}, "expired", {party("KZ")}};
    EXPECT_FALSE(world_->run_as_server(refusal).body->empty());
    EXPECT_TRUE(world_->run_as_server(refusal).body->empty());
    repo::RecordRefusal other = refusal;
    other.reason = "revoked";
    EXPECT_FALSE(world_->run_as_server(other).body->empty());
    EXPECT_EQ(*network().refusals(Digest{1}, hour(), "expired"), 2U);

    world_ = std::make_unique<World>(store_);
    EXPECT_TRUE(world_->run_as_server(refusal).body->empty());
    EXPECT_EQ(*network().refusals(Digest{1}, hour(), "expired"), 3U);
    world_->advance(3 * 3'600'000);
    EXPECT_FALSE(world_->run_as_server(refusal).body->empty());
    EXPECT_EQ(*network().refusals(Digest{1}, hour(), "expired"), 1U);
}

}  // namespace
}  // namespace serai::tests
