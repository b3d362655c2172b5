// One flipped bit in the middle of the write-ahead log: the server refuses to start, and says why. (With RocksDB's own default
// it would start with half of what was acknowledged.)
#include "tests/support/network/channel_member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace serai::tests {
namespace {

// The largest write-ahead log of the store: RocksDB calls them <number>.log.
std::filesystem::path write_ahead_log(const std::filesystem::path& data) {
    std::filesystem::path largest;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{data}) {
        const bool is_log = entry.is_regular_file() && entry.path().extension() == ".log";
        if (is_log &&
            (largest.empty() || entry.file_size() > std::filesystem::file_size(largest))) {
            largest = entry.path();
        }
    }
    return largest;
}

void flip_bit(const std::filesystem::path& file, std::uint64_t offset) {
    std::fstream stream{file, std::ios::binary | std::ios::in | std::ios::out};
    stream.seekg(static_cast<std::streamoff>(offset));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(offset));
    stream.put(static_cast<char>(byte ^ 0x10));
}

class DamagedLogTest : public testing::Test {
  protected:
    // A server that was killed with `n` messages in its log, of which nothing was flushed.
    void kill_after(std::size_t n) {
        auto server = network.start_server();
        auto channel = TestChannel::make(network, server.port(), 2);
        auto client = channel.member(0).connect(server.port());
        ASSERT_TRUE(client);
        for (std::size_t i = 0; i < n; ++i) {
            ASSERT_TRUE(client->call(channel.member(0).opaque_message(500)));
        }
        server.kill();
    }

    [[nodiscard]] std::string server_log() const {
        std::ifstream in{network.directory() / "server.log"};
        return {std::istreambuf_iterator<char>{in}, {}};
    }

    TestNetwork network;
};

TEST_F(DamagedLogTest, flipped_bit_in_the_middle_refuses_to_start_with_a_clear_error) {
    kill_after(100);
    const auto log = write_ahead_log(network.data_directory());
    ASSERT_FALSE(log.empty());
    const auto size = std::filesystem::file_size(log);
    ASSERT_GT(size, 50'000U);
    for (const std::uint64_t part : {3U, 2U}) {
        SCOPED_TRACE("bit flipped at one part in " + std::to_string(part));
        flip_bit(log, size / part);

        const auto end = ServerProcess::start_refused(network.server_options());

        EXPECT_EQ(end.exit_code, 1);
        EXPECT_THAT(server_log(), testing::HasSubstr("the store cannot be opened"));
        EXPECT_THAT(server_log(), testing::HasSubstr("Corruption"));
        flip_bit(log, size / part);
    }
    // Undamaged again, it starts: the refusals have changed nothing.
    EXPECT_NO_THROW(static_cast<void>(network.start_server()));
}

TEST_F(DamagedLogTest, damage_is_reported_by_check_too) {
    kill_after(50);
    const auto log = write_ahead_log(network.data_directory());
    ASSERT_FALSE(log.empty());
    flip_bit(log, std::filesystem::file_size(log) / 2);

    const auto check = run_program(
        {server_binary().string(), "check", "--config", network.config_file().string()});

    EXPECT_EQ(check.exit_code, 1) << check.text;
}

}  // namespace
}  // namespace serai::tests
