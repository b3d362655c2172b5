// Many threads, random requests, a simple model of what must come out.
#include "storage/kv/memory_store.hpp"
#include "tests/storage/kv/rocks_bench.hpp"
#include "tests/storage/repo/world.hpp"

#include <gtest/gtest.h>

#include <random>
#include <thread>

namespace serai::tests {
namespace {

namespace kv = storage::kv;
namespace repo = storage::repo;
using protocol::message::RecordReceipt;

// What the model knows of an acknowledged message.
struct Sent {
    std::size_t channel = 0;
    std::string text;
    RecordReceipt receipt;
    storage::commit::Asked asked;
};

// Channels with members of each party, and threads that write, commit and retry.
class Crowd {
  public:
    static constexpr int kChannels = 3;
    static constexpr int kThreads = 4;
    static constexpr int kSteps = 60;

    explicit Crowd(kv::Store& store) : world_(store) {
        for (int i = 0; i < kChannels; ++i) {
            channels_.push_back(std::make_unique<TestChannel>(world_, members_[0]));
            EXPECT_FALSE(channels_.back()->admit(world_, {members_[1], members_[2]}).error);
        }
    }

    void run(unsigned seed) {
        std::vector<std::thread> threads;
        for (int i = 0; i < kThreads; ++i) {
            threads.emplace_back([this, seed, i] { live(seed * 100 + static_cast<unsigned>(i)); });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        world_.pipeline().drain();
    }

    void check() {
        for (const Sent& sent : sent_) {
            const auto page = world_.repositories().channels().records(
                channels_[sent.channel]->group(), members_[0].id, sent.receipt.head.n, 1);
            ASSERT_TRUE(page);
            const auto record = protocol::codec::decode_exact<protocol::message::ChannelRecord>(
                page->entries.at(0).record);
            EXPECT_EQ(as_text(record->mls_message), sent.text);
            EXPECT_EQ(page->entries.at(0).head, sent.receipt.head);
        }
        std::set<std::pair<std::size_t, std::uint64_t>> places;
        for (const Sent& sent : sent_) {
            EXPECT_TRUE(places.emplace(sent.channel, sent.receipt.head.n.value()).second);
        }
        std::uint64_t records = 0;
        for (const auto& channel : channels_) {
            records += channel->load(world_)->head()->end.value();
        }
        EXPECT_EQ(records, kChannels * 2 + sent_.size() + commits_);
        EXPECT_EQ(find_inconsistency(world_.store()), "");
    }

    [[nodiscard]] std::size_t sent() const { return sent_.size(); }

    [[nodiscard]] std::size_t commits() const { return commits_; }

    [[nodiscard]] std::size_t lost_races() const { return lost_races_; }

  private:
    void live(unsigned seed) {
        std::mt19937 random{seed};
        for (int step = 0; step < kSteps; ++step) {
            const std::size_t channel = random() % kChannels;
            switch (random() % 8) {
                case 0:
                    race(channel);
                    break;
                case 1:
                    retry(random);
                    break;
                case 2:
                    checkpoint();
                    break;
                default:
                    send(channel, "t" + std::to_string(seed) + "/" + std::to_string(step), random);
            }
        }
    }

    void send(std::size_t i, const std::string& text, std::mt19937& random) {
        const Device& who = members_[random() % members_.size()];
        const auto asked = world_.ask(who);
        while (true) {
            Epoch epoch;
            {
                const std::lock_guard lock{mutex_};
                epoch = channels_[i]->epoch();
            }
            const auto verdict = world_.run(asked, channels_[i]->message(world_, text, epoch));
            if (verdict.error == WireError::stale_epoch) {
                continue;  // the model's group is behind for a moment, or the channel moved on
            }
            ASSERT_FALSE(verdict.error);
            const std::lock_guard lock{mutex_};
            sent_.push_back({i, text, response<RecordReceipt>(verdict), asked});
            return;
        }
    }

    // Two commits of one epoch at once.
    void race(std::size_t i) {
        const std::lock_guard lock{mutex_};
        auto one = channels_[i]->make_commit(world_);
        auto two = channels_[i]->make_commit(world_);
        const auto token_one =
            world_.start(repo::prepare(world_.repositories(), world_.ask(members_[0]), one.input));
        const auto token_two =
            world_.start(repo::prepare(world_.repositories(), world_.ask(members_[1]), two.input));
        const bool won_one = !world_.answers().wait(token_one).error;
        const auto second = world_.answers().wait(token_two);
        ASSERT_NE(won_one, !second.error);
        ASSERT_TRUE(won_one || second.error == WireError::stale_epoch);
        channels_[i]->take(std::move(won_one ? one : two));
        ++commits_;
        ++lost_races_;
    }

    void retry(std::mt19937& random) {
        Sent sent;
        {
            const std::lock_guard lock{mutex_};
            if (sent_.empty()) {
                return;
            }
            sent = sent_[random() % sent_.size()];
        }
        const auto verdict =
            world_.run(sent.asked, channels_[sent.channel]->message(world_, sent.text, Epoch{0}));
        ASSERT_EQ(response<RecordReceipt>(verdict), sent.receipt);
    }

    void checkpoint() {
        const auto note = world_.repositories().log().checkpoint();
        ASSERT_TRUE(note);
    }

    World world_;
    std::vector<Device> members_{device("KZ"), device("UZ"), device("KG")};
    std::vector<std::unique_ptr<TestChannel>> channels_;
    std::mutex mutex_;  // guards what follows and the secrets of the channels
    std::vector<Sent> sent_;
    std::size_t commits_ = 0;
    std::size_t lost_races_ = 0;
};

TEST(PipelineProperty, what_many_threads_were_told_is_what_the_store_holds) {
    for (unsigned seed = 1; seed <= 3; ++seed) {
        kv::MemoryStore store;
        Crowd crowd{store};
        crowd.run(seed);
        crowd.check();
        EXPECT_GT(crowd.sent(), 0U);
        EXPECT_GT(crowd.lost_races(), 0U);
    }
}

TEST(PipelineProperty, the_same_on_rocksdb) {
    RocksBench bench;
    Crowd crowd{bench.store()};
    crowd.run(4);
    crowd.check();
}

}  // namespace
}  // namespace serai::tests
