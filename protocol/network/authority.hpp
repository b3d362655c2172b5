// Who may authorise what: the rules of DESIGN for channels, judged alike by the server before it orders and by every client
// before it believes. Pure: signatures and certificates have been verified by the caller.
#pragma once

#include "protocol/network/channel_rules.hpp"
#include "protocol/network/genesis.hpp"
#include "protocol/network/spiffe_id.hpp"

namespace serai::protocol::network {

// Whether a person may be in a channel with these rules at all: its party is named by the rules, its role too, and class
// `state` admits no guest party.
[[nodiscard]] bool may_be_member(const Genesis& genesis,
                                 const ChannelRules& rules,
                                 const PersonId& person);

// Founding: a focal point who may be a member of the channel that it founds.
[[nodiscard]] bool may_found(const Genesis& genesis,
                             const ChannelRules& rules,
                             const PersonId& founder);

// Admitting: a focal point or registrar of the person's own party, when that party is named by the rules, or the channel's founder;
// and the person may be a member.
[[nodiscard]] bool may_admit(const Genesis& genesis,
                             const ChannelRules& rules,
                             const PersonId& founder,
                             const PersonId& signer,
                             const PersonId& subject);

// Restoring a device of a person, whose keys are lost or of no use: who may admit the person, but somebody else than the person. So
// whoever has a member's key and nothing more cannot let itself in.
[[nodiscard]] bool may_restore(const Genesis& genesis,
                               const ChannelRules& rules,
                               const PersonId& founder,
                               const PersonId& signer,
                               const PersonId& subject);

// Expelling: a focal point or registrar of the person's own party, the founder, or the person itself (departure).
[[nodiscard]] bool may_expel(const Genesis& genesis,
                             const PersonId& founder,
                             const PersonId& signer,
                             const PersonId& subject);

}  // namespace serai::protocol::network
