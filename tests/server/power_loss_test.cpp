// What the server makes at its first start and by keygen survives power loss.
#include "server/keys.hpp"
#include "tests/server/test_server.hpp"
#include "tests/support/power_loss_file_system.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace fs = std::filesystem;

class Machine {
  public:
    explicit Machine(const std::string& ignored_sync = "") { disk_.ignore_syncs(ignored_sync); }

    [[nodiscard]] const fs::path& root() const { return disk_.root(); }

    storage::file::FileSystem& files() { return *files_; }

    void lose_power() {
        disk_.cut_power();
        disk_.restore();
    }

  private:
    TempDirectory scratch_;
    PowerLossDisk disk_{scratch_.path()};
    std::unique_ptr<storage::file::FileSystem> files_ = make_power_loss_file_system(disk_);
};

using Life = bool (*)(Machine&);

bool new_keys_survive(Machine& machine) {
    const auto folder = machine.root() / "etc" / "serai";
    const server::KeyConfig config{folder / "log.key", folder / "tls.key", folder / "tls.crt"};
    const auto made = server::generate_keys(config,
                                            "log.example/1",
                                            "localhost",
                                            now_seconds(),
                                            crypto::system_random(),
                                            machine.files());
    machine.lose_power();
    try {
        return server::load_keys(config).tls_spki_hash == made.tls_spki_hash;
    } catch (const server::ConfigError&) {
        return false;
    }
}

bool the_data_folder_survives(Machine& machine) {
    const auto folder = machine.root() / "var" / "serai";
    {
        const TestServer server{
            {{"data_directory", "\"" + folder.string() + "\""}}, nullptr, &machine.files()};
    }
    machine.lose_power();
    return fs::exists(folder / "objects");
}

constexpr Life kLives[] = {new_keys_survive, the_data_folder_survives};

TEST(ServerSyncs, with_every_sync_in_place_nothing_is_lost) {
    for (std::size_t i = 0; i < std::size(kLives); ++i) {
        Machine machine;
        EXPECT_TRUE(kLives[i](machine)) << "life " << i;
    }
}

class ServerSyncLeftOut : public testing::TestWithParam<const char*> {};

TEST_P(ServerSyncLeftOut, loses_something) {
    int losses = 0;
    for (const Life life : kLives) {
        Machine machine{GetParam()};
        losses += life(machine) ? 0 : 1;
    }
    EXPECT_GT(losses, 0);
}

INSTANTIATE_TEST_SUITE_P(each,
                         ServerSyncLeftOut,
                         testing::Values("data_parent", "key_parent", "key_file", "key_directory"),
                         [](const auto& sync) { return std::string{sync.param}; });

TEST(ServerKeys, are_for_their_owner_alone_and_the_certificate_for_everybody) {
    const TempDirectory folder;
    const server::KeyConfig config{
        folder.path() / "log.key", folder.path() / "tls.key", folder.path() / "tls.crt"};

    static_cast<void>(server::generate_keys(config, "log.example/1", "localhost", now_seconds()));

    const auto others = fs::perms::group_all | fs::perms::others_all;
    EXPECT_EQ(fs::status(config.log_key).permissions() & others, fs::perms::none);
    EXPECT_EQ(fs::status(config.tls_key).permissions() & others, fs::perms::none);
    EXPECT_NE(fs::status(config.tls_certificate).permissions() & fs::perms::others_read,
              fs::perms::none);
}

TEST(ServerKeys, are_never_written_over) {
    const TempDirectory folder;
    const server::KeyConfig config{
        folder.path() / "log.key", folder.path() / "tls.key", folder.path() / "tls.crt"};
    static_cast<void>(server::generate_keys(config, "log.example/1", "localhost", now_seconds()));
    const auto before = server::load_keys(config).tls_spki_hash;

    EXPECT_THROW(static_cast<void>(
                     server::generate_keys(config, "log.example/1", "localhost", now_seconds())),
                 server::ConfigError);

    EXPECT_EQ(server::load_keys(config).tls_spki_hash, before);
}

}  // namespace
}  // namespace serai::tests
