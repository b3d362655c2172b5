// Acts by themselves: to admit, to expel, to restore, to report, to have a document. What others make of them is theirs.
#pragma once

#include "client/channel/task.hpp"
#include "client/context.hpp"

namespace serai::client::channel {

// Goes on with a task of kind plain: done and refused for good both end it. Done is what the log has, by an inclusion proof (of a
// report and of a completion: an entry of that id). server_lied with evidence if the receipt does not hold.
Result<protocol::message::Receipt> carry_on_plain(const Context& context, const Task& task);

}  // namespace serai::client::channel
