// Makes an uploaded document visible and announces it.
#pragma once

#include "client/channel/task.hpp"
#include "client/context.hpp"

namespace serai::client::channel {

// Goes on with a task of kind seal. Once the server has sealed, the task becomes one that sends the announcement (in one batch),
// which is returned; a refusal for good ends the task.
Result<Task> carry_on_seal(const Context& context, Task task);

}  // namespace serai::client::channel
