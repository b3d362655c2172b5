// The requests of the protocol, each with its response, and the events. A request's body is its structure; the response's body
// is `Response`. "Accountable" requests carry a signed act or have an effect; their response names the leaf in the audit log.
//
// Retrying: a request id names exact bytes. A request that had an effect is answered again with the same bytes; one that was
// refused without effect (stale_epoch, busy, rate_limited, too_large) may be repeated under the same id.
#pragma once

#include "protocol/message/request/act.hpp"
#include "protocol/message/request/channel.hpp"
#include "protocol/message/request/directory.hpp"
#include "protocol/message/request/event.hpp"
#include "protocol/message/request/log.hpp"
#include "protocol/message/request/mailbox.hpp"
#include "protocol/message/request/session.hpp"

#include <variant>

namespace serai::protocol::message {

using AnyRequest = std::variant<Hello,
                                PublishKeyPackages,
                                ClaimKeyPackage,
                                CountKeyPackages,
                                FoundChannel,
                                EstablishChannel,
                                Admit,
                                Expel,
                                Restore,
                                Commit,
                                Send,
                                FetchRecords,
                                Subscribe,
                                Unsubscribe,
                                ListChannels,
                                FetchTree,
                                ListActs,
                                FetchGroupInfo,
                                Report,
                                ListMailbox,
                                DeleteMailbox,
                                SealDocument,
                                OpenDocument,
                                CompleteDocument,
                                QueryOpenings,
                                GetCheckpoint,
                                ProveInclusion,
                                ProveConsistency,
                                GetLeaves,
                                ListGovernance,
                                PublishCrl>;

// The body of a request frame by its type; nothing may be left over.
Result<AnyRequest> decode_request(RequestType type, ByteView body);

// A whole request frame around a body.
template <class Request>
[[nodiscard]] RequestFrame make_request(RequestId id, const Request& request) {
    return RequestFrame{id, Request::kType, codec::encode(request)};
}

template <class Event>
[[nodiscard]] EventFrame make_event(const Event& event) {
    return EventFrame{Event::kType, codec::encode(event)};
}

}  // namespace serai::protocol::message
