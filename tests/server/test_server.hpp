// A server inside the test's own process, with a network around it.
#pragma once

#include "server/application.hpp"
#include "server/config.hpp"
#include "storage/kv/memory_store.hpp"
#include "tests/support/network/channel_member.hpp"
#include "tests/support/network/test_network.hpp"

#include <memory>
#include <string>
#include <vector>

namespace serai::tests {

// The network's configuration, quiet and with a short goodbye.
[[nodiscard]] server::Config test_config(const TestNetwork& network);

// The lines that a server logs.
class LogLines;

// Starts on a store in memory; start() again goes on with the same disk.
class TestServer {
  public:
    // `clock`, `files` (under the documents): in the place of the machine's.
    explicit TestServer(const ServerSettings& settings = {},
                        const server::runtime::Clock* clock = nullptr,
                        storage::file::FileSystem* files = nullptr);
    ~TestServer();

    void start();
    void stop();

    [[nodiscard]] TestNetwork& network() { return network_; }

    [[nodiscard]] std::uint16_t port() const { return application_->port(); }

    [[nodiscard]] server::Application& application() { return *application_; }

    [[nodiscard]] storage::kv::MemoryStore& store() { return *store_; }

    // Everything logged so far, one line each.
    [[nodiscard]] std::string log() const;

    // Connects and says hello; throws if that fails.
    [[nodiscard]] ProtocolClient connect(const TestDevice& device) const;

    // Records of a type in the audit log, as the server itself sees them.
    [[nodiscard]] std::vector<protocol::message::OpenedEntry> entries(std::string_view type) const;

  private:
    TestNetwork network_;
    const server::runtime::Clock* clock_;
    storage::file::FileSystem* files_;
    std::shared_ptr<storage::kv::MemoryDisk> disk_;
    std::shared_ptr<storage::kv::MemoryStore> store_;
    std::shared_ptr<LogLines> lines_;
    std::unique_ptr<server::Application> application_;
};

// One HTTP exchange on a TLS connection of its own.
struct HttpAnswer {
    unsigned status = 0;  // 0: the connection ended before an answer
    std::string head;
    std::string body;

    // The value of a header, by its name in lower case; empty if there is none.
    [[nodiscard]] std::string header(std::string_view name) const;
};

[[nodiscard]] HttpAnswer http(std::uint16_t port,
                              const TestDevice& device,
                              const std::string& method,
                              const std::string& target,
                              const std::vector<std::string>& headers = {},
                              std::string_view body = {});

}  // namespace serai::tests
