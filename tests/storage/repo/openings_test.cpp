#include "storage/repo/openings.hpp"

#include "crypto/act/opening.hpp"
#include "storage/kv/memory_store.hpp"
#include "tests/storage/repo/world.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace kv = storage::kv;
namespace repo = storage::repo;
using protocol::message::Counter;
using protocol::message::Openings;
using protocol::message::Receipt;
using protocol::network::OpeningScope;
using protocol::network::QueryOpeningsStatement;

class OpeningsTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_FALSE(world_.run(kz_, channel_.message(world_, "before")).error);
        ASSERT_FALSE(channel_.admit(world_, {uz_}).error);
        ASSERT_FALSE(world_.run(uz_, channel_.message(world_, "after")).error);
    }

    void TearDown() override { EXPECT_EQ(find_inconsistency(store_), ""); }

    QueryOpeningsStatement channel_scope(std::uint64_t from = 0) const {
        return {OpeningScope::channel, channel_.group().value(), from};
    }

    storage::commit::Verdict query(const Device& who, const QueryOpeningsStatement& what) {
        return world_.run(
            who, repo::QueryOpenings{world_.act(who, what), what, channel_.load(world_), {}});
    }

    Openings read(const Device& who, const QueryOpeningsStatement& what) {
        const auto receipt = response<Receipt>(query(who, what));
        return *repo::page(world_.repositories().log(), who.party, what, receipt);
    }

    // Every entry leads to its leaf, and the scope's counters are dense.
    void expect_complete(const Openings& page, std::string_view counter, std::size_t id_size) {
        std::uint64_t expected = 0;
        for (const auto& entry : page.entries) {
            EXPECT_TRUE(crypto::act::verify_opening(World::kOrigin, entry.leaf, entry.opening));
            const Bytes* value = entry.opening.server_value(counter);
            ASSERT_NE(value, nullptr);
            const auto read =
                protocol::codec::decode_exact<Counter>(ByteView{*value}.subspan(id_size));
            ASSERT_TRUE(read);
            EXPECT_EQ(read->counter, expected++);
        }
    }

    kv::MemoryStore store_;
    World world_{store_};
    Device kz_ = device("KZ");
    Device uz_ = device("UZ");
    TestChannel channel_{world_, kz_};
};

TEST_F(OpeningsTest, a_party_reads_every_entry_that_concerns_it) {
    const auto page = read(kz_, {OpeningScope::party, {}, 0});
    EXPECT_EQ(page.entries.size(), 6U);  // founded, established, message, admit, commit, message
    EXPECT_FALSE(page.more);
    expect_complete(page, "party:KZ", 0);
}

TEST_F(OpeningsTest, a_party_never_sees_anothers_counter) {
    const auto page = read(kz_, {OpeningScope::party, {}, 0});
    for (const auto& entry : page.entries) {
        EXPECT_EQ(entry.opening.server_value("party:UZ"), nullptr);
    }
    EXPECT_NE(page.entries.back().opening.server_value("record"), nullptr);
}

TEST_F(OpeningsTest, who_came_later_sees_only_the_counter_of_what_was_before) {
    const auto page = read(uz_, channel_scope());
    expect_complete(page, "channel", 32);
    ASSERT_EQ(page.entries.size(), 5U);
    const auto& established = page.entries[0].opening;
    EXPECT_EQ(established.server_value("device"), nullptr);
    EXPECT_EQ(established.server_value("record"), nullptr);
    EXPECT_EQ(established.server_value("party:KZ"), nullptr);
    const auto& last = page.entries.back().opening;
    EXPECT_NE(last.server_value("device"), nullptr);
}

TEST_F(OpeningsTest, an_act_of_before_is_withheld_with_its_seal) {
    const auto kg = device("KG");
    ASSERT_FALSE(channel_.admit(world_, {kg}).error);
    const auto page = read(kg, channel_scope());
    for (const auto& entry : page.entries) {
        if (entry.opening.server_value("party:KG") == nullptr) {
            EXPECT_FALSE(entry.opening.seal);
            for (const auto& shown : entry.opening.act_fields) {
                EXPECT_EQ(shown.field(), nullptr);
            }
        }
    }
}

TEST_F(OpeningsTest, a_channel_is_closed_to_parties_outside) {
    EXPECT_EQ(query(device("TJ"), channel_scope()).error, WireError::forbidden);
}

TEST_F(OpeningsTest, pages_continue_at_a_counter) {
    const auto page = read(kz_, {OpeningScope::party, {}, 4});
    EXPECT_EQ(page.entries.size(), 2U);
}

TEST_F(OpeningsTest, a_query_is_an_entry_and_reads_the_same_again_later) {
    const QueryOpeningsStatement what{OpeningScope::party, {}, 0};
    const auto receipt = response<Receipt>(query(kz_, what));
    const auto& log = world_.repositories().log();
    const auto first = repo::page(log, kz_.party, what, receipt);
    ASSERT_FALSE(world_.run(kz_, channel_.message(world_, "more")).error);
    EXPECT_EQ(*repo::page(log, kz_.party, what, receipt), *first);
    EXPECT_EQ(*log.opened(receipt.index)->opening.server_value("type"),
              to_bytes(as_bytes("query-openings")));
}

TEST_F(OpeningsTest, long_pages_are_cut_and_say_so) {
    for (int i = 0; i < 200; ++i) {
        ASSERT_FALSE(world_.run(kz_, channel_.message(world_, "x")).error);
    }
    std::uint64_t from = 0;
    std::size_t pages = 0;
    for (bool more = true; more; ++pages) {
        const auto page = read(kz_, {OpeningScope::party, {}, from});
        ASSERT_FALSE(page.entries.empty());
        from += page.entries.size();
        more = page.more;
    }
    EXPECT_GT(pages, 1U);
    EXPECT_EQ(from, 6 + 200 + pages - 1);  // the queries for the pages before
}

TEST_F(OpeningsTest, an_erased_opening_is_a_gap) {
    const auto before = read(kz_, {OpeningScope::party, {}, 0});
    const LogIndex erased = before.entries[2].index;
    const kv::Key key = kv::make_key(std::uint8_t{1}, erased);
    const ByteView view{key};
    ASSERT_TRUE(store_.purge(kv::Space::openings, {&view, 1}));
    const auto after = read(kz_, {OpeningScope::party, {}, 0});
    EXPECT_EQ(after.entries.size(), before.entries.size());  // one less, and the first query
    for (const auto& entry : after.entries) {
        EXPECT_NE(entry.index, erased);
    }
    EXPECT_EQ(world_.repositories().log().opened(erased).error(),
              make_error_code(storage::audit::AuditError::erased));
}

}  // namespace
}  // namespace serai::tests
