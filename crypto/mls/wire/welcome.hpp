// Welcome messages, RFC 9420, section 12.4.3.1.
#pragma once

#include "crypto/mls/wire/commit.hpp"
#include "crypto/secret/secret.hpp"

#include <optional>

namespace serai::crypto::mls {

using JoinerSecret = Secret<struct JoinerSecretTag>;
using PathSecret = Secret<struct PathSecretTag>;
using EncodedGroupSecrets = Secret<struct EncodedGroupSecretsTag>;

// What a Welcome brings to one newcomer, encrypted to its init key.
struct GroupSecrets {
    JoinerSecret joiner_secret;
    std::optional<PathSecret> path_secret;
    std::vector<PreSharedKeyId> psks;

    [[nodiscard]] EncodedGroupSecrets encode() const;
    static Result<GroupSecrets> decode(Reader& reader);
};

struct EncryptedGroupSecrets {
    Bytes new_member;  // KeyPackageRef
    HpkeCiphertextWire encrypted_group_secrets;

    void encode(Writer& writer) const;
    static Result<EncryptedGroupSecrets> decode(Reader& reader);
    friend bool operator==(const EncryptedGroupSecrets&, const EncryptedGroupSecrets&) = default;
};

struct Welcome {
    CipherSuiteId cipher_suite{};
    std::vector<EncryptedGroupSecrets> secrets;
    Bytes encrypted_group_info;

    void encode(Writer& writer) const;
    static Result<Welcome> decode(Reader& reader);
    friend bool operator==(const Welcome&, const Welcome&) = default;
};

}  // namespace serai::crypto::mls
