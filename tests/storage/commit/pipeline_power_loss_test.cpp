// The pipeline over RocksDB on a disk that loses power at random operations: after each failure every acknowledged effect is
// there in order and once, every effect has its leaf, and the root recomputes.
#include "tests/storage/kv/rocks_bench.hpp"
#include "tests/storage/repo/world.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace serai::tests {
namespace {

namespace repo = storage::repo;
using protocol::message::RecordReceipt;

int crash_runs(int otherwise) {
    const char* runs = std::getenv("SERAI_CRASH_RUNS");
    return runs == nullptr ? otherwise : std::atoi(runs);
}

// What a client would remember: a request, and its receipt once it was told.
struct Request {
    storage::commit::Asked asked;
    std::string text;
    std::optional<Epoch> epoch;
    std::optional<RecordReceipt> receipt;
};

class Survivor {
  public:
    explicit Survivor(RocksBench& bench) : bench_(bench) {
        World world{bench_.store(), options()};
        channel_ = std::make_unique<TestChannel>(world, kz_);
    }

    // Sends until the power fails. Returns false if the store could not even be opened.
    void live(std::size_t operations) {
        World world{bench_.store(), options()};
        bench_.disk().cut_power_after(operations);
        for (int i = 0; bench_.disk().is_on(); ++i) {
            if (i % 7 == 3) {
                static_cast<void>(world.repositories().log().checkpoint());
            }
            if (i % 5 == 4 && commit(world)) {
                continue;
            }
            send_some(world);
        }
    }

    // After the restart: what was acknowledged is there; what was not is tried again and then is there once.
    void check() {
        World world{bench_.store(), options()};
        ASSERT_EQ(find_inconsistency(bench_.store()), "");
        settle_commit(world);
        for (Request& request : requests_) {
            auto verdict =
                world.run(request.asked, channel_->message(world, request.text, request.epoch));
            if (verdict.error == WireError::stale_epoch) {
                ASSERT_FALSE(request.receipt) << "an acknowledged message was lost";
                verdict = world.run(request.asked, channel_->message(world, request.text));
            }
            const auto receipt = response<RecordReceipt>(verdict);
            if (request.receipt) {
                ASSERT_EQ(receipt, *request.receipt);
            }
            expect_at(world, receipt, request.text);
        }
        ASSERT_EQ(channel_->load(world)->head()->end.value(),
                  1 + commits_ + settled_ + requests_.size());
        settled_ += requests_.size();
        requests_.clear();
        ASSERT_EQ(find_inconsistency(bench_.store()), "");
    }

    [[nodiscard]] std::size_t settled() const { return settled_; }

  private:
    // This client asks again for more than one that forgets what it was told.
    static storage::commit::PipelineOptions options() {
        storage::commit::PipelineOptions out;
        out.device_verdicts = 100'000;
        return out;
    }

    void send_some(World& world) {
        std::vector<std::uint64_t> tokens;
        const std::size_t first = requests_.size();
        for (int i = 0; i < 4; ++i) {
            Request request{world.ask(kz_), "m" + std::to_string(++texts_), channel_->epoch(), {}};
            tokens.push_back(world.start(repo::prepare(
                world.repositories(), request.asked, channel_->message(world, request.text))));
            requests_.push_back(std::move(request));
        }
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            const auto verdict = world.answers().wait(tokens[i]);
            if (!verdict.error) {
                requests_[first + i].receipt = response<RecordReceipt>(verdict);
            }
        }
    }

    // False when its outcome is not known: the power is off.
    bool commit(World& world) {
        pending_.emplace(channel_->make_commit(world));
        pending_asked_ = world.ask(kz_);
        const auto verdict = world.run(pending_asked_, pending_->input);
        if (verdict.error) {
            return false;
        }
        take_pending();
        return true;
    }

    // Asks again with the same request id, as a client does.
    void settle_commit(World& world) {
        if (!pending_) {
            return;
        }
        if (*world.pipeline().attach(pending_asked_, {})) {
            ASSERT_EQ(channel_->load(world)->head()->epoch.value(), channel_->epoch().value() + 1);
        } else {
            pending_->input.channel = channel_->load(world);
            pending_->input.base = pending_->input.channel->head();
            ASSERT_FALSE(world.run(pending_asked_, pending_->input).error);
        }
        take_pending();
    }

    void take_pending() {
        channel_->take(std::move(*pending_));
        pending_.reset();
        ++commits_;
    }

    void expect_at(World& world, const RecordReceipt& receipt, const std::string& text) {
        const auto page =
            world.repositories().channels().records(channel_->group(), kz_.id, receipt.head.n, 1);
        ASSERT_TRUE(page);
        const auto record = protocol::codec::decode_exact<protocol::message::ChannelRecord>(
            page->entries.at(0).record);
        ASSERT_EQ(as_text(record->mls_message), text);
    }

    RocksBench& bench_;
    Device kz_ = device("KZ");
    std::unique_ptr<TestChannel> channel_;
    std::vector<Request> requests_;
    std::optional<TestChannel::Made> pending_;
    storage::commit::Asked pending_asked_;
    std::size_t texts_ = 0;
    std::size_t commits_ = 0;
    std::size_t settled_ = 0;  // messages known to be there
};

// One disk for so many failures: each check reads all of it.
constexpr int kRunsOfOneDisk = 20;

void survive(bool torn, int runs) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    while (runs > 0 && !testing::Test::HasFatalFailure()) {
        RocksBench bench;
        Survivor survivor{bench};
        for (int run = 0; run < kRunsOfOneDisk && runs > 0; ++run, --runs) {
            survivor.live(1 + random() % 200);
            bench.lose_power(torn ? &random : nullptr);
            ASSERT_TRUE(bench.try_open()) << bench.why();
            survivor.check();
            if (testing::Test::HasFatalFailure()) {
                return;
            }
            bench.reopen();
        }
        EXPECT_GT(survivor.settled(), 0U);
    }
}

TEST(PipelinePowerLoss, what_was_acknowledged_is_there_once_and_has_its_leaf) {
    survive(false, crash_runs(50));
}

TEST(PipelinePowerLoss, the_same_with_torn_files) {
    survive(true, crash_runs(50));
}

// Without the sync of the write-ahead log the harness must notice, or it proves nothing.
TEST(PipelinePowerLoss, without_the_sync_acknowledged_messages_are_lost) {
    RocksBench bench{"wal"};
    const auto kz = device("KZ");
    {
        World world{bench.store()};
        TestChannel channel{world, kz};
        ASSERT_FALSE(world.run(kz, channel.message(world, "x")).error);
        bench.disk().cut_power();
    }
    bench.lose_power();
    if (bench.try_open()) {
        World world{bench.store()};
        EXPECT_LT(world.repositories().log().size().value(), 4U);
    }
}

}  // namespace
}  // namespace serai::tests
