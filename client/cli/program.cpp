#include "client/cli/program.hpp"

#include "client/channel/catch_up.hpp"
#include "client/channel/resume.hpp"
#include "client/channel/stock.hpp"
#include "client/files.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace serai::client::cli {
namespace {

constexpr std::size_t kMaxPassphrase = 1024;

ExitCode exit_code_of(ClientError error) {
    switch (error) {
        case ClientError::bad_argument:
            return ExitCode::usage;
        case ClientError::not_found:
        case ClientError::ambiguous:
        case ClientError::file_failed:
            return ExitCode::not_found;
        case ClientError::not_set_up:
        case ClientError::already_set_up:
        case ClientError::wrong_passphrase:
        case ClientError::no_passphrase:
        case ClientError::vault_in_use:
        case ClientError::vault_damaged:
            return ExitCode::not_set_up;
        case ClientError::unreachable:
        case ClientError::timed_out:
        case ClientError::too_contended:
            return ExitCode::try_again;
        case ClientError::wrong_server:
        case ClientError::certificate_refused:
        case ClientError::untrusted:
            return ExitCode::untrusted;
        case ClientError::server_lied:
        case ClientError::protocol_violation:
            return ExitCode::server_lied;
        case ClientError::removed:
        case ClientError::not_permitted:
            return ExitCode::refused;
        case ClientError::wedged:
        case ClientError::damaged_content:
            return ExitCode::damaged;
    }
    return ExitCode::failed;
}

ExitCode exit_code_of(WireError error) {
    switch (error) {
        case WireError::busy:
        case WireError::rate_limited:
        case WireError::unknown_outcome:
        case WireError::unavailable:
        case WireError::shutting_down:
        case WireError::stale_epoch:
            return ExitCode::try_again;
        case WireError::not_found:
        case WireError::no_key_package:
            return ExitCode::not_found;
        case WireError::invalid_certificate:
            return ExitCode::untrusted;
        default:
            return ExitCode::refused;
    }
}

// Reads a line without showing it.
std::optional<std::string> ask_secretly(const std::string& question) {
    termios shown{};
    if (::isatty(STDIN_FILENO) != 1 || ::tcgetattr(STDIN_FILENO, &shown) != 0) {
        return std::nullopt;
    }
    std::cerr << question << std::flush;
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    std::string line;
    std::getline(std::cin, line);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    std::cerr << std::endl;
    return line;
}

vault::Passphrase take_passphrase(std::string text) {
    auto passphrase = vault::Passphrase::from_bytes(as_bytes(text));
    crypto::wipe(std::span{reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return passphrase;
}

}  // namespace

ExitCode exit_code_of(const ErrorCode& error) {
    if (error.category() == client_category()) {
        return exit_code_of(static_cast<ClientError>(error.value()));
    }
    if (error.category() == wire_category()) {
        return exit_code_of(static_cast<WireError>(error.value()));
    }
    return ExitCode::failed;
}

void Program::run(const std::function<Result<void>()>& body) {
    output_.json = json;
    const auto done = body();
    if (!done) {
        exit_code_ = exit_code_of(done.error());
        report(done.error());
    }
}

void Program::report(const ErrorCode& error) {
    const std::string& explanation = diagnostics_.explanation();
    output_.note("serai: " + error.message() +
                 (explanation.empty() ? "" : ": " + printable(explanation)));
    boost::json::object object{{"error", error.message()},
                               {"explanation", explanation},
                               {"exit_code", static_cast<int>(exit_code_)}};
    if (diagnostics_.evidence() && exit_code_ == ExitCode::server_lied) {
        output_.note("serai: the evidence is in " + diagnostics_.evidence()->string());
        object["evidence"] = diagnostics_.evidence()->string();
    }
    output_.emit(object);
}

Home Program::home_folder() const {
    if (!home.empty()) {
        return {home};
    }
    const char* user = std::getenv("HOME");
    return {std::filesystem::path{user == nullptr ? "." : user} / ".serai"};
}

Result<vault::Passphrase> Program::passphrase(bool is_new) {
    if (!passphrase_file.empty()) {
        auto content = read_file(passphrase_file, kMaxPassphrase);
        if (!content) {
            return diagnostics_.fail(ClientError::no_passphrase,
                                     passphrase_file + " cannot be read");
        }
        while (!content->empty() && (content->back() == '\n' || content->back() == '\r')) {
            content->pop_back();
        }
        auto secret = vault::Passphrase::from_bytes(*content);
        crypto::wipe(*content);
        return secret;
    }
    if (const char* given = std::getenv("SERAI_PASSPHRASE"); given != nullptr) {
        return take_passphrase(given);
    }
    auto typed = ask_secretly(is_new ? "New passphrase: " : "Passphrase: ");
    if (!typed || typed->empty()) {
        return diagnostics_.fail(ClientError::no_passphrase,
                                 "set SERAI_PASSPHRASE, give --passphrase-file, or type it at a "
                                 "terminal");
    }
    if (is_new && ask_secretly("The same again: ") != typed) {
        return diagnostics_.fail(ClientError::no_passphrase, "the two are not the same");
    }
    return take_passphrase(std::move(*typed));
}

Result<Client*> Program::open_offline() {
    SERAI_TRY(secret, passphrase(false));
    SERAI_TRY(opened, Client::open(home_folder(), secret, diagnostics_));
    client_ = std::move(opened);
    return client_.get();
}

Result<Client*> Program::open_online() {
    SERAI_TRY(client, open_offline());
    SERAI_CHECK(client->connect());
    SERAI_TRY(notices, channel::resume(client->context()));
    for (const std::string& notice : notices) {
        output_.note(printable(notice));
    }
    SERAI_CHECK(channel::catch_up_unheard(client->context()));
    // Others may have brought us into channels since; being short of key packages is no reason to fail.
    if (auto tended = channel::tend_stock(client->context()); !tended) {
        if (tended.error() == ClientError::unreachable ||
            tended.error() == ClientError::timed_out) {
            return tended.error();
        }
        output_.note("No new key packages could be left: " + tended.error().message());
    }
    diagnostics_.clear();
    return client;
}

Result<void> Program::catch_up_everywhere() {
    SERAI_TRY(unfollowed, channel::catch_up_everywhere(client_->context()));
    for (const channel::Unfollowed& one : unfollowed) {
        output_.note("This device cannot follow the channel " + to_hex(one.group.value()) +
                     " any more: " + printable(one.reason));
    }
    diagnostics_.clear();
    return {};
}

}  // namespace serai::client::cli
