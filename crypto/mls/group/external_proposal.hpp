// Proposals by who is not a member, RFC 9420, section 12.1.8. They travel as PublicMessage, and members judge whether the sender may
// propose this: they are no more than requests until a member commits them.
#pragma once

#include "crypto/mls/cipher_suite.hpp"
#include "crypto/mls/wire/message.hpp"

#include <vector>

namespace serai::crypto::mls {

// The group's external_senders extension (section 12.1.8.1); none if there is no such extension.
Result<std::vector<ExternalSender>> external_senders(const Extensions& group_extensions);

// What an external sender may propose: not Update, not ExternalInit.
[[nodiscard]] bool allowed_from_outside(ProposalType type);

// By one whose key stands in the group's external_senders, for the epoch that `group` describes. not_a_member if the key of `sender`
// does not stand there, invalid_proposal for a type that such a sender must not propose, unsupported for a suite that is not built in.
Result<MlsMessage> propose_from_outside(const GroupContext& group,
                                        const SignatureKeyPair& sender,
                                        Proposal proposal,
                                        ByteView authenticated_data);

// By a client that asks to be added itself. `signer` is the key that signed the key package. invalid_key_package if that is for another
// suite than the group's.
Result<MlsMessage> propose_own_add(const GroupContext& group,
                                   KeyPackage key_package,
                                   const SignaturePrivateKey& signer,
                                   ByteView authenticated_data);

}  // namespace serai::crypto::mls
