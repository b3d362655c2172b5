#include "tests/system/victim.hpp"

#include "storage/audit/consistency_check.hpp"
#include "storage/kv/rocks_store.hpp"
#include "tests/support/power_loss_rocks_files.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <limits>
#include <utility>

namespace serai::tests {
namespace {

constexpr std::uint32_t kMaxTicks = 120;
constexpr std::uint32_t kMaxOperations = 400;  // of the disk, after the ticks
constexpr int kCrashExit = 137;

void check_program(const TestNetwork& network) {
    const auto check = run_program(
        {server_binary().string(), "check", "--config", network.config_file().string()});
    EXPECT_EQ(check.exit_code, 0) << check.text;
}

}  // namespace

// ---- SIGKILL ----

std::uint16_t KilledProcess::start() {
    ticks_left_ = std::numeric_limits<std::int64_t>::max();
    server_ = network_->start_server();
    return server_->port();
}

std::uint16_t KilledProcess::arm(std::mt19937& random) {
    ticks_left_ = static_cast<std::int64_t>(1 + random() % kMaxTicks);
    return server_->port();
}

void KilledProcess::tick() {
    if (ticks_left_.fetch_sub(1) == 1) {
        server_->kill();
    }
}

void KilledProcess::bury() {
    server_->kill();
    server_.reset();
}

void KilledProcess::check() {
    check_program(*network_);
}

// ---- crash points ----

std::vector<std::string> CrashingProcess::points() {
    return {"commit.decided",
            "kv.commit.before_write",
            "kv.commit.durable",
            "kv.commit.marked",
            "commit.written",
            "commit.published",
            "objects.appended",
            "objects.seal.synced",
            "objects.seal.renamed",
            "objects.seal.durable",
            "audit.signed"};
}

std::uint16_t CrashingProcess::start() {
    server_ = network_->start_server();
    return server_->port();
}

std::uint16_t CrashingProcess::arm(std::mt19937& random) {
    const auto all = points();
    point_ = all[turn_++ % all.size()];
    const bool frequent = point_.starts_with("commit.") || point_.starts_with("kv.");
    const auto pass = 1 + random() % (frequent ? 40 : 3);
    armed_ = true;
    server_->kill();
    auto options = network_->server_options();
    options.environment["SERAI_CRASH_AT"] = point_ + ":" + std::to_string(pass);
    server_ = ServerProcess::start(options);
    return server_->port();
}

void CrashingProcess::bury() {
    if (std::exchange(armed_, false) == false) {
        server_.reset();
        return;
    }
    const auto end = server_->wait();
    EXPECT_EQ(end.exit_code, kCrashExit) << "at " << point_;
    ++deaths_[point_];
    server_.reset();
}

void CrashingProcess::check() {
    check_program(*network_);
}

// ---- power loss ----

namespace {

server::Config powerless_config(const TestNetwork& network, const std::filesystem::path& root) {
    server::Config config = server::load_config(network.config_file());
    config.data_directory = root / "data";
    return config;
}

// What is there before the server starts counts as durable: the folders are the operator's.
std::filesystem::path prepared(const std::filesystem::path& scratch) {
    std::filesystem::create_directories(scratch / "disk" / "data");
    return scratch;
}

}  // namespace

PowerlessServer::PowerlessServer(const TestNetwork& network, const std::filesystem::path& scratch)
    : config_(powerless_config(network, scratch / "disk")),
      disk_(prepared(scratch)),
      files_(make_power_loss_file_system(disk_)) {}

PowerlessServer::~PowerlessServer() = default;

std::shared_ptr<storage::kv::Store> PowerlessServer::open_store() {
    storage::kv::RocksOptions options;
    options.rocks_files = make_power_loss_rocks_files(disk_);
    options.files = files_.get();
    std::string why;
    auto store = storage::kv::open_rocks_store(config_.data_directory / "store", options, why);
    if (!store) {
        throw std::runtime_error{"the store does not open: " + why};
    }
    return std::move(*store);
}

std::uint16_t PowerlessServer::start() {
    ticks_left_ = std::numeric_limits<std::int64_t>::max();
    server::Replacements replacements;
    replacements.store = open_store();
    replacements.files = files_.get();
    replacements.log =
        std::make_shared<spdlog::logger>("quiet", std::make_shared<spdlog::sinks::null_sink_mt>());
    application_ = std::make_unique<server::Application>(config_, std::move(replacements));
    return application_->port();
}

std::uint16_t PowerlessServer::arm(std::mt19937& random) {
    random_ = &random;
    ticks_left_ = static_cast<std::int64_t>(1 + random() % kMaxTicks);
    return application_->port();
}

void PowerlessServer::tick() {
    if (ticks_left_.fetch_sub(1) == 1) {
        // Only one thread gets here; the generator is nobody else's while the load runs.
        disk_.cut_power_after(1 + (*random_)() % kMaxOperations);
    }
}

void PowerlessServer::bury() {
    disk_.cut_power();
    application_.reset();
    disk_.restore(random_);
}

void PowerlessServer::check() {
    const auto store = open_store();
    const auto report = storage::audit::check_consistency(*store);
    ASSERT_TRUE(report) << report.error().message();
    for (const auto& problem : report->problems) {
        ADD_FAILURE() << problem;
    }
}

}  // namespace serai::tests
