#include "tests/interop/peer_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

extern char** environ;

namespace serai::tests::interop {

namespace {

namespace json = boost::json;

struct Pipe {
    int read_end = -1;
    int write_end = -1;
};

// Closed in every other child, or a second peer would keep the first one's input open.
Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::system_error{errno, std::generic_category(), "pipe2"};
    }
    return {ends[0], ends[1]};
}

std::string_view text_of(const json::object& reply, std::string_view field) {
    const auto& text = reply.at({field.data(), field.size()}).as_string();
    return {text.data(), text.size()};
}

std::string line_of(std::string_view command, json::object fields) {
    fields["cmd"] = json::string_view{command.data(), command.size()};
    return json::serialize(fields);
}

}  // namespace

PeerProcess::PeerProcess() {
    const Pipe in = make_pipe();
    const Pipe out = make_pipe();
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in.read_end, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out.write_end, STDOUT_FILENO);
    std::string program{SERAI_MLS_PEER};
    std::array<char*, 2> arguments{program.data(), nullptr};
    const int failed =
        ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(in.read_end);
    ::close(out.write_end);
    input_ = ::fdopen(in.write_end, "w");
    output_ = ::fdopen(out.read_end, "r");
    if (failed != 0) {
        throw std::system_error{failed, std::generic_category(), program};
    }
}

PeerProcess::~PeerProcess() {
    if (input_ != nullptr) {
        std::fclose(input_);
    }
    std::fclose(output_);
    wait();
}

int PeerProcess::wait() {
    int status = 0;
    if (pid_ != 0) {
        ::waitpid(std::exchange(pid_, 0), &status, 0);
    }
    return status;
}

std::string PeerProcess::read_line() {
    std::string line;
    for (int c = std::getc(output_); c != EOF; c = std::getc(output_)) {
        if (c == '\n') {
            return line;
        }
        line.push_back(static_cast<char>(c));
    }
    throw std::runtime_error{"mls_peer ended without a reply"};
}

json::object PeerProcess::send(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), input_);
    if (!line.ends_with('\n')) {
        std::fputc('\n', input_);
    }
    std::fflush(input_);
    return json::parse(read_line()).as_object();
}

json::object PeerProcess::call(std::string_view command, json::object fields) {
    auto reply = send(line_of(command, std::move(fields)));
    if (!reply.at("ok").as_bool()) {
        throw std::runtime_error{std::string{command} + ": " +
                                 std::string{text_of(reply, "error")}};
    }
    return reply;
}

std::string PeerProcess::refusal(std::string_view command, json::object fields) {
    const auto reply = send(line_of(command, std::move(fields)));
    if (reply.at("ok").as_bool()) {
        throw std::runtime_error{std::string{command} + " was carried out"};
    }
    return std::string{text_of(reply, "error")};
}

int PeerProcess::finish(std::string_view last, std::string& printed) {
    std::fwrite(last.data(), 1, last.size(), input_);
    std::fclose(std::exchange(input_, nullptr));
    for (int c = std::getc(output_); c != EOF; c = std::getc(output_)) {
        printed.push_back(static_cast<char>(c));
    }
    return wait();
}

}  // namespace serai::tests::interop
