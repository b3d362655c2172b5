// Asks the server for what it must open to us, and checks every piece: nothing is believed, nothing may be missing.
#pragma once

#include "client/context.hpp"
#include "protocol/message/audit.hpp"
#include "protocol/network/statement.hpp"

#include <optional>
#include <string>
#include <vector>

namespace serai::client::audit {

// An entry that leads to its leaf, with what it says.
struct VerifiedEntry {
    protocol::message::OpenedEntry entry;
    std::string type;    // an act's name or an entry type; empty if that field is withheld
    std::string device;  // SPIFFE id of who caused it; empty if there is none, or withheld
    std::optional<std::string> signer;  // of the act, its signature and certificate verified
};

struct Scope {
    protocol::network::OpeningScope kind = protocol::network::OpeningScope::party;
    Digest id{};
};

[[nodiscard]] Scope party_scope();
[[nodiscard]] Scope channel_scope(const GroupId& group);
[[nodiscard]] Scope document_scope(const protocol::network::DocumentId& document);

// All entries of a scope, in the order of its dense counter, from 0 on. Checked: the counters have no gap, each names the leaf of the
// one before; each opening leads to its leaf; each act's signature, certificate and time hold. That the leaves are in the log is
// for the caller (one proof each, or all leaves at once). server_lied with evidence. The query is an act, and a leaf, itself.
Result<std::vector<VerifiedEntry>> query_openings(const Context& context, const Scope& scope);

// Proves each entry's leaf to be in the log.
Result<void> check_included(const Context& context, const std::vector<VerifiedEntry>& entries);

}  // namespace serai::client::audit
