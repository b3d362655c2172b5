// Brings people into a channel and out of it: an act that authorises, key packages, a commit that uses them.
#pragma once

#include "client/channel/task.hpp"
#include "client/context.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <vector>

namespace serai::client::channel {

// Admits a person with every device that has a key package left and is not in the channel yet, and says the title again for the
// newcomers. An admission that somebody else has signed and nobody used yet is used; if another member commits it first, that is success
// too. exists if every device of the person that has any was a member before; no_key_package, not_permitted, removed (also while it is
// under way), too_contended, wire errors.
Result<void> invite(const Context& context,
                    const GroupId& group,
                    const protocol::network::PersonId& person);

// The same for somebody who perhaps has no new device: false if there was none to bring in.
Result<bool> add_devices_of(const Context& context,
                            const GroupId& group,
                            const protocol::network::PersonId& person);

// Signs the admission of a person and no more: for an official who is no member. Any member's invite uses it.
Result<void> authorise(const Context& context,
                       const GroupId& group,
                       const protocol::network::PersonId& person);

// Signs that a device may come back into the channel although it has lost the keys: for an official other than the person. The device
// uses it with its next command.
Result<void> restore(const Context& context,
                     const GroupId& group,
                     const protocol::network::SpiffeId& device);

// Expels a person with every device, or sees another member do it. not_found if the person is no member to begin with; not_permitted
// for oneself (no member can commit its
// own removal).
Result<void> expel(const Context& context,
                   const GroupId& group,
                   const protocol::network::PersonId& person);

// Says on the record that this person goes, with every device. The server proposes the removals, and any other member commits them.
Result<void> leave(const Context& context, const GroupId& group);

// Removes whoever has to leave: expelled, departing, or with a certificate that does not hold any more; and puts a renewed certificate of
// this device into its leaf. Nothing to do is success. not_permitted if this device is one of them.
Result<void> clear_removals(const Context& context, const GroupId& group);

// Does that if the server has proposed somebody or our certificate was renewed, and leaves it to others if it is not for us or they are
// quicker. For commands that only read.
Result<void> clear_proposed(const Context& context, const GroupId& group);

// Goes on with a task of kind roster, from wherever it is.
Result<void> carry_on_roster(const Context& context, Task task);

}  // namespace serai::client::channel
