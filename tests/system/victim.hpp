// A server to be killed: by SIGKILL from outside, at a named place inside, or with the power of its disk.
#pragma once

#include "server/application.hpp"
#include "tests/support/network/test_network.hpp"
#include "tests/support/power_loss_disk.hpp"
#include "tests/support/power_loss_file_system.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace serai::tests {

class Victim {
  public:
    Victim() = default;
    Victim(const Victim&) = delete;
    Victim& operator=(const Victim&) = delete;
    virtual ~Victim() = default;

    // Starts it to live; its port.
    virtual std::uint16_t start() = 0;

    // Makes it ready to die before long; the port it has now, 0 if it is dead already.
    virtual std::uint16_t arm(std::mt19937& random) = 0;

    // Something was asked or answered. From any thread.
    virtual void tick() {}

    // Returns when it is dead; one that is not armed is killed.
    virtual void bury() = 0;

    // Of the dead: GoogleTest failures for whatever is not consistent.
    virtual void check() = 0;
};

// Dies by SIGKILL after a random number of ticks.
class KilledProcess final : public Victim {
  public:
    explicit KilledProcess(const TestNetwork& network) : network_(&network) {}

    std::uint16_t start() override;
    std::uint16_t arm(std::mt19937& random) override;
    void tick() override;
    void bury() override;
    void check() override;

  private:
    const TestNetwork* network_;
    std::optional<ServerProcess> server_;
    std::atomic<std::int64_t> ticks_left_{0};
};

// Dies by itself at one of the crash points of storage/, picked in turn, at one of its first passes there.
class CrashingProcess final : public Victim {
  public:
    explicit CrashingProcess(const TestNetwork& network) : network_(&network) {}

    std::uint16_t start() override;
    std::uint16_t arm(std::mt19937& random) override;
    void bury() override;
    void check() override;

    // How often it really died at a point.
    [[nodiscard]] const std::map<std::string, int>& deaths() const { return deaths_; }

    // The points that it dies at.
    [[nodiscard]] static std::vector<std::string> points();

  private:
    const TestNetwork* network_;
    std::optional<ServerProcess> server_;
    std::size_t turn_ = 0;
    bool armed_ = false;
    std::string point_;
    std::map<std::string, int> deaths_;
};

// A server inside this process whose disk forgets what was not synced.
class PowerlessServer final : public Victim {
  public:
    // `scratch`: an existing folder for the disk.
    PowerlessServer(const TestNetwork& network, const std::filesystem::path& scratch);
    ~PowerlessServer() override;

    std::uint16_t start() override;
    std::uint16_t arm(std::mt19937& random) override;
    void tick() override;
    void bury() override;
    void check() override;

    [[nodiscard]] PowerLossDisk& disk() { return disk_; }

  private:
    [[nodiscard]] std::shared_ptr<storage::kv::Store> open_store();

    server::Config config_;
    PowerLossDisk disk_;
    std::unique_ptr<storage::file::FileSystem> files_;
    std::unique_ptr<server::Application> application_;
    std::mt19937* random_ = nullptr;
    std::atomic<std::int64_t> ticks_left_{0};
};

}  // namespace serai::tests
