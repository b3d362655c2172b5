// A whole server in one object: what main() runs, and what tests start inside their own process.
#pragma once

#include "crypto/act/genesis.hpp"
#include "server/config.hpp"
#include "server/keys.hpp"
#include "server/runtime/clock.hpp"
#include "server/runtime/log.hpp"
#include "storage/kv/store.hpp"
#include "storage/repo/repositories.hpp"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace spdlog {
class logger;
}

namespace serai::storage::file {
class FileSystem;
}

namespace serai::server {

// Why the server does not start, in one sentence.
class StartError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// What a test puts in the place of the machine's. Everything referred to outlives the application.
struct Replacements {
    std::shared_ptr<storage::kv::Store> store;   // instead of RocksDB in data_directory
    const runtime::Clock* clock = nullptr;       // instead of the machine's
    storage::file::FileSystem* files = nullptr;  // under the data folder and the documents in it
    std::shared_ptr<spdlog::logger> log;         // instead of the standard error stream
};

// Order of the end (DESIGN, section 10): stop accepting; take no more requests; finish and answer what was taken; say goodbye
// and wait, up to the configured time, for the connections to end; stop the threads; close the store.
class Application {
  public:
    // Opens everything, writes genesis as leaf 0 into an empty log, and serves. Throws StartError or ConfigError; then nothing
    // is left running.
    explicit Application(const Config& config, Replacements replacements = {});

    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    // As stop().
    ~Application();

    // The ports listened on; metrics_port() is 0 if there is no metrics listener.
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::uint16_t metrics_port() const;

    // Blocks until SIGTERM or SIGINT arrives, or stop() is called elsewhere. Once.
    void wait_for_signal();

    // Ends gracefully; returns when everything is closed. More than once does nothing. From any thread but the server's own.
    void stop();

    // For tests that look behind the wire, while the server runs.
    [[nodiscard]] storage::repo::Repositories& repositories();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// The genesis of the file and what follows from it. Throws StartError.
[[nodiscard]] crypto::act::Network load_genesis(const std::filesystem::path& file,
                                                protocol::network::SignedGenesis& genesis);

}  // namespace serai::server
