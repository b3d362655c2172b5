// Judging a commit before it is ordered (DESIGN, section 5). Everything that is public is checked here, against the head that the
// commit was made for; the pipeline then compares epochs and acts once more, where nothing can come in between.
//
// What is checked, in this order:
// 1. the epoch is the channel's; the sender's leaf is the connected device's;
// 2. the authenticated data names a record of this channel's chain, and so does the GroupInfo's ChainHead extension;
// 3. the commit by MLS' rules (PublicGroup::stage), the credential of every new leaf by its own party's certificates, and the
//    GroupInfo as the description of the next epoch;
// 4. nothing but adds, removes and the sender's own update: no change of the rules, no ReInit, no PSK; an external commit replaces the
//    connected device's own leaf, and brings one resumption PSK of an epoch that every other member remembers, or else one unused
//    restoration of the device by somebody who may, and nothing else (the steps that follow are not for it);
// 5. whoever has to leave (storage/repo/removals.hpp) is removed, by reference to the server's proposal or by value;
// 6. every person added may be a member, and has exactly one unused admission; every person removed has exactly one unused
//    expulsion and is removed with all devices, or goes because a certificate does not hold any more; no act is named that is not
//    needed; each was authorised by somebody who may;
// 7. the Welcome is for exactly the key packages added.
#pragma once

#include "protocol/message/request.hpp"
#include "server/service/context.hpp"
#include "storage/repo/channel.hpp"
#include "storage/repo/channel_intents.hpp"

namespace serai::server::service {

// What the pipeline needs for the commit. Errors: stale_epoch, invalid_commit, forbidden, too_large, and what errors.hpp makes of
// MLS and certificate errors. May read the store.
Result<storage::repo::ApplyCommit> check_commit(const Context& context,
                                                const session::Caller& caller,
                                                const storage::repo::ChannelPtr& channel,
                                                protocol::message::Commit request);

// The founder's first GroupInfo: epoch 0, the network's suite, the founding rules, one member, who is the caller.
Result<storage::repo::EstablishChannel> check_establish(
    const Context& context,
    const session::Caller& caller,
    const storage::repo::ChannelPtr& channel,
    protocol::message::EstablishChannel request);

// Whether record n of the channel has this hash: invalid_commit otherwise. Looks at the head, then the ring, then the store.
Result<void> check_chain_head(const Context& context,
                              const storage::repo::Channel& channel,
                              const storage::repo::ChannelHead& head,
                              const protocol::message::ChainHead& claimed);

}  // namespace serai::server::service
