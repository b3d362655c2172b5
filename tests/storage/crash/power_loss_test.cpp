// Power failures at random operations: every file cut to what was synced, or torn a little after it, and unsynced names gone.
#include "tests/storage/crash/workload.hpp"
#include "tests/storage/kv/rocks_bench.hpp"

namespace serai::tests::crash {
namespace {

// Lives until the power fails; returns the last step that was acknowledged.
std::uint64_t live(RocksBench& bench, storage::objects::ObjectStore& objects, std::uint64_t from) {
    std::uint64_t acknowledged = from - 1;
    while (run_step(bench.store(), objects, acknowledged + 1)) {
        ++acknowledged;
    }
    return acknowledged;
}

void survive_power_failures(bool torn, int runs) {
    std::mt19937 random{std::random_device{}()};
    RocksBench bench;
    std::uint64_t acknowledged = 0;
    for (int run = 0; run < runs; ++run) {
        storage::objects::ObjectOptions options;
        options.files = &bench.files();
        options.writeback_bytes = 4096;
        std::string why;
        auto objects =
            storage::objects::ObjectStore::open(bench.disk().root() / "objects", options, why);
        ASSERT_TRUE(objects) << why;
        ASSERT_EQ(find_fault(bench.store(), **objects, acknowledged), "") << "run " << run;

        bench.disk().cut_power_after(random() % (run % 10 == 0 ? 3000 : 300));
        acknowledged = live(bench, **objects, *last_step(bench.store()) + 1);
        ASSERT_FALSE(bench.disk().is_on());
        objects->reset();
        bench.lose_power(torn ? &random : nullptr);
        // The power may fail again while the store starts.
        bench.disk().cut_power_after(random() % 60);
        if (bench.try_open()) {
            bench.disk().cut_power_after(1'000'000'000);
        }
        if (!bench.disk().is_on()) {
            bench.lose_power(torn ? &random : nullptr);
        }
        ASSERT_TRUE(bench.try_open()) << bench.why();
    }
    EXPECT_GT(acknowledged, 0U);
}

TEST(StoragePowerLoss, nothing_acknowledged_is_lost) {
    survive_power_failures(false, crash_runs(50));
}

TEST(StoragePowerLoss, nothing_acknowledged_is_lost_with_torn_files) {
    survive_power_failures(true, crash_runs(50));
}

}  // namespace
}  // namespace serai::tests::crash
