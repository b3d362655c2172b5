// Errors that cross the wire. A closed enum: a peer refuses a value that it does not know. docs/errors.md says for each what
// the WebSocket does, how it is logged and what a client should do next.
#pragma once

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <string_view>

namespace serai {

// Values are on the wire: never reuse or renumber one.
enum class WireError : std::uint16_t {
    malformed = 1,            // bytes that do not decode; ends the connection
    unsupported_version = 2,  // hello names no version we speak; ends the connection
    wrong_network = 3,        // hello names another network; ends the connection
    forbidden = 4,            // authenticated, but not allowed to do this
    not_found = 5,            // also said of what the caller may not know to exist
    stale_epoch = 6,          // another commit won: read on, try again; nothing was recorded
    invalid_commit = 7,       // a commit, GroupInfo or Welcome that does not fit the public group
    request_id_reused = 8,    // the same request id with different bytes
    busy = 9,                 // a queue is full: try again later; nothing was recorded
    too_large = 10,           // over a limit of docs/protocol.md
    rate_limited = 11,        // over this device's or party's rate; nothing was recorded
    unknown_outcome = 12,     // it may or may not have happened: ask again with the same request id
    unavailable = 13,         // the server takes no effects now (read-only after a failed write)
    commit_first = 14,        // a pending Remove must be committed before application messages
    verification_failed = 15,  // a signature, MAC or decryption failed; deliberately no detail
    act_expired = 16,          // outside the act's validity, or its time is not plausible
    act_duplicate = 17,        // an act of this id was accepted before
    invalid_certificate = 18,  // not (or no longer) a certificate of its trust domain's party
    invalid_key_package = 19,
    no_key_package = 20,     // nothing left to claim for that person or device
    upload_incomplete = 21,  // sealing before every byte is durable, or with another digest
    grant_expired = 22,
    exists = 23,  // already there, with other content
    shutting_down = 24,
    internal = 25,  // our fault; details are in the server's log only
};

inline constexpr std::uint16_t kFirstWireError = 1;
inline constexpr std::uint16_t kLastWireError = 25;

[[nodiscard]] constexpr bool is_wire_error(std::uint16_t value) {
    return value >= kFirstWireError && value <= kLastWireError;
}

// The snake_case name, as in logs and --json output.
[[nodiscard]] std::string_view name(WireError error);

// One English sentence for a person.
[[nodiscard]] std::string_view sentence(WireError error);

const boost::system::error_category& wire_category();
boost::system::error_code make_error_code(WireError error);

}  // namespace serai

template <>
struct boost::system::is_error_code_enum<serai::WireError> : std::true_type {};
