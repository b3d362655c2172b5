// A real serai-server as a child process, to be started, killed and started again.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace serai::tests {

// The program of this build.
[[nodiscard]] std::filesystem::path server_binary();

struct ServerProcessOptions {
    std::filesystem::path binary = server_binary();
    std::filesystem::path config;
    std::filesystem::path directory;                   // for the port file and the log; must exist
    std::map<std::string, std::string> environment{};  // added to this process's own
    std::chrono::milliseconds start_timeout{60'000};
};

struct ProcessEnd {
    std::optional<int> exit_code;  // when it ended by itself
    std::optional<int> signal;     // when a signal ended it
};

// Ends its own child and nothing else; the child also dies with this process. One thread at a time.
class ServerProcess {
  public:
    // Starts the program and waits until it has written its port file. Throws std::runtime_error, with the end of the server's
    // log, if it ends before that or takes longer than the timeout.
    static ServerProcess start(const ServerProcessOptions& options);

    // As start, for a server that must refuse to: waits for its end. Throws if it does start.
    static ProcessEnd start_refused(const ServerProcessOptions& options);

    ~ServerProcess();
    ServerProcess(ServerProcess&& other) noexcept;
    ServerProcess& operator=(ServerProcess&& other) noexcept;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] pid_t pid() const { return pid_; }

    [[nodiscard]] bool running() const { return pid_ > 0; }

    // SIGKILL, and waits until it is gone.
    void kill();

    // SIGTERM, and waits for the end; SIGKILL and an exception if that takes longer than the timeout.
    ProcessEnd terminate(std::chrono::milliseconds timeout = std::chrono::seconds{60});

    // Waits for an end that is expected, such as at a crash point. Throws after the timeout.
    ProcessEnd wait(std::chrono::milliseconds timeout = std::chrono::seconds{60});

    // What it has written to its standard error stream, over all starts in this directory.
    [[nodiscard]] std::string log() const;

    // Bytes of memory that are resident now.
    [[nodiscard]] std::uint64_t resident_bytes() const;

    // Of user and kernel together, since its start.
    [[nodiscard]] std::chrono::duration<double> cpu_time() const;

  private:
    ServerProcess() = default;

    void spawn(const ServerProcessOptions& options);
    std::optional<ProcessEnd> wait_for_end(std::chrono::milliseconds timeout);

    pid_t pid_ = 0;
    std::uint16_t port_ = 0;
    std::filesystem::path log_file_;
};

struct ProgramOutput {
    int exit_code = -1;
    std::string text;  // both output streams
};

// Runs a program to its end. Throws if it cannot be started or dies of a signal.
ProgramOutput run_program(const std::vector<std::string>& arguments);

}  // namespace serai::tests
