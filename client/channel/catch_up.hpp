// Reads what is new in a channel's log, and nothing past it.
#pragma once

#include "client/channel/state.hpp"
#include "client/context.hpp"

#include <functional>
#include <string>
#include <vector>

namespace serai::client::channel {

// Told of each record in order, once it is durable here.
using OnEntry = std::function<void(const HistoryEntry&)>;

// Fetches and takes every record up to the end of the log, and comes back into a channel that turns out to be lost. Errors of
// Follower::take, of come_back() and of the session; what came before an error is kept. A channel that we were removed from has
// nothing new and is no error.
Result<void> catch_up(const Context& context, const GroupId& group, const OnEntry& on_entry = {});

// The same without coming back: afterwards the channel may be lost.
Result<void> read_log(const Context& context, const GroupId& group, const OnEntry& on_entry = {});

// The same for every channel that we know. A channel that cannot be followed is left where it is and does not hold up the others.
// Gives those, with the reason in words.
struct Unfollowed {
    GroupId group;
    std::string reason;
};

Result<std::vector<Unfollowed>> catch_up_everywhere(const Context& context);

// The same for those whose title we have not heard: so a join leaves them that was interrupted behind their Welcome, and by their title
// no command would find them. One that cannot be followed is left to the commands that are for it.
Result<void> catch_up_unheard(const Context& context);

// Takes records that lie here already (a page, or a pushed event); they must continue where we stand.
Result<void> take_records(const Context& context,
                          const GroupId& group,
                          const std::vector<protocol::message::RecordEntry>& entries,
                          const OnEntry& on_entry = {});

}  // namespace serai::client::channel
