// The bodies of all requests.
#include "protocol/message/request.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace serai::protocol::message;

SERAI_FUZZ_DECODERS(Hello,
                    PublishKeyPackages,
                    ClaimKeyPackage,
                    CountKeyPackages,
                    FoundChannel,
                    EstablishChannel,
                    Commit,
                    Send,
                    FetchRecords,
                    Subscribe,
                    Unsubscribe,
                    ListChannels,
                    FetchTree,
                    ListActs,
                    ListMailbox,
                    DeleteMailbox,
                    QueryOpenings,
                    ProveInclusion,
                    ProveConsistency,
                    GetLeaves,
                    ListGovernance,
                    PublishCrl)
