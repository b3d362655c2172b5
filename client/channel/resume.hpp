// Carries on what an earlier command left under way.
#pragma once

#include "client/context.hpp"

#include <string>
#include <vector>

namespace serai::client::channel {

// Goes through the tasks in order. What was refused for good is dropped, with a sentence for the person; errors that end
// everything (no connection, a lie) are returned, and the tasks stay.
Result<std::vector<std::string>> resume(const Context& context);

}  // namespace serai::client::channel
