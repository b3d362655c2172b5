// The parts of MLS messages, each by itself, so that the fuzzer need not find its way in from outside.
#include "crypto/mls/group/public_group.hpp"
#include "crypto/mls/wire/commit.hpp"
#include "crypto/mls/wire/message.hpp"
#include "crypto/mls/wire/tree_node.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace serai::crypto::mls;

SERAI_FUZZ_DECODERS(KeyPackage,
                    LeafNode,
                    Capabilities,
                    Credential,
                    Extensions,
                    ExternalSender,
                    RequiredCapabilities,
                    Proposal,
                    ProposalOrRef,
                    CachedProposal,
                    PreSharedKeyId,
                    ReInit,
                    serai::crypto::mls::Commit,
                    UpdatePath,
                    GroupContext,
                    GroupInfo,
                    Welcome,
                    PublicMessage,
                    PrivateMessage,
                    AuthenticatedContent,
                    FramedContent,
                    Sender,
                    SenderData,
                    ParentNode,
                    TreeNode,
                    TreeNodes)
