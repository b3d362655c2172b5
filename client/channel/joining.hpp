// Comes into channels: key packages in the directory, Welcomes in the mailbox.
#pragma once

#include "client/channel/task.hpp"
#include "client/context.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace serai::client::channel {

// Makes sure that at least `wanted` of our key packages wait in the directory. Each is good until our certificate ends, for one
// channel. Saved before it is published.
Result<void> stock_key_packages(const Context& context, std::uint32_t wanted);

// Goes on with a task of kind publish.
Result<void> carry_on_publish(const Context& context, const Task& task);

struct Joined {
    GroupId group;
    std::string trouble;     // empty: we are in. Else why this Welcome was not taken
    bool withdrawn = false;  // the trouble is no more than that: removed again, or invited anew
};

// Takes every Welcome of the mailbox: keys, tree, certificates of all members, rules, founding act, authority for our own
// coming, and the chain up to the record that added us. server_lied, a breach of the protocol and connection errors end it, and
// what is not done stays in the mailbox. Everything else is one Welcome's trouble and does not hold up the others: it leaves the
// mailbox, and one that does not hold is kept as evidence.
Result<std::vector<Joined>> join_all(const Context& context);

}  // namespace serai::client::channel
