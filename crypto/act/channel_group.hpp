// What the MLS group of every channel has in its GroupContext, so that the server, its members and whoever joins agree on it.
#pragma once

#include "crypto/mls/cipher_suite.hpp"
#include "crypto/mls/wire/credential.hpp"
#include "crypto/mls/wire/extension.hpp"
#include "crypto/mls/wire/framing.hpp"
#include "crypto/primitive/signature.hpp"
#include "protocol/base/result.hpp"
#include "protocol/network/channel_rules.hpp"
#include "protocol/network/genesis.hpp"

#include <cstdint>

namespace serai::crypto::act {

// The server's place among the external senders (RFC 9420, section 12.1.8.1): it is the only one.
inline constexpr std::uint32_t kServerSender = 0;

// The server as external sender: the key of the log, and a basic credential with the log's origin. bad_genesis if the log's key cannot
// be read.
Result<mls::ExternalSender> server_sender(const protocol::network::Genesis& genesis);

// For a CredentialValidator (RFC 9420, section 5.3.1): nobody but the server may propose from outside. invalid_credential.
Result<void> check_external_sender(const protocol::network::Genesis& genesis,
                                   const mls::ExternalSender& sender);

// Exactly these two, in this order: the channel's rules, and the server as the one external sender. bad_genesis.
Result<mls::Extensions> channel_extensions(const protocol::network::Genesis& genesis,
                                           const protocol::network::ChannelRules& rules);

// The server's proposal to remove a leaf, for one epoch. The log's key signs nothing else that begins as "MLS 1.0" content does: the
// text of a checkpoint has no such bytes in it.
[[nodiscard]] mls::PublicMessage propose_removal(const mls::CipherSuite& suite,
                                                 const SignaturePrivateKey& log_key,
                                                 Bytes group_id,
                                                 std::uint64_t epoch,
                                                 mls::LeafIndex leaf,
                                                 Bytes authenticated_data);

}  // namespace serai::crypto::act
