// Makes the commit of a roster change.
#pragma once

#include "client/channel/store.hpp"
#include "client/channel/task.hpp"
#include "client/context.hpp"

namespace serai::client::channel {

struct RosterCommit {
    crypto::mls::PendingCommit pending;
    protocol::message::Commit request;
};

// For the channel's present epoch, by the payload's act (which must be there), adding the devices of its key packages or removing
// every device of its person. The Welcome tells newcomers the head of the chain and the founding act. untrusted for a key package
// that is not the person's; exists if all its devices are members already; not_found if none of them is one (removing).
Result<RosterCommit> make_roster_commit(const Context& context,
                                        OpenChannel& channel,
                                        const RosterPayload& payload);

}  // namespace serai::client::channel
