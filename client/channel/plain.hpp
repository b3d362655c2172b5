// Requests of which only the verdict matters.
#pragma once

#include "client/channel/task.hpp"
#include "client/context.hpp"

namespace serai::client::channel {

// Goes on with a task of kind plain: done and refused for good both end it.
Result<void> carry_on_plain(const Context& context, const Task& task);

}  // namespace serai::client::channel
