// Errors of the client, and the words that go with them.
#pragma once

#include "protocol/base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace serai::client {

// What went wrong, sorted by what a person can do about it; the exit codes of `serai` follow from it (docs/cli.md). Refusals
// by the server keep their own category (WireError).
enum class ClientError {
    bad_argument = 1,          // something typed wrong
    not_found = 2,             // no such channel, document, person or file here
    ambiguous = 3,             // the name fits more than one channel or document
    not_set_up = 4,            // this home has no identity or no certificate yet
    already_set_up = 5,        // init where there is something already
    file_failed = 6,           // reading or writing a file of the user's
    unreachable = 10,          // no connection, or it broke
    timed_out = 11,            // no answer in time
    wrong_server = 12,         // the TLS key is not the one that genesis names
    certificate_refused = 13,  // the server did not accept our certificate
    protocol_violation = 14,   // an answer that does not decode, or does not fit the question
    server_lied = 20,          // something that no honest server does; the evidence is kept
    untrusted = 21,            // a certificate, an authority or a genesis that does not hold up
    wrong_passphrase = 30,
    no_passphrase = 31,
    vault_in_use = 32,   // another process has this home open
    vault_damaged = 33,  // the store cannot be read, or a record was changed by somebody else
    removed = 40,        // this device is no longer a member
    not_permitted = 41,  // we would be refused: not ours to do
    wedged =
        42,  // our keys do not follow the channel any more; an official must restore the device
    too_contended = 43,  // lost every race for the next epoch; trying again is all right
    damaged_content =
        44,  // a document or message that does not decrypt or does not match its manifest
};

const boost::system::error_category& client_category();
boost::system::error_code make_error_code(ClientError error);

// The explanation of the latest error, for a person: what was being done, what the peer said, where evidence lies. Kept apart
// from error codes, because it may hold text from the peer. Not thread-safe.
class Diagnostics {
  public:
    // Remembers the words and returns the error, so that callers write: return diagnostics.fail(error, "...").
    ErrorCode fail(ErrorCode error, std::string explanation);

    ErrorCode fail(ClientError error, std::string explanation) {
        return fail(make_error_code(error), std::move(explanation));
    }

    // The same for a lie of which the evidence is in this file.
    ErrorCode lied(std::string explanation, std::filesystem::path evidence);

    [[nodiscard]] const std::string& explanation() const { return explanation_; }

    // Of the latest lie; nullopt if there was none.
    [[nodiscard]] const std::optional<std::filesystem::path>& evidence() const { return evidence_; }

    void clear();

  private:
    std::string explanation_;
    std::optional<std::filesystem::path> evidence_;
};

}  // namespace serai::client

template <>
struct boost::system::is_error_code_enum<serai::client::ClientError> : std::true_type {};
