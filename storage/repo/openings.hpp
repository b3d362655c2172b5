// Reading openings, which is itself on the record: submit QueryOpenings, and read the page once its leaf is durable.
#pragma once

#include "protocol/message/request.hpp"
#include "storage/audit/audit_log.hpp"
#include "storage/repo/channel.hpp"
#include "storage/repo/documents.hpp"
#include "storage/repo/prepare.hpp"

namespace serai::storage::repo {

// The response body of the verdict is an encoded Receipt alone; the page is read with `page`. Its entry concerns the asking party,
// and the channel or document that is asked about. Refusals: forbidden (a scope of a channel in which the party has no member,
// unless the asking person is of the founder's party); the caller has checked the role.
struct QueryOpenings {
    protocol::network::Act act;
    protocol::network::QueryOpeningsStatement statement;
    ChannelPtr channel;    // of scope channel, and of a document's channel; else null
    DocumentPtr document;  // of scope document; else null
};

[[nodiscard]] Prepared prepare(Repositories& repositories,
                               commit::Asked asked,
                               QueryOpenings input);

// The page for a durable query: entries of the scope from its counter on whose leaf lies before the query's own, so that a retry
// gets the same page. At most limits::kMaxPage bytes (the first always). A party sees its own counter and never another's; an
// entry that does not concern it (of a channel or document, from before it was there) shows the scope's counter and nothing
// else. Erased openings are left out, which their counters show. Any thread; reads the store.
[[nodiscard]] Result<protocol::message::Openings> page(
    const audit::AuditLog& log,
    const protocol::network::PartyCode& party,
    const protocol::network::QueryOpeningsStatement& statement,
    const protocol::message::Receipt& query);

}  // namespace serai::storage::repo
