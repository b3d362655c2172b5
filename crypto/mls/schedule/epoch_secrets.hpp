// The key schedule, RFC 9420, section 8.
#pragma once

#include "crypto/mls/cipher_suite.hpp"
#include "crypto/mls/tree/treekem.hpp"
#include "crypto/mls/wire/framing.hpp"
#include "crypto/mls/wire/group_info.hpp"
#include "crypto/mls/wire/psk.hpp"
#include "crypto/mls/wire/welcome.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace serai::crypto::mls {

using InitSecret = Secret<struct InitSecretTag>;
using PskSecret = Secret<struct PskSecretTag>;
using WelcomeSecret = Secret<struct WelcomeSecretTag>;
using EpochSecret = Secret<struct EpochSecretTag>;
using SenderDataSecret = Secret<struct SenderDataSecretTag>;
using EncryptionSecret = Secret<struct EncryptionSecretTag>;
using ExporterSecret = Secret<struct ExporterSecretTag>;
using ExternalSecret = Secret<struct ExternalSecretTag>;
using ConfirmationKey = Secret<struct ConfirmationKeyTag>;
using MembershipKey = Secret<struct MembershipKeyTag>;
using ResumptionPsk = Secret<struct ResumptionPskTag>;
using EpochAuthenticator = Secret<struct EpochAuthenticatorTag>;

// What an epoch secret gives. The epoch secret itself is gone once these exist.
struct EpochSecrets {
    SenderDataSecret sender_data;
    EncryptionSecret encryption;  // moves into the secret tree, and is empty then
    ExporterSecret exporter;
    ExternalSecret external;
    ConfirmationKey confirmation_key;
    MembershipKey membership_key;
    ResumptionPsk resumption_psk;
    EpochAuthenticator authenticator;
    InitSecret init;

    [[nodiscard]] static EpochSecrets derive(const CipherSuite& suite, EpochSecret&& epoch_secret);
};

// Between joiner secret and epoch secret stands the PSK.
struct JoinedSecrets {
    WelcomeSecret welcome;
    EpochSecrets epoch;
};

[[nodiscard]] JoinerSecret joiner_secret(const CipherSuite& suite,
                                         InitSecret&& init,
                                         const CommitSecret& commit,
                                         ByteView encoded_context);

// Before the context is known (a Welcome's GroupInfo is encrypted under it).
[[nodiscard]] WelcomeSecret welcome_secret(const CipherSuite& suite,
                                           const JoinerSecret& joiner,
                                           const PskSecret& psk);

[[nodiscard]] JoinedSecrets joined_secrets(const CipherSuite& suite,
                                           JoinerSecret&& joiner,
                                           const PskSecret& psk,
                                           ByteView encoded_context);

// Section 8.4. `keys[i]` belongs to `ids[i]`; at most 65,535 of them.
[[nodiscard]] PskSecret combine_psks(const CipherSuite& suite,
                                     std::span<const PreSharedKeyId> ids,
                                     std::span<const SecretView> keys);

// Section 8.5.
void export_into(const CipherSuite& suite,
                 const ExporterSecret& exporter,
                 std::string_view label,
                 ByteView context,
                 std::span<std::uint8_t> out);

// Section 8.2. `encoded_content` is the FramedContent of the commit.
[[nodiscard]] Bytes confirmed_transcript_hash(const CipherSuite& suite,
                                              ByteView interim_before,
                                              WireFormat wire_format,
                                              ByteView encoded_content,
                                              ByteView signature);
[[nodiscard]] Bytes interim_transcript_hash(const CipherSuite& suite,
                                            ByteView confirmed,
                                            ByteView confirmation_tag);

}  // namespace serai::crypto::mls
