// What every command of `serai` shares: global options, opening the home, telling the outcome, exit codes.
#pragma once

#include "client/cli/output.hpp"
#include "client/client.hpp"

#include <functional>
#include <memory>
#include <string>

namespace serai::client::cli {

// docs/cli.md explains each to a person who writes scripts.
enum class ExitCode : int {
    success = 0,
    failed = 1,      // something that is none of the below
    usage = 2,       // wrong arguments
    not_set_up = 3,  // the home: missing, half made, in use, damaged, or the passphrase is wrong
    not_found = 4,   // no such channel, person, document or file; or more than one
    refused = 5,  // not allowed: by the server, by the channel's rules, or because we were removed
    try_again = 6,    // no connection, no answer, busy, lost every race
    untrusted = 7,    // a certificate, signature or server key that does not hold up
    server_lied = 8,  // evidence was kept; its file is named
    damaged = 9,  // content that does not decrypt or match, or a channel that cannot be followed
};

[[nodiscard]] ExitCode exit_code_of(const ErrorCode& error);

class Program {
  public:
    std::string home;             // --home, SERAI_HOME
    std::string passphrase_file;  // --passphrase-file
    bool json = false;            // --json

    // Runs a command's body, reports an error of it, and keeps the exit code.
    void run(const std::function<Result<void>()>& body);

    [[nodiscard]] int exit_code() const { return static_cast<int>(exit_code_); }

    // Opens the home: vault only, or with a connection, on which what was interrupted earlier is first carried on. Lives as long
    // as the program.
    Result<Client*> open_offline();
    Result<Client*> open_online();

    // Reads on in every channel of the client that is open online; notes those that cannot be followed.
    Result<void> catch_up_everywhere();

    [[nodiscard]] Home home_folder() const;

    // From SERAI_PASSPHRASE, the file, or the terminal (twice if it is a new one).
    Result<vault::Passphrase> passphrase(bool is_new);

    [[nodiscard]] Output& out() { return output_; }

    [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }

  private:
    void report(const ErrorCode& error);

    Diagnostics diagnostics_;
    Output output_;
    std::unique_ptr<Client> client_;
    ExitCode exit_code_ = ExitCode::success;
};

}  // namespace serai::client::cli
