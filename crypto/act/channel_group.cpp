#include "crypto/act/channel_group.hpp"

#include "crypto/act/error.hpp"
#include "crypto/merkle/note.hpp"
#include "crypto/mls/error.hpp"
#include "crypto/mls/group/message_protection.hpp"

namespace serai::crypto::act {

Result<mls::ExternalSender> server_sender(const protocol::network::Genesis& genesis) {
    const auto key = merkle::VerifierKey::parse(genesis.log_key);
    if (!key) {
        return ActError::bad_genesis;
    }
    return mls::ExternalSender{
        key->public_key(),
        mls::Credential{mls::BasicCredential{to_bytes(as_bytes(genesis.log_origin))}}};
}

Result<void> check_external_sender(const protocol::network::Genesis& genesis,
                                   const mls::ExternalSender& sender) {
    const auto server = server_sender(genesis);
    return server && sender == *server ? Result<void>{}
                                       : Result<void>{mls::MlsError::invalid_credential};
}

Result<mls::Extensions> channel_extensions(const protocol::network::Genesis& genesis,
                                           const protocol::network::ChannelRules& rules) {
    SERAI_TRY(server, server_sender(genesis));
    Bytes senders;
    protocol::codec::Writer{senders}.list(std::vector{server});
    return mls::Extensions{{{mls::ExtensionType{protocol::network::kChannelRulesExtension},
                             protocol::codec::encode(rules)},
                            {mls::ExtensionType::external_senders, std::move(senders)}}};
}

mls::PublicMessage propose_removal(const mls::CipherSuite& suite,
                                   const SignaturePrivateKey& log_key,
                                   Bytes group_id,
                                   std::uint64_t epoch,
                                   mls::LeafIndex leaf,
                                   Bytes authenticated_data) {
    mls::FramedContent content{std::move(group_id),
                               epoch,
                               {mls::SenderType::external, kServerSender},
                               std::move(authenticated_data),
                               mls::Proposal{mls::Remove{leaf}}};
    // RFC 9420, section 6.1: for a sender outside the group the signature does not cover the GroupContext.
    auto signed_content =
        mls::sign_content(suite, log_key, mls::WireFormat::public_message, std::move(content), {});
    return {std::move(signed_content.content), std::move(signed_content.auth), {}};
}

}  // namespace serai::crypto::act
