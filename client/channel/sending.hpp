// Sends application messages: encrypt, save, send, see it in the log.
#pragma once

#include "client/channel/state.hpp"
#include "client/channel/task.hpp"
#include "client/context.hpp"

namespace serai::client::channel {

// A task that will send this content; put it into a batch with whatever it follows from.
[[nodiscard]] Task make_send_task(std::uint64_t number,
                                  const GroupId& group,
                                  const protocol::message::Content& content);

// Sends and returns once the message is in our copy of the channel. stale epochs are caught up with and tried again under the
// same message id. removed, not_permitted (a member's certificate does not hold any more: remove that member first),
// too_contended, wire errors.
Result<HistoryEntry> send(const Context& context,
                          const GroupId& group,
                          const protocol::message::Content& content);

// Goes on with a task of kind send, from wherever it is.
Result<HistoryEntry> carry_on_send(const Context& context, Task task);

}  // namespace serai::client::channel
