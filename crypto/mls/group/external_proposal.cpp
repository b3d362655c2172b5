#include "crypto/mls/group/external_proposal.hpp"

#include "crypto/mls/group/message_protection.hpp"

#include <algorithm>

namespace serai::crypto::mls {

namespace {

// The group's context is not part of what an outsider signs (section 6.1).
MlsMessage signed_message(const CipherSuite& suite,
                          const GroupContext& group,
                          const SignaturePrivateKey& signer,
                          Sender sender,
                          Proposal proposal,
                          ByteView authenticated_data) {
    auto content = sign_content(
        suite,
        signer,
        WireFormat::public_message,
        {group.group_id, group.epoch, sender, to_bytes(authenticated_data), std::move(proposal)},
        {});
    return MlsMessage{PublicMessage{std::move(content.content), std::move(content.auth), {}}};
}

}  // namespace

Result<std::vector<ExternalSender>> external_senders(const Extensions& group_extensions) {
    const Bytes* data = group_extensions.find(ExtensionType::external_senders);
    if (data == nullptr) {
        return std::vector<ExternalSender>{};
    }
    Reader reader{*data};
    SERAI_TRY(senders, protocol::codec::read_list<ExternalSender>(reader));
    if (!reader.at_end()) {
        return CodecError::trailing_bytes;
    }
    return std::move(senders);
}

bool allowed_from_outside(ProposalType type) {
    return type == ProposalType::add || type == ProposalType::remove || type == ProposalType::psk ||
           type == ProposalType::reinit || type == ProposalType::group_context_extensions;
}

Result<MlsMessage> propose_from_outside(const GroupContext& group,
                                        const SignatureKeyPair& sender,
                                        Proposal proposal,
                                        ByteView authenticated_data) {
    const CipherSuite* suite = CipherSuite::find(group.cipher_suite);
    if (suite == nullptr) {
        return MlsError::unsupported;
    }
    if (!allowed_from_outside(proposal.type())) {
        return MlsError::invalid_proposal;
    }
    SERAI_TRY(senders, external_senders(group.extensions));
    const auto own = std::find_if(senders.begin(), senders.end(), [&](const auto& entry) {
        return entry.signature_key == sender.public_key;
    });
    if (own == senders.end()) {
        return MlsError::not_a_member;
    }
    const auto index = static_cast<std::uint32_t>(own - senders.begin());
    return signed_message(*suite,
                          group,
                          sender.private_key,
                          {SenderType::external, index},
                          std::move(proposal),
                          authenticated_data);
}

Result<MlsMessage> propose_own_add(const GroupContext& group,
                                   KeyPackage key_package,
                                   const SignaturePrivateKey& signer,
                                   ByteView authenticated_data) {
    const CipherSuite* suite = CipherSuite::find(group.cipher_suite);
    if (suite == nullptr) {
        return MlsError::unsupported;
    }
    if (key_package.cipher_suite != group.cipher_suite) {
        return MlsError::invalid_key_package;
    }
    return signed_message(*suite,
                          group,
                          signer,
                          {SenderType::new_member_proposal, 0},
                          Proposal{Add{std::move(key_package)}},
                          authenticated_data);
}

}  // namespace serai::crypto::mls
