// Comes back into a channel that our keys do not follow any more: after a commit whose secrets do not hold, or when another copy of
// our state was used (a vault put back from a backup). By external commit (RFC 9420, section 12.4.3.2), in the place of our own leaf,
// with a resumption PSK of an epoch that we were in, or else by the restoration that another official has signed: a signature key alone
// brings nobody in.
#pragma once

#include "client/channel/catch_up.hpp"
#include "client/context.hpp"

#include <span>

namespace serai::client::channel {

// Nothing if the channel is not lost. Says on the record what could not be followed, then commits, reading on whenever another commit
// was first. wedged if no epoch that we have is remembered by all others and nobody has restored this device.
// too_contended, server_lied, wire errors.
//
// By a restoration we come into the channel as it stands, among whoever led it there while we could not follow. If it was somebody with a
// stolen key, what we write is read. So it is wedged too while one of those devices (ChannelState::unvouched) is still a member, not
// revoked and not among `trusted`: a person says that, having asked.
Result<void> come_back(const Context& context,
                       const GroupId& group,
                       const OnEntry& on_entry = {},
                       std::span<const protocol::network::SpiffeId> trusted = {});

}  // namespace serai::client::channel
