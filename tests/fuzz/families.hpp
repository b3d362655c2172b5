// The structures of the protocol by family: one fuzz target each, which tries whichever structure the input's first byte names.
#pragma once

#include "protocol/message/content.hpp"
#include "protocol/message/document.hpp"
#include "protocol/message/request.hpp"
#include "protocol/network/genesis.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace serai::fuzz {

// The bodies of all requests.
using RequestFamily = Family<protocol::message::Hello,
                             protocol::message::PublishKeyPackages,
                             protocol::message::ClaimKeyPackage,
                             protocol::message::CountKeyPackages,
                             protocol::message::FoundChannel,
                             protocol::message::EstablishChannel,
                             protocol::message::Commit,
                             protocol::message::Send,
                             protocol::message::FetchRecords,
                             protocol::message::Subscribe,
                             protocol::message::Unsubscribe,
                             protocol::message::ListChannels,
                             protocol::message::FetchTree,
                             protocol::message::ListActs,
                             protocol::message::FetchGroupInfo,
                             protocol::message::PublishedGroup,
                             protocol::message::ListMailbox,
                             protocol::message::DeleteMailbox,
                             protocol::message::QueryOpenings,
                             protocol::message::ProveInclusion,
                             protocol::message::ProveConsistency,
                             protocol::message::GetCheckpoint,
                             protocol::message::GetLeaves,
                             protocol::message::ListGovernance,
                             protocol::message::PublishCrl>;

// The bodies of all responses and events: what a lying server can say.
using ResponseFamily = Family<protocol::message::HelloOk,
                              protocol::message::Grant,
                              protocol::message::Openings,
                              protocol::message::ClaimedKeyPackages,
                              protocol::message::KeyPackageEntry,
                              protocol::message::KeyPackageCount,
                              protocol::message::Records,
                              protocol::message::ChannelSummary,
                              protocol::message::Channels,
                              protocol::message::TreePart,
                              protocol::message::Acts,
                              protocol::message::Mailbox,
                              protocol::message::MailboxItem,
                              protocol::message::MailboxEvent,
                              protocol::message::CheckpointNote,
                              protocol::message::Proof,
                              protocol::message::Leaves,
                              protocol::message::GovernanceEntries,
                              protocol::message::RecordEvent,
                              protocol::message::GoodbyeEvent>;

// What a channel's log holds and what members tell each other inside it.
using RecordFamily = Family<protocol::message::ChannelRecord,
                            protocol::message::ChainHead,
                            protocol::message::RecordPosition,
                            protocol::message::ActReference,
                            protocol::message::ChannelAad,
                            protocol::message::RecordEntry,
                            protocol::message::RecordReceipt,
                            protocol::message::Content,
                            protocol::message::Marking>;

// Entries of the audit log.
using AuditFamily = Family<protocol::message::Leaf,
                           protocol::message::ShownField,
                           protocol::message::Opening,
                           protocol::message::Counter,
                           protocol::message::Receipt,
                           protocol::message::ActReceipt,
                           protocol::message::OpenedEntry>;

// Who takes part: identities, parties, genesis, the rules of channels, signed acts.
using NetworkFamily = Family<protocol::network::Act,
                             protocol::network::ActSeal,
                             protocol::network::ActHeader,
                             protocol::network::Field,
                             protocol::network::ChannelRules,
                             protocol::network::SignedGenesis,
                             protocol::network::Genesis,
                             protocol::network::GenesisSignature,
                             protocol::network::Party,
                             protocol::network::PartyCode,
                             protocol::network::PersonId,
                             protocol::network::SpiffeId>;

}  // namespace serai::fuzz
