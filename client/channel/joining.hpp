// Comes into channels: Welcomes in the mailbox.
#pragma once

#include "client/context.hpp"

#include <string>
#include <vector>

namespace serai::client::channel {

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
