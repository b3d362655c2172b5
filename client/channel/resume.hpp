// Carries on what an earlier command left under way.
#pragma once

#include "client/context.hpp"

#include <string>
#include <vector>

namespace serai::client::channel {

// Goes through the tasks in order. What was refused for good is dropped, what may still succeed (the server is busy, the channel
// cannot be followed at present) stays with all later tasks of its channel; both with a sentence for the person. Errors that end
// everything (no connection, a lie, a damaged vault) are returned, and the tasks stay.
Result<std::vector<std::string>> resume(const Context& context);

}  // namespace serai::client::channel
