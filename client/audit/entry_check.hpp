// One opened entry of the audit log, judged by itself.
#pragma once

#include "client/context.hpp"
#include "protocol/message/audit.hpp"

#include <optional>
#include <string>

namespace serai::client::audit {

// An entry that leads to its leaf, with what it says.
struct VerifiedEntry {
    protocol::message::OpenedEntry entry;
    std::string type;    // an act's name or an entry type; empty if that field is withheld
    std::string device;  // SPIFFE id of who caused it; empty if there is none, or withheld
    std::optional<std::string> signer;  // of the act, its signature and certificate verified
};

// The opening leads to the leaf. An entry that says it is an act carries that act, and no other entry carries one: its kind is the
// entry's type, its signer the entry's device, its signature, certificate and time hold, and the channel and document that it names
// are those under which the entry is counted. Else server_lied, with evidence: without this, a server could write down an opening
// that nobody made, or count it under another document.
Result<VerifiedEntry> check_entry(const Context& context, protocol::message::OpenedEntry entry);

// Keeps an entry as evidence against the server.
ErrorCode accuse(const Context& context,
                 std::string what,
                 const protocol::message::OpenedEntry& entry);

}  // namespace serai::client::audit
