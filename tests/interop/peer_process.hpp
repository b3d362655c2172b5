// The program mls_peer as a test talks to it: one process for each object, a line in, a line out.
#pragma once

#include <boost/json.hpp>
#include <sys/types.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace serai::tests::interop {

class PeerProcess {
  public:
    PeerProcess();
    PeerProcess(const PeerProcess&) = delete;
    PeerProcess& operator=(const PeerProcess&) = delete;

    // Ends the input if that was not done, and waits for the process.
    ~PeerProcess();

    // Sends the text as it stands, and a line end if it has none; gives the reply. Throws std::runtime_error if the process has
    // ended.
    boost::json::object send(std::string_view line);

    // The reply to a command that must succeed: throws std::runtime_error with the reply's error otherwise.
    boost::json::object call(std::string_view command, boost::json::object fields = {});

    // The error of a command that must be refused: throws std::runtime_error if it succeeds.
    std::string refusal(std::string_view command, boost::json::object fields = {});

    // Sends `last` without a line end and ends the input. Gives all that was still printed, and the exit status of waitpid.
    int finish(std::string_view last, std::string& printed);

  private:
    std::string read_line();
    int wait();

    pid_t pid_ = 0;
    std::FILE* input_ = nullptr;
    std::FILE* output_ = nullptr;
};

}  // namespace serai::tests::interop
