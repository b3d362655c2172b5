// The Welcomes that wait for this device.
#pragma once

#include "client/context.hpp"
#include "protocol/message/request/mailbox.hpp"

#include <functional>

namespace serai::client::channel {

// Every item of the mailbox, from the oldest on; `visit` may delete what it has seen, and its error ends the visit.
// protocol_violation if the server gives an item twice or out of order; network errors.
Result<void> visit_mailbox(
    const Context& context,
    const std::function<Result<void>(const protocol::message::MailboxItem&)>& visit);

}  // namespace serai::client::channel
