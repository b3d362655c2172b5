// Brings people into a channel and out of it: an act that authorises, key packages, a commit that uses them.
#pragma once

#include "client/channel/task.hpp"
#include "client/context.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <vector>

namespace serai::client::channel {

// Admits a person with every device that has a key package left, and says the title again for the newcomers. An admission that
// somebody else has signed and nobody used yet is used; if another member commits it first, that is success too. exists if every
// device of the person was a member before; no_key_package, not_permitted, removed (also while it is under way), too_contended,
// wire errors.
Result<void> invite(const Context& context,
                    const GroupId& group,
                    const protocol::network::PersonId& person);

// Expels a person with every device, or sees another member do it. not_found if the person is no member to begin with; not_permitted for oneself (no member can commit its
// own removal).
Result<void> expel(const Context& context,
                   const GroupId& group,
                   const protocol::network::PersonId& person);

// Commits the expulsions that are authorised and that nobody has committed yet.
Result<void> commit_expulsions(const Context& context, const GroupId& group);

// Goes on with a task of kind roster, from wherever it is.
Result<void> carry_on_roster(const Context& context, Task task);

}  // namespace serai::client::channel
