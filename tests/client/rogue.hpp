// What a member's device could make if it broke the rules, and what a server in league with it could hand out.
#pragma once

#include "crypto/mls/group/group.hpp"
#include "tests/client/member.hpp"
#include "tests/support/network/test_network.hpp"

#include <vector>

namespace serai::tests {

// Throw std::runtime_error where a test cannot go on.

// A key package that this device could have published.
[[nodiscard]] crypto::mls::KeyPackage key_package_of(const TestDevice& device);

// A commit by `by` in the newest epoch, with whatever acts beside it; ordered by nobody yet.
[[nodiscard]] protocol::message::ChannelRecord rogue_commit(
    Member& by,
    const GroupId& group,
    crypto::mls::CommitOptions options,
    std::vector<protocol::message::ActReceipt> acts = {});

// The next record of the channel as `reader` would get it from a server in league with a member.
[[nodiscard]] protocol::message::RecordEntry forged_entry(
    Member& reader, const GroupId& group, const protocol::message::ChannelRecord& record);

// Makes the chain hash of an entry fit its record, given where `reader` stands.
void rechain(Member& reader, const GroupId& group, protocol::message::RecordEntry& entry);

// The acts beside the record that added `member`, as the honest server has them.
[[nodiscard]] std::vector<protocol::message::ActReceipt> acts_that_added(Member& member,
                                                                         const GroupId& group);

// Has the honest server order a commit of `by` that no member can follow: only members can check a membership tag.
void burn_epoch(Member& by, const GroupId& group);

}  // namespace serai::tests
