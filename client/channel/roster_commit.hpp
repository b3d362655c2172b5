// Makes the commit of a roster change.
#pragma once

#include "client/channel/store.hpp"
#include "client/channel/task.hpp"
#include "client/context.hpp"

#include <vector>

namespace serai::client::channel {

// Whether the person is in the channel with any device. We must not have been removed.
[[nodiscard]] bool has_person(const OpenChannel& channel,
                              const protocol::network::PersonId& person);

// Whether this device has a certificate that ends later than that of its leaf, and may put it there: any commit of ours does, since its
// path has a new leaf. Not when the former one was revoked: then the leaf has to go.
[[nodiscard]] bool has_newer_certificate(const Context& context, const OpenChannel& channel);

struct RosterCommit {
    crypto::mls::PendingCommit pending;
    protocol::message::Commit request;
};

// For the channel's present epoch: adds the devices of the payload's key packages, or removes every device of its person, by its act,
// which must be there unless it only clears. Besides, whoever has to leave is removed: those that the server has proposed, those of
// `expulsions` (verified acts that wait), and those whose certificate does not hold any more; not this device, if it has a newer
// certificate, which alone is reason enough for a commit that only clears. The Welcome tells newcomers the head of
// the chain and the founding act. untrusted for a key package that is not the person's; exists if all its devices are members
// already; not_found if there is nobody to remove (expelling or clearing); not_permitted if this device has to leave itself.
Result<RosterCommit> make_roster_commit(const Context& context,
                                        OpenChannel& channel,
                                        const RosterPayload& payload,
                                        std::vector<protocol::message::ActReceipt> expulsions);

}  // namespace serai::client::channel
