// kill -9 at random moments and at every named crash point. Proves nothing about syncing: the page cache survives.
#include "storage/kv/rocks_store.hpp"
#include "tests/storage/crash/workload.hpp"
#include "tests/support/temp_directory.hpp"

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

namespace serai::tests::crash {
namespace {

// One life of the victim, from start to death.
class Victim {
  public:
    Victim(const std::filesystem::path& folder, const std::string& crash_at) {
        int ends[2];
        EXPECT_EQ(::pipe(ends), 0);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        posix_spawn_file_actions_addclose(&actions, ends[0]);
        posix_spawn_file_actions_addclose(&actions, ends[1]);
        std::string program{SERAI_CRASH_VICTIM};
        std::string argument = folder.string();
        std::string variable = "SERAI_CRASH_AT=" + crash_at;
        char* arguments[] = {program.data(), argument.data(), nullptr};
        char* environment[] = {variable.data(), nullptr};
        EXPECT_EQ(::posix_spawn(&pid_,
                                program.c_str(),
                                &actions,
                                nullptr,
                                arguments,
                                crash_at.empty() ? environment + 1 : environment),
                  0);
        posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        output_ = ends[0];
    }

    Victim(const Victim&) = delete;
    Victim& operator=(const Victim&) = delete;

    ~Victim() { ::close(output_); }

    void kill() const { ::kill(pid_, SIGKILL); }

    // Waits for the victim to acknowledge something, so that the kill does not come before the beginning.
    std::uint64_t first_acknowledged() {
        read_one();
        return acknowledged_;
    }

    // The exit status, and by now everything that it acknowledged.
    int wait() {
        while (read_one()) {
        }
        int status = 0;
        EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
        return status;
    }

    [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }

  private:
    bool read_one() {
        std::uint64_t n = 0;
        const auto size = ::read(output_, &n, sizeof n);
        if (size != static_cast<ssize_t>(sizeof n)) {
            return false;
        }
        acknowledged_ = n;
        return true;
    }

    pid_t pid_ = 0;
    int output_ = -1;
    std::uint64_t acknowledged_ = 0;
};

void expect_no_fault(const std::filesystem::path& folder, std::uint64_t acknowledged) {
    std::string why;
    const auto store = storage::kv::open_rocks_store(folder / "store", {}, why);
    ASSERT_TRUE(store) << why;
    const auto objects = storage::objects::ObjectStore::open(folder / "objects", {}, why);
    ASSERT_TRUE(objects) << why;
    EXPECT_EQ(find_fault(**store, **objects, acknowledged), "");
}

TEST(StorageKill, nothing_acknowledged_is_lost_by_kills_at_random_moments) {
    TempDirectory folder;
    std::mt19937 random{std::random_device{}()};
    std::uint64_t acknowledged = 0;
    for (int run = crash_runs(50); run > 0; --run) {
        Victim victim{folder.path(), ""};
        acknowledged = std::max(acknowledged, victim.first_acknowledged());
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 60'000});
        victim.kill();
        const int status = victim.wait();
        ASSERT_TRUE(WIFSIGNALED(status)) << "the victim ended by itself: " << status;
        acknowledged = std::max(acknowledged, victim.acknowledged());
        // The next victim replays and goes on by itself; a look from here every few lives, and at the end.
        if (run % 5 == 1) {
            ASSERT_NO_FATAL_FAILURE(expect_no_fault(folder.path(), acknowledged));
        }
    }
    EXPECT_GT(acknowledged, 0U);
}

TEST(StorageKill, nothing_acknowledged_is_lost_at_any_crash_point) {
    for (const auto* point : {"kv.commit.before_write",
                              "kv.commit.durable",
                              "kv.commit.marked",
                              "objects.appended",
                              "objects.seal.synced",
                              "objects.seal.renamed",
                              "objects.seal.durable"}) {
        TempDirectory folder;
        std::uint64_t acknowledged = 0;
        for (const auto* time : {"", ":2", ":3"}) {
            Victim victim{folder.path(), std::string{point} + time};
            const int status = victim.wait();
            ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 137) << point << status;
            acknowledged = std::max(acknowledged, victim.acknowledged());
            ASSERT_NO_FATAL_FAILURE(expect_no_fault(folder.path(), acknowledged)) << point;
        }
    }
}

}  // namespace
}  // namespace serai::tests::crash
