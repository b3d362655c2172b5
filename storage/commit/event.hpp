// What a durable batch has to tell the rest of the server, in the order in which it was decided.
#pragma once

#include "protocol/base/strong_id.hpp"
#include "protocol/network/spiffe_id.hpp"
#include "protocol/network/statement.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace serai::storage::commit {

// A record was appended. `entry` is the encoded protocol::message::RecordEntry, shared with the channel's ring; a RecordEvent
// is the group id followed by it.
struct RecordAppended {
    GroupId group;
    RecordNumber number;
    std::shared_ptr<const Bytes> entry;
};

// A commit changed who is in the channel. Follows the RecordAppended of that commit. Removed devices read up to and
// including `number` and nothing after it; added ones read from `number` on. Grants and transfers of the removed end.
struct MembersChanged {
    GroupId group;
    RecordNumber number;
    std::vector<protocol::network::SpiffeId> added;
    std::vector<protocol::network::SpiffeId> removed;
};

// A channel has members who must leave it, and not for each of them a proposal of the server in this epoch.
struct RemovalDue {
    GroupId group;
};

struct MailboxArrived {
    protocol::network::SpiffeId device;
};

// A CRL with these serials was recorded; sessions, grants and transfers of those certificates end at once. Serials that an
// older list named are here again.
struct CertificatesRevoked {
    std::string trust_domain;
    std::vector<Bytes> serials;  // big-endian, no leading zero bytes, ascending
    bool any_new = false;        // whether one of them was not revoked before
};

struct DocumentSealed {
    GroupId group;
    protocol::network::DocumentId document;
    std::uint32_t version = 1;
    ObjectId object;
};

using Event = std::variant<RecordAppended,
                           MembersChanged,
                           RemovalDue,
                           MailboxArrived,
                           CertificatesRevoked,
                           DocumentSealed>;

}  // namespace serai::storage::commit
