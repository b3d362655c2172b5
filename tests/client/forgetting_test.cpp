// A client that has read on has forgotten: keys that it does not need any more are neither in the memory of its process nor in its
// vault, opened with the right passphrase.
#include "client/channel/roster.hpp"
#include "tests/client/command_line.hpp"
#include "tests/client/member.hpp"
#include "tests/support/traces.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>

namespace serai::tests {
namespace {

using client::vault::Place;
using client::vault::Table;
using client::vault::Vault;

// A command of `serai` that goes on until it is killed, with what it prints.
class Running {
  public:
    Running(const std::filesystem::path& home, std::vector<std::string> arguments) {
        std::array<int, 2> pipe{};
        if (::pipe(pipe.data()) != 0 || (pid_ = ::fork()) < 0) {
            throw std::runtime_error{"no process"};
        }
        if (pid_ == 0) {
            ::dup2(pipe[1], STDOUT_FILENO);
            ::setenv("SERAI_PASSPHRASE", kPassphrase, 1);
            ::setenv("SERAI_HOME", home.c_str(), 1);
            arguments.insert(arguments.begin(), SERAI_BINARY);
            std::vector<char*> argv;
            for (std::string& argument : arguments) {
                argv.push_back(argument.data());
            }
            argv.push_back(nullptr);
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
        ::close(pipe[1]);
        out_ = pipe[0];
    }

    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    ~Running() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        ::close(out_);
    }

    [[nodiscard]] pid_t pid() const { return pid_; }

    // Reads until the text has been printed; false if the process ends before.
    bool wait_for(const std::string& text) {
        std::array<char, 4096> buffer{};
        while (printed_.find(text) == std::string::npos) {
            const auto got = ::read(out_, buffer.data(), buffer.size());
            if (got <= 0) {
                return false;
            }
            printed_.append(buffer.data(), static_cast<std::size_t>(got));
        }
        return true;
    }

  private:
    pid_t pid_ = -1;
    int out_ = -1;
    std::string printed_;
};

// What is still there once the process has had time to put away what it was working with when it said its last line.
std::size_t left_in_process(const Traces& traces, pid_t pid) {
    constexpr int kLooks = 50;
    std::size_t left = traces.count_in_process(pid);
    for (int look = 0; left != 0 && look < kLooks; ++look) {
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        left = traces.count_in_process(pid);
    }
    return left;
}

class ForgettingClient : public testing::Test {
  protected:
    void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        GTEST_SKIP() << "a sanitizer keeps copies of its own of what the program frees";
#endif
    }

    ForgettingClient()
        : server(network.start_server()),
          kz(network, server.port(), "KZ"),
          home(network.directory() / "homes/KG") {
        const auto device = network.device("KG");
        make_home(network, device, server.port(), home);
        kg.must({"join"});
        group = kz.found();
        EXPECT_TRUE(client::channel::invite(kz.context(), group, device.id.person));
    }

    Vault open(const std::filesystem::path& folder) {
        client::Diagnostics diagnostics;
        auto vault = Vault::open(
            folder, client::vault::Passphrase::from_bytes(as_bytes(kPassphrase)), diagnostics);
        if (!vault) {
            throw std::runtime_error{vault.error().message()};
        }
        return std::move(*vault);
    }

    // While a process has the vault open.
    Vault open_copy() {
        const auto copy = network.directory() / "copy";
        std::filesystem::remove_all(copy);
        std::filesystem::copy(home / "vault", copy, std::filesystem::copy_options::recursive);
        return open(copy);
    }

    static void add(Traces& traces, const Vault& vault, Table table, ByteView parent = {}) {
        const auto records = vault.all(table, parent);
        EXPECT_TRUE(records);
        for (const auto& record : *records) {
            traces.add_secret(record);
        }
    }

    static Traces keys_in(const Vault& vault) {
        Traces keys;
        add(keys, vault, Table::group_secret);
        add(keys, vault, Table::key_package);
        return keys;
    }

    // What everybody may know, and what belongs to a state that is kept.
    static Traces open_in(const Vault& vault) {
        Traces out;
        add(out, vault, Table::group_public);
        add(out, vault, Table::channel);
        add(out, vault, Table::settings);
        add(out, vault, Table::genesis);
        return out;
    }

    // Everything that the vault holds, decrypted.
    std::size_t count_in_vault(const Traces& traces, const Vault& vault) {
        std::size_t count = 0;
        for (std::uint8_t table = 1; table <= static_cast<std::uint8_t>(Table::untidy); ++table) {
            for (const ByteView parent : {ByteView{}, ByteView{group.value()}}) {
                const auto records = vault.all(Table{table}, parent);
                EXPECT_TRUE(records);
                for (const auto& record : *records) {
                    count +=
                        record.with_bytes(crypto::SecretAccess{"a test looks"},
                                          [&](ByteView bytes) { return traces.count_in(bytes); });
                }
            }
        }
        return count;
    }

    TestNetwork network;
    ServerProcess server;
    Member kz;
    std::filesystem::path home;
    CommandLine kg{home};
    GroupId group;
};

TEST_F(ForgettingClient, keeps_no_used_key_in_memory_or_vault) {
    const auto before_joining = keys_in(open(home / "vault"));
    kg.must({"join"});
    Traces before = keys_in(open(home / "vault"));
    const Traces known_before = open_in(open(home / "vault"));
    Running follower{home, {"follow", "Test"}};
    kz.say(group, "first");
    ASSERT_TRUE(follower.wait_for("first"));
    Member uz{network, server.port(), "UZ"};
    kz.invite(group, uz);
    kz.say(group, "second");
    ASSERT_TRUE(follower.wait_for("second"));

    const auto vault = open_copy();
    const Traces after = keys_in(vault);
    const Traces known = open_in(vault);

    const auto init_keys = before_joining.without(before).without(known);
    const auto old_epoch = before.without(after).without(known).without(known_before);
    EXPECT_GT(init_keys.size(), 0U);
    EXPECT_GT(old_epoch.size(), 100U);
    EXPECT_EQ(left_in_process(init_keys, follower.pid()), 0U);
    EXPECT_EQ(left_in_process(old_epoch, follower.pid()), 0U);
    EXPECT_EQ(count_in_vault(init_keys, vault), 0U);
    EXPECT_EQ(count_in_vault(old_epoch, vault), 0U);

    // What has to be there is found, so the search is one.
    EXPECT_GT(count_in_vault(after, vault), 100U);
    Traces device;
    add(device, vault, Table::device);
    EXPECT_GT(device.count_in_process(follower.pid()), 0U);
}

}  // namespace
}  // namespace serai::tests
