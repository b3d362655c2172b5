#include "tests/server/test_server.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <mutex>
#include <sstream>
#include <stdexcept>

namespace serai::tests {

class LogLines {
  public:
    LogLines() {
        auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(out_);
        logger_ = std::make_shared<spdlog::logger>("test", sink);
    }

    [[nodiscard]] const std::shared_ptr<spdlog::logger>& logger() const { return logger_; }

    // Only while nothing logs: after stop(), or when what is looked for has been answered to a client.
    [[nodiscard]] std::string text() const { return out_.str(); }

  private:
    std::ostringstream out_;
    std::shared_ptr<spdlog::logger> logger_;
};

server::Config test_config(const TestNetwork& network) {
    auto config = server::load_config(network.config_file());
    config.shutdown_timeout = std::chrono::seconds{5};
    return config;
}

TestServer::TestServer(const ServerSettings& settings,
                       const server::runtime::Clock* clock,
                       storage::file::FileSystem* files)
    : clock_(clock),
      files_(files),
      disk_(storage::kv::make_memory_disk()),
      lines_(std::make_shared<LogLines>()) {
    network_.configure(settings);
    start();
}

TestServer::~TestServer() = default;

void TestServer::start() {
    store_ = std::make_shared<storage::kv::MemoryStore>(disk_);
    server::Replacements replacements;
    replacements.store = store_;
    replacements.clock = clock_;
    replacements.files = files_;
    replacements.log = lines_->logger();
    application_ =
        std::make_unique<server::Application>(test_config(network_), std::move(replacements));
}

void TestServer::stop() {
    application_.reset();
    store_.reset();
}

std::string TestServer::log() const {
    return lines_->text();
}

ProtocolClient TestServer::connect(const TestDevice& device) const {
    auto client = ProtocolClient::connect(network_, device, application_->port());
    if (!client) {
        throw std::runtime_error("cannot connect: " + client.error().message());
    }
    return std::move(*client);
}

std::vector<protocol::message::OpenedEntry> TestServer::entries(std::string_view type) const {
    auto& log = application_->repositories().log();
    std::vector<protocol::message::OpenedEntry> found;
    for (std::uint64_t i = 0; i < log.size().value(); ++i) {
        auto entry = log.opened(LogIndex{i});
        if (!entry) {
            throw std::runtime_error("no opening: " + entry.error().message());
        }
        const auto* value = entry->opening.server_value(protocol::message::field::kType);
        if (value != nullptr && as_text(*value) == type) {
            found.push_back(std::move(*entry));
        }
    }
    return found;
}

std::string HttpAnswer::header(std::string_view name) const {
    std::istringstream lines{head};
    std::string line;
    while (std::getline(lines, line)) {
        const auto colon = line.find(':');
        auto key = line.substr(0, colon);
        std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        if (colon != line.npos && key == name) {
            auto value = line.substr(colon + 1);
            value.erase(0, value.find_first_not_of(' '));
            value.erase(value.find_last_not_of("\r") + 1);
            return value;
        }
    }
    return {};
}

HttpAnswer http(std::uint16_t port,
                const TestDevice& device,
                const std::string& method,
                const std::string& target,
                const std::vector<std::string>& headers,
                std::string_view body) {
    auto socket = TlsSocket::connect(port, device.chain, device.keys.private_key);
    if (!socket) {
        return {};
    }
    std::string request =
        method + " " + target + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n";
    for (const auto& header : headers) {
        request += header + "\r\n";
    }
    if (!body.empty()) {
        request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    request += "\r\n";
    request += body;
    socket->write(as_bytes(request));
    Bytes received;
    while (socket->read(received)) {
    }
    HttpAnswer answer;
    const auto text = std::string{as_text(received)};
    const auto end = text.find("\r\n\r\n");
    if (end == text.npos || text.size() < 12) {
        return answer;
    }
    answer.status = static_cast<unsigned>(std::stoul(text.substr(9, 3)));
    answer.head = text.substr(0, end + 2);
    answer.body = text.substr(end + 4);
    return answer;
}

}  // namespace serai::tests
