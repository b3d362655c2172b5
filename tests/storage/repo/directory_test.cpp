#include "storage/repo/directory.hpp"

#include "storage/kv/memory_store.hpp"
#include "tests/storage/repo/world.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace kv = storage::kv;
namespace repo = storage::repo;
using protocol::message::ClaimedKeyPackages;
using storage::commit::Verdict;

class DirectoryTest : public testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(find_inconsistency(store_), ""); }

    UnixSeconds in_seconds(std::uint64_t n) const {
        return UnixSeconds{world_->now().value() / 1000 + n};
    }

    // Publishes packages whose content is their name.
    Verdict publish(const Device& who,
                    const std::vector<std::string>& names,
                    std::uint64_t good_for = 1000,
                    bool last_resort = false) {
        repo::PublishKeyPackages input;
        protocol::network::PublishKeyPackagesStatement statement;
        for (const auto& name : names) {
            Digest reference{};
            std::copy_n(name.begin(), std::min<std::size_t>(name.size(), 32), reference.begin());
            statement.references.push_back(reference);
            input.packages.push_back(
                {reference, in_seconds(good_for), to_bytes(as_bytes(name)), last_resort});
        }
        input.act = world_->act(who, statement);
        return world_->run(who, std::move(input));
    }

    repo::ClaimKeyPackage claim_of(const Device& subject) {
        const protocol::network::ClaimKeyPackageStatement statement{channel_->group(),
                                                                    subject.id.person};
        return {
            world_->act(kz_, statement), channel_->load(*world_), subject.id.person, subject.party};
    }

    // The contents handed out, or the refusal's name.
    std::vector<std::string> claim(const Device& subject) {
        const auto verdict = world_->run(kz_, claim_of(subject));
        if (verdict.error) {
            return {std::string{name(*verdict.error)}};
        }
        std::vector<std::string> out;
        for (const auto& entry : response<ClaimedKeyPackages>(verdict).key_packages) {
            out.emplace_back(as_text(entry.mls_message));
        }
        return out;
    }

    repo::Stock stock_of(const Device& who) {
        auto& repositories = world_->repositories();
        return *repositories.directory().stock(
            who.id, in_seconds(0), *repositories.network().revocations());
    }

    std::uint32_t count_of(const Device& who) { return stock_of(who).count; }

    using Names = std::vector<std::string>;

    kv::MemoryStore store_;
    std::unique_ptr<World> world_ = std::make_unique<World>(store_);
    Device kz_ = device("KZ");
    Device laptop_ = device("UZ", "person-1", "laptop");
    Device phone_ = device("UZ", "person-1", "phone");
    std::unique_ptr<TestChannel> channel_ = std::make_unique<TestChannel>(*world_, kz_);
};

TEST_F(DirectoryTest, each_key_package_is_handed_out_once_the_oldest_first) {
    ASSERT_FALSE(publish(laptop_, {"a", "b"}).error);
    EXPECT_EQ(count_of(laptop_), 2U);
    EXPECT_EQ(claim(laptop_), (Names{"a"}));
    EXPECT_EQ(claim(laptop_), (Names{"b"}));
    EXPECT_EQ(claim(laptop_), (Names{"no_key_package"}));
    EXPECT_EQ(count_of(laptop_), 0U);
}

TEST_F(DirectoryTest, a_claim_takes_one_of_each_device) {
    ASSERT_FALSE(publish(laptop_, {"a", "b"}).error);
    ASSERT_FALSE(publish(phone_, {"c"}).error);
    auto first = claim(laptop_);
    std::ranges::sort(first);
    EXPECT_EQ(first, (Names{"a", "c"}));
    EXPECT_EQ(claim(laptop_), (Names{"b"}));
}

TEST_F(DirectoryTest, a_retried_claim_gets_the_same_ones) {
    ASSERT_FALSE(publish(laptop_, {"a", "b"}).error);
    const auto asked = world_->ask(kz_);
    const auto input = claim_of(laptop_);
    const auto first = world_->run(asked, input);
    const auto second = world_->run(asked, input);
    EXPECT_EQ(*first.body, *second.body);
    EXPECT_EQ(claim(laptop_), (Names{"b"}));
}

TEST_F(DirectoryTest, claims_of_one_batch_get_different_ones) {
    ASSERT_FALSE(publish(laptop_, {"a", "b", "c"}).error);
    std::vector<std::uint64_t> tokens;
    for (int i = 0; i < 3; ++i) {
        tokens.push_back(world_->start(
            repo::prepare(world_->repositories(), world_->ask(kz_), claim_of(laptop_))));
    }
    std::set<std::string> names;
    for (const auto token : tokens) {
        const auto claimed = response<ClaimedKeyPackages>(world_->answers().wait(token));
        names.emplace(as_text(claimed.key_packages.at(0).mls_message));
    }
    EXPECT_EQ(names.size(), 3U);
}

TEST_F(DirectoryTest, an_expired_key_package_is_never_handed_out) {
    ASSERT_FALSE(publish(laptop_, {"short"}, 100).error);
    ASSERT_FALSE(publish(laptop_, {"long"}, 10'000).error);
    world_->advance(200'000);
    EXPECT_EQ(claim(laptop_), (Names{"long"}));
    EXPECT_EQ(count_of(laptop_), 0U);
}

TEST_F(DirectoryTest, what_is_over_is_not_counted) {
    ASSERT_FALSE(publish(laptop_, {"short"}, 100).error);
    ASSERT_FALSE(publish(laptop_, {"long"}, 10'000).error);
    ASSERT_FALSE(publish(laptop_, {"spare"}, 100, true).error);
    EXPECT_EQ(count_of(laptop_), 2U);
    EXPECT_EQ(stock_of(laptop_).last_resort_until, in_seconds(100));

    world_->advance(200'000);

    EXPECT_EQ(count_of(laptop_), 1U);
    EXPECT_EQ(stock_of(laptop_).last_resort_until.value(), 0U);
}

TEST_F(DirectoryTest, what_is_over_makes_room_for_new_ones) {
    for (std::size_t i = 0; i < repo::kMaxUnclaimed; ++i) {
        ASSERT_FALSE(publish(laptop_, {"p" + std::to_string(i)}, 100).error);
    }
    world_->advance(200'000);

    EXPECT_FALSE(publish(laptop_, {"new"}).error);

    EXPECT_EQ(count_of(laptop_), 1U);
    EXPECT_EQ(claim(laptop_), (Names{"new"}));
    EXPECT_EQ(publish(laptop_, {"p0"}).error, WireError::exists);
}

// ---- of last resort ----

TEST_F(DirectoryTest, the_last_resort_is_handed_out_while_there_is_no_other_and_stays) {
    ASSERT_FALSE(publish(laptop_, {"spare"}, 1000, true).error);
    ASSERT_FALSE(publish(laptop_, {"a"}).error);
    EXPECT_EQ(count_of(laptop_), 1U);

    EXPECT_EQ(claim(laptop_), (Names{"a"}));
    EXPECT_EQ(claim(laptop_), (Names{"spare"}));
    EXPECT_EQ(claim(laptop_), (Names{"spare"}));

    ASSERT_FALSE(publish(laptop_, {"b"}).error);
    EXPECT_EQ(claim(laptop_), (Names{"b"}));
}

TEST_F(DirectoryTest, a_new_last_resort_takes_the_place_of_the_former) {
    ASSERT_FALSE(publish(laptop_, {"spare"}, 1000, true).error);
    ASSERT_FALSE(publish(laptop_, {"new"}, 1000, true).error);

    EXPECT_EQ(claim(laptop_), (Names{"new"}));
    world_ = std::make_unique<World>(store_);
    EXPECT_EQ(claim(laptop_), (Names{"new"}));
}

TEST_F(DirectoryTest, a_full_stock_leaves_room_for_the_last_resort) {
    for (std::size_t i = 0; i < repo::kMaxUnclaimed; ++i) {
        ASSERT_FALSE(publish(laptop_, {"p" + std::to_string(i)}).error);
    }
    EXPECT_FALSE(publish(laptop_, {"spare"}, 1000, true).error);
}

TEST_F(DirectoryTest, a_last_resort_that_is_over_is_not_handed_out) {
    ASSERT_FALSE(publish(laptop_, {"spare"}, 100, true).error);
    world_->advance(200'000);
    EXPECT_EQ(claim(laptop_), (Names{"no_key_package"}));
}

TEST_F(DirectoryTest, a_reference_is_published_once) {
    ASSERT_FALSE(publish(laptop_, {"a"}).error);
    EXPECT_EQ(publish(laptop_, {"a"}).error, WireError::exists);
    EXPECT_EQ(publish(laptop_, {"b", "b"}).error, WireError::exists);
    EXPECT_EQ(claim(laptop_), (Names{"a"}));
    EXPECT_EQ(publish(laptop_, {"a"}).error, WireError::exists);
}

TEST_F(DirectoryTest, a_device_cannot_fill_the_directory) {
    for (std::size_t i = 0; i < repo::kMaxUnclaimed; ++i) {
        ASSERT_FALSE(publish(laptop_, {"p" + std::to_string(i)}).error);
    }
    EXPECT_EQ(publish(laptop_, {"more"}).error, WireError::too_large);
    EXPECT_FALSE(publish(phone_, {"other"}).error);
}

TEST_F(DirectoryTest, only_a_member_claims_for_its_channel) {
    ASSERT_FALSE(publish(laptop_, {"a"}).error);
    EXPECT_EQ(world_->run(phone_, claim_of(laptop_)).error, WireError::forbidden);
}

TEST_F(DirectoryTest, the_directory_survives_a_restart) {
    ASSERT_FALSE(publish(laptop_, {"a", "b"}).error);
    EXPECT_EQ(claim(laptop_), (Names{"a"}));
    world_ = std::make_unique<World>(store_);
    EXPECT_EQ(claim(laptop_), (Names{"b"}));
    EXPECT_EQ(publish(laptop_, {"a"}).error, WireError::exists);
}

TEST_F(DirectoryTest, the_entry_of_a_claim_names_what_was_taken) {
    ASSERT_FALSE(publish(laptop_, {"a"}).error);
    const auto claimed = response<ClaimedKeyPackages>(world_->run(kz_, claim_of(laptop_)));
    const auto entry = world_->repositories().log().opened(claimed.receipt.index);
    ASSERT_TRUE(entry);
    const Bytes* reference = entry->opening.server_value("key-package");
    ASSERT_NE(reference, nullptr);
    EXPECT_EQ(reference->at(0), 'a');
    EXPECT_NE(entry->opening.server_value("party:UZ"), nullptr);
}

TEST_F(DirectoryTest, the_entry_of_a_claim_tells_a_last_resort_from_another) {
    ASSERT_FALSE(publish(laptop_, {"spare"}, 1000, true).error);
    const auto claimed = response<ClaimedKeyPackages>(world_->run(kz_, claim_of(laptop_)));
    const auto entry = world_->repositories().log().opened(claimed.receipt.index);
    ASSERT_TRUE(entry);
    EXPECT_NE(entry->opening.server_value("last-resort"), nullptr);
    EXPECT_EQ(entry->opening.server_value("key-package"), nullptr);
}

}  // namespace
}  // namespace serai::tests
