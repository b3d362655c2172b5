// Asks the server for what it must open to us, and checks every piece: nothing is believed, nothing may be missing.
#pragma once

#include "client/audit/entry_check.hpp"
#include "client/context.hpp"
#include "protocol/network/statement.hpp"

#include <vector>

namespace serai::client::audit {

struct Scope {
    protocol::network::OpeningScope kind = protocol::network::OpeningScope::party;
    Digest id{};
};

[[nodiscard]] Scope party_scope();
[[nodiscard]] Scope channel_scope(const GroupId& group);
[[nodiscard]] Scope document_scope(const protocol::network::DocumentId& document);

// All entries of a scope, in the order of its dense counter, from 0 on. Checked: the counters have no gap, each names the leaf of the
// one before, and the last is the one before our own query, so that the newest cannot be missing either; each entry by itself
// (entry_check.hpp). That the leaves are in the log is for the caller (one proof each, or all leaves at once). server_lied with
// evidence. Each query is an act, and a leaf, itself; at least two are made.
Result<std::vector<VerifiedEntry>> query_openings(const Context& context, const Scope& scope);

// Proves each entry's leaf to be in the log.
Result<void> check_included(const Context& context, const std::vector<VerifiedEntry>& entries);

}  // namespace serai::client::audit
