// Who takes part: identities, parties, genesis, the rules of channels, signed acts.
#include "protocol/network/act.hpp"
#include "protocol/network/channel_rules.hpp"
#include "protocol/network/genesis.hpp"
#include "protocol/network/party.hpp"
#include "protocol/network/spiffe_id.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace serai::protocol::network;

SERAI_FUZZ_DECODERS(Act,
                    ActSeal,
                    ActHeader,
                    Field,
                    ChannelRules,
                    SignedGenesis,
                    Genesis,
                    GenesisSignature,
                    Party,
                    PartyCode,
                    PersonId,
                    SpiffeId)
