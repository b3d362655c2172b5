// Death under load, many times: whatever was acknowledged is there afterwards, in order, once; whatever was not answered happens
// once when it is asked again; every effect has its leaf, and the tree recomputes.
#include "tests/system/load_device.hpp"
#include "tests/system/log_auditor.hpp"
#include "tests/system/victim.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

namespace serai::tests {
namespace {

constexpr std::size_t kDevices = 5;
constexpr std::size_t kMoreRounds =
    50;  // at most, until a document was acknowledged between two deaths

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kDefaultRuns = 10;  // each takes several times as long there
#else
constexpr std::size_t kDefaultRuns = 50;
#endif

std::size_t crash_runs() {
    const char* text = std::getenv("SERAI_CRASH_RUNS");
    return text == nullptr ? kDefaultRuns : std::stoul(text);
}

// SERAI_CRASH_SEED repeats a run as far as chance allows: when exactly a process dies is up to the machine.
std::uint32_t crash_seed() {
    const char* text = std::getenv("SERAI_CRASH_SEED");
    return text == nullptr ? std::random_device{}() : static_cast<std::uint32_t>(std::stoul(text));
}

class CrashTest : public testing::Test {
  protected:
    CrashTest() {
        // Uploads that a crash interrupts stay for a day; a party must not run out of them.
        network.configure({{"limits.uploads_per_party", "10000"}});
        RecordProperty("seed", std::to_string(seed));
    }

    void run(Victim& victim, std::size_t rounds) {
        SCOPED_TRACE("SERAI_CRASH_SEED=" + std::to_string(seed));
        auto port = victim.start();
        gather(TestChannel::make(network, port, kDevices));
        std::size_t round = 0;
        for (; round < rounds || (documents() == 0 && round < rounds + kMoreRounds); ++round) {
            SCOPED_TRACE("round " + std::to_string(round));
            load(victim, victim.arm(random), round);
            victim.bury();
            victim.check();
            port = victim.start();
            look_closely(port);
            if (HasFailure()) {
                return;
            }
        }
        for (auto& device : devices) {
            ASSERT_NO_FATAL_FAILURE(device->fetch_all_documents(port));
        }
        victim.bury();
        report(round);
    }

  private:
    void gather(TestChannel channel) {
        for (auto& member : channel.members()) {
            devices.push_back(std::make_unique<LoadDevice>(network, std::move(member), random()));
        }
    }

    // One of them, another one each round, begins with a document: it takes three requests, and chance alone would leave some
    // runs without any.
    void load(Victim& victim, std::uint16_t port, std::size_t round) {
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < devices.size(); ++i) {
            const auto start = round % devices.size() == i ? LoadDevice::Start::with_a_document
                                                           : LoadDevice::Start::with_anything;
            threads.emplace_back([&victim, &device = *devices[i], port, start] {
                device.work(port, start, [&victim] { victim.tick(); });
            });
        }
        for (auto& thread : threads) {
            thread.join();
        }
    }

    void look_closely(std::uint16_t port) {
        for (auto& device : devices) {
            ASSERT_NO_FATAL_FAILURE(device->settle(port));
        }
        auto client = devices.front()->member().connect(port);
        ASSERT_TRUE(client) << client.error().message();
        ASSERT_NO_FATAL_FAILURE(
            auditor.read_channel(*client, devices.front()->member().group_id()));
        ASSERT_NO_FATAL_FAILURE(auditor.read_log(*client));
        for (auto& device : devices) {
            ASSERT_NO_FATAL_FAILURE(device->verify(port, auditor));
            EXPECT_EQ(device->member().head(), devices.front()->member().head());
            EXPECT_EQ(device->member().group().epoch_authenticator(),
                      devices.front()->member().group().epoch_authenticator());
        }
    }

    // A harness under which nothing was ever in flight would prove nothing.
    void report(std::size_t rounds) {
        std::size_t acknowledged = 0;
        std::size_t retried = 0;
        for (const auto& device : devices) {
            acknowledged += device->acknowledged();
            retried += device->retried();
        }
        std::cout << rounds << " deaths, " << acknowledged << " requests acknowledged, " << retried
                  << " asked again, " << documents() << " documents, " << auditor.records()
                  << " records, " << auditor.tree().size().value() << " leaves\n";
        EXPECT_GE(acknowledged, rounds);
        EXPECT_GE(retried, rounds / 2);
        EXPECT_GT(documents(), 0);
    }

    [[nodiscard]] std::size_t documents() const {
        std::size_t count = 0;
        for (const auto& device : devices) {
            count += device->documents();
        }
        return count;
    }

  protected:
    std::uint32_t seed = crash_seed();
    std::mt19937 random{seed};
    TestNetwork network;
    std::vector<std::unique_ptr<LoadDevice>> devices;
    LogAuditor auditor{network};
};

TEST_F(CrashTest, nothing_acknowledged_is_lost_by_kill_9) {
    KilledProcess victim{network};

    run(victim, crash_runs());
}

TEST_F(CrashTest, nothing_acknowledged_is_lost_at_any_crash_point) {
    CrashingProcess victim{network};

    run(victim, std::max(crash_runs(), CrashingProcess::points().size()));

    for (const auto& point : CrashingProcess::points()) {
        EXPECT_GT(victim.deaths().contains(point) ? victim.deaths().at(point) : 0, 0) << point;
    }
}

TEST_F(CrashTest, nothing_acknowledged_is_lost_by_power_loss) {
    const TempDirectory scratch;
    PowerlessServer victim{network, scratch.path()};

    run(victim, crash_runs());
}

}  // namespace
}  // namespace serai::tests
