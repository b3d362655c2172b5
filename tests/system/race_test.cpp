// Many committers, one order: for each epoch one commit wins, whoever loses hears stale_epoch, reads on and tries again, and all
// agree about everything at every epoch.
#include "tests/support/network/channel_member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <map>
#include <mutex>
#include <thread>

namespace serai::tests {
namespace {

using namespace protocol::message;

constexpr std::size_t kClients = 8;
constexpr std::size_t kEpochs = 50;

// What one client saw at the beginning of each epoch.
struct Sight {
    Bytes authenticator;
    ChainHead head;

    friend bool operator==(const Sight&, const Sight&) = default;
};

// One of the racers, with its connection.
class Racer {
  public:
    Racer(ChannelMember& member, std::uint16_t port) : member_(&member), client_(connect(port)) {}

    // Sends a commit for the present epoch, reads on, and says what the server answered.
    Result<void> race() {
        const auto commit = member_->make_update();
        if (!commit) {
            return commit.error();
        }
        const auto answer = client_.call(*commit);
        SERAI_CHECK(read_on());
        return answer ? Result<void>{} : answer.error();
    }

    [[nodiscard]] const std::map<std::uint64_t, Sight>& sights() const { return sights_; }

    [[nodiscard]] std::uint64_t epoch() const { return member_->group().epoch(); }

    Result<void> read_on() {
        for (;;) {
            SERAI_TRY(
                page,
                client_.call(FetchRecords{member_->group_id(), next(member_->head().n), 256}));
            for (const auto& entry : page.entries) {
                SERAI_CHECK(member_->process(entry));
                sights_[epoch()] = {member_->group().epoch_authenticator(), entry.head};
            }
            if (next(member_->head().n) == page.end) {
                return {};
            }
        }
    }

  private:
    ProtocolClient connect(std::uint16_t port) const {
        auto client = member_->connect(port);
        if (!client) {
            throw std::runtime_error{client.error().message()};
        }
        return std::move(*client);
    }

    ChannelMember* member_;
    ProtocolClient client_;
    std::map<std::uint64_t, Sight> sights_;
};

class RaceTest : public testing::Test {
  protected:
    RaceTest() {
        for (auto& member : channel.members()) {
            racers.emplace_back(member, server.port());
        }
        first_epoch = racers.front().epoch();
    }

    template <class Run>
    void run_all(Run&& run) {
        std::vector<std::thread> threads;
        for (auto& racer : racers) {
            threads.emplace_back([&run, &racer] { run(racer); });
        }
        for (auto& thread : threads) {
            thread.join();
        }
    }

    void expect_agreement(std::uint64_t last_epoch) {
        for (auto& racer : racers) {
            ASSERT_TRUE(racer.read_on());
            EXPECT_EQ(racer.epoch(), last_epoch);
            EXPECT_EQ(racer.sights(), racers.front().sights());
        }
        EXPECT_EQ(racers.front().sights().size(), last_epoch - first_epoch);
    }

    TestNetwork network;
    ServerProcess server = network.start_server();
    TestChannel channel = TestChannel::make(network, server.port(), kClients);
    std::vector<Racer> racers;
    std::uint64_t first_epoch = 0;
};

// All at once, epoch by epoch: exactly one wins each.
TEST_F(RaceTest, one_commit_wins_each_epoch) {
    std::barrier together{kClients};
    std::mutex mutex;
    std::map<std::size_t, std::size_t> winners;
    std::vector<std::string> surprises;

    run_all([&](Racer& racer) {
        for (std::size_t round = 0; round < kEpochs; ++round) {
            together.arrive_and_wait();
            const auto result = racer.race();
            const std::lock_guard lock{mutex};
            if (result) {
                ++winners[round];
            } else if (result.error() != make_error_code(WireError::stale_epoch)) {
                surprises.push_back(result.error().message());
            }
        }
    });

    EXPECT_THAT(surprises, testing::IsEmpty());
    EXPECT_EQ(winners.size(), kEpochs);
    for (const auto& [round, wins] : winners) {
        EXPECT_EQ(wins, 1U) << "in round " << round;
    }
    expect_agreement(first_epoch + kEpochs);
}

// Each for itself, until it has had its share: nobody starves, nothing forks.
TEST_F(RaceTest, losers_catch_up_and_succeed) {
    constexpr std::size_t kEach = kEpochs / kClients + 1;
    std::mutex mutex;
    std::vector<std::string> surprises;

    run_all([&](Racer& racer) {
        for (std::size_t won = 0; won < kEach;) {
            const auto result = racer.race();
            if (result) {
                ++won;
            } else if (result.error() != make_error_code(WireError::stale_epoch)) {
                const std::lock_guard lock{mutex};
                surprises.push_back(result.error().message());
                return;
            }
        }
    });

    EXPECT_THAT(surprises, testing::IsEmpty());
    expect_agreement(first_epoch + kEach * kClients);
}

}  // namespace
}  // namespace serai::tests
