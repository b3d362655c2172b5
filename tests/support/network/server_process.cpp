#include "tests/support/network/server_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace serai::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error{errno, std::generic_category(), what};
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {
        if (fd < 0) {
            fail("opening a descriptor");
        }
    }

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    ~Descriptor() { close(); }

    void close() {
        if (fd_ >= 0) {
            ::close(std::exchange(fd_, -1));
        }
    }

    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

// Readable when the process has ended.
Descriptor open_pid(pid_t pid) {
    return Descriptor{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
}

int remaining(steady_clock::time_point deadline) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

ProcessEnd reap(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            fail("waitpid");
        }
    }
    if (WIFSIGNALED(status)) {
        return {std::nullopt, WTERMSIG(status)};
    }
    return {WEXITSTATUS(status), std::nullopt};
}

std::string read_text(const std::filesystem::path& file) {
    const std::ifstream in{file};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::string tail(const std::string& text) {
    constexpr std::size_t kShown = 4000;
    return text.size() <= kShown ? text : text.substr(text.size() - kShown);
}

// The port, once the file holds a whole line.
std::optional<std::uint16_t> read_port(const std::filesystem::path& file) {
    const std::string text = read_text(file);
    if (text.empty() || text.back() != '\n') {
        return std::nullopt;
    }
    return static_cast<std::uint16_t>(std::stoul(text));
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> out;
    out.reserve(strings.size() + 1);
    for (auto& text : strings) {
        out.push_back(text.data());
    }
    out.push_back(nullptr);
    return out;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& more) {
    std::vector<std::string> out;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text{*entry};
        if (!more.contains(text.substr(0, text.find('=')))) {
            out.push_back(text);
        }
    }
    for (const auto& [name, value] : more) {
        out.push_back(name + "=" + value);
    }
    return out;
}

// Between fork and exec only what is safe after a fork of a process with threads.
[[noreturn]] void become(char** arguments, char** environment, int output, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGPIPE, SIG_DFL);
    if (::getppid() != parent || ::dup2(output, 1) < 0 || ::dup2(output, 2) < 0) {
        ::_exit(126);
    }
    ::execve(arguments[0], arguments, environment);
    ::_exit(127);
}

pid_t launch(std::vector<std::string> arguments, std::vector<std::string> environment, int output) {
    const auto argv = pointers(arguments);
    const auto envp = pointers(environment);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) {
        fail("fork");
    }
    if (pid == 0) {
        become(const_cast<char**>(argv.data()), const_cast<char**>(envp.data()), output, parent);
    }
    return pid;
}

}  // namespace

std::filesystem::path server_binary() {
    return SERAI_SERVER_BINARY;
}

void ServerProcess::spawn(const ServerProcessOptions& options) {
    log_file_ = options.directory / "server.log";
    const Descriptor log{
        ::open(log_file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    pid_ = launch({options.binary.string(),
                   "--config",
                   options.config.string(),
                   "--port-file",
                   (options.directory / "port").string()},
                  environment_with(options.environment),
                  log.get());
}

ServerProcess ServerProcess::start(const ServerProcessOptions& options) {
    const auto port_file = options.directory / "port";
    std::filesystem::remove(port_file);
    const Descriptor watch{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
    if (::inotify_add_watch(watch.get(), options.directory.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO) <
        0) {
        fail("inotify_add_watch");
    }
    ServerProcess server;
    server.spawn(options);
    const Descriptor process = open_pid(server.pid_);
    const auto deadline = steady_clock::now() + options.start_timeout;
    for (;;) {
        std::array<pollfd, 2> waited{{{process.get(), POLLIN, 0}, {watch.get(), POLLIN, 0}}};
        const int ready = ::poll(waited.data(), waited.size(), remaining(deadline));
        // Before looking: an event that comes after the look has to end the next wait.
        std::array<char, 4096> events{};
        while (::read(watch.get(), events.data(), events.size()) > 0) {
        }
        if (const auto port = read_port(port_file)) {
            server.port_ = *port;
            return server;
        }
        if (ready == 0 || waited[0].revents != 0) {
            throw std::runtime_error{(ready == 0 ? "the server did not start in time:\n"
                                                 : "the server ended while starting:\n") +
                                     tail(server.log())};
        }
    }
}

ProcessEnd ServerProcess::start_refused(const ServerProcessOptions& options) {
    std::filesystem::remove(options.directory / "port");
    ServerProcess server;
    server.spawn(options);
    const auto end = server.wait(options.start_timeout);
    if (std::filesystem::exists(options.directory / "port")) {
        throw std::runtime_error{"the server opened its port before it refused to start"};
    }
    return end;
}

ServerProcess::~ServerProcess() {
    if (running()) {
        kill();
    }
}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      port_(other.port_),
      log_file_(std::move(other.log_file_)) {}

ServerProcess& ServerProcess::operator=(ServerProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(port_, other.port_);
    std::swap(log_file_, other.log_file_);
    return *this;
}

void ServerProcess::kill() {
    if (running()) {
        ::kill(pid_, SIGKILL);
        reap(std::exchange(pid_, 0));
    }
}

std::optional<ProcessEnd> ServerProcess::wait_for_end(milliseconds timeout) {
    const Descriptor process = open_pid(pid_);
    const auto deadline = steady_clock::now() + timeout;
    pollfd waited{process.get(), POLLIN, 0};
    int ready = 0;
    do {
        ready = ::poll(&waited, 1, remaining(deadline));
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) {
        return std::nullopt;
    }
    return reap(std::exchange(pid_, 0));
}

ProcessEnd ServerProcess::wait(milliseconds timeout) {
    if (const auto end = wait_for_end(timeout)) {
        return *end;
    }
    kill();
    throw std::runtime_error{"the server did not end in time:\n" + tail(log())};
}

ProcessEnd ServerProcess::terminate(milliseconds timeout) {
    ::kill(pid_, SIGTERM);
    return wait(timeout);
}

std::string ServerProcess::log() const {
    return read_text(log_file_);
}

std::uint64_t ServerProcess::resident_bytes() const {
    std::ifstream in{"/proc/" + std::to_string(pid_) + "/status"};
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("VmRSS:")) {
            return std::stoull(line.substr(6)) * 1024;
        }
    }
    throw std::runtime_error{"no VmRSS of the server"};
}

std::chrono::duration<double> ServerProcess::cpu_time() const {
    const std::string stat = read_text("/proc/" + std::to_string(pid_) + "/stat");
    std::istringstream in{stat.substr(stat.rfind(')') + 1)};
    std::string skipped;
    for (int field = 3; field < 14; ++field) {
        in >> skipped;
    }
    std::uint64_t user = 0;
    std::uint64_t kernel = 0;
    in >> user >> kernel;
    return std::chrono::duration<double>{static_cast<double>(user + kernel) /
                                         static_cast<double>(::sysconf(_SC_CLK_TCK))};
}

ProgramOutput run_program(const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        fail("pipe2");
    }
    const Descriptor in{ends[0]};
    Descriptor out{ends[1]};
    const pid_t pid = launch(arguments, environment_with({}), out.get());
    out.close();
    ProgramOutput result;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto n = ::read(in.get(), buffer.data(), buffer.size());
        if (n > 0) {
            result.text.append(buffer.data(), static_cast<std::size_t>(n));
        } else if (n == 0 || errno != EINTR) {
            break;
        }
    }
    const auto end = reap(pid);
    if (!end.exit_code) {
        throw std::runtime_error{arguments.front() + " died of a signal:\n" + tail(result.text)};
    }
    result.exit_code = *end.exit_code;
    return result;
}

}  // namespace serai::tests
