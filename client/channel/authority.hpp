// Signed acts about a channel's roster: what they say, whether they hold, and whether their signer may decide that. The server judged
// the same before it let a commit use them; this is what makes that unnecessary to believe.
#pragma once

#include "client/channel/state.hpp"
#include "client/context.hpp"
#include "protocol/network/act.hpp"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace serai::client::channel {

// untrusted, with the reason for people: what this file and judge.hpp say of whatever does not hold.
[[nodiscard]] ErrorCode refuse(const Context& context, std::string why);

// What an act says, whether it holds or not.
struct Decision {
    protocol::network::ActKind kind = protocol::network::ActKind::admit;  // or expel, or restore
    protocol::network::PersonId subject;
    std::string device;  // of a restoration: which one of the subject's; else empty

    friend bool operator==(const Decision&, const Decision&) = default;
};

// nullopt if the act neither admits nor expels nor restores.
[[nodiscard]] std::optional<Decision> decision_in(const protocol::message::ActReceipt& receipt);

// An act that holds: who said what.
struct Authority {
    Decision decision;
    protocol::network::PersonId signer;
};

// Checks an act beside a record: its fields lead to its leaf, the leaf is in the log, the signature and the signer's certificate
// hold as of that leaf, and it is about this channel. untrusted with an explanation; server_lied and network errors as they come.
Result<Authority> verify_authority(const Context& context,
                                   const GroupId& group,
                                   const protocol::message::ActReceipt& receipt);

// The same, of an act that we have just sent, about any channel. protocol_violation if the receipt is of another one.
Result<void> verify_recorded(const Context& context,
                             const protocol::network::Act& sent,
                             const protocol::message::ActReceipt& receipt);

// Whether its signer may decide that, in a channel of this kind.
[[nodiscard]] bool may_decide(const Context& context,
                              const ChannelState& state,
                              const Authority& authority);

// verify_authority(), of an act that no commit has used yet, by somebody who may decide that.
Result<Authority> verify_unused_authority(const Context& context,
                                          const ChannelState& state,
                                          const protocol::message::ActReceipt& receipt);

// Checks the founding act that a group id is made of, and gives who founded it. The same errors.
Result<protocol::network::PersonId> verify_founding(const Context& context,
                                                    const GroupId& group,
                                                    const protocol::network::ChannelRules& rules,
                                                    const protocol::message::ActReceipt& receipt);

// Whether the acts beside a record are those under the sender's signature.
[[nodiscard]] bool are_named(const protocol::message::ChannelAad& aad,
                             std::span<const protocol::message::ActReceipt> acts);

// The same, and none of them has been used, nor stands there twice. untrusted with an explanation.
Result<void> check_named_unused(const Context& context,
                                const ChannelState& state,
                                const protocol::message::ChannelAad& aad,
                                std::span<const protocol::message::ActReceipt> acts);

// The acts that the server lists for the channel, that hold, that nobody has used, and that `wanted` says yes to. What it lists is
// judged as a commit with it would be: who commits a bad one parts from all others. Only what is wanted is verified, since that takes
// requests. protocol_violation if the list does not go on; network errors.
Result<std::vector<protocol::message::ActReceipt>> waiting_acts(
    const Context& context,
    const ChannelState& state,
    const std::function<bool(const Decision&)>& wanted);

}  // namespace serai::client::channel
