// The bodies of all responses and events: what a lying server can say.
#include "protocol/message/request.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace serai::protocol::message;

SERAI_FUZZ_DECODERS(HelloOk,
                    Grant,
                    Openings,
                    ClaimedKeyPackages,
                    KeyPackageCount,
                    Records,
                    ChannelSummary,
                    Channels,
                    TreePart,
                    Acts,
                    Mailbox,
                    CheckpointNote,
                    Proof,
                    Leaves,
                    GovernanceEntries,
                    RecordEvent,
                    GoodbyeEvent)
