#include "crypto/mls/wire/welcome.hpp"

#include "crypto/secret/secret_writer.hpp"

namespace serai::crypto::mls {

using protocol::codec::read_list;

EncodedGroupSecrets GroupSecrets::encode() const {
    SecretWriter writer;
    writer.vector(joiner_secret);
    writer.flag(path_secret.has_value());
    if (path_secret) {
        writer.vector(*path_secret);
    }
    Bytes ids;
    Writer{ids}.list(psks);
    writer.fixed(ids);
    return writer.finish<EncodedGroupSecrets>();
}

Result<GroupSecrets> GroupSecrets::decode(Reader& reader) {
    GroupSecrets secrets;
    SERAI_TRY(joiner, reader.vector());
    secrets.joiner_secret = JoinerSecret::from_bytes(joiner);
    SERAI_TRY(has_path_secret, reader.flag());
    if (has_path_secret) {
        SERAI_TRY(path_secret, reader.vector());
        secrets.path_secret = PathSecret::from_bytes(path_secret);
    }
    SERAI_TRY(psks, read_list<PreSharedKeyId>(reader));
    secrets.psks = std::move(psks);
    return secrets;
}

void EncryptedGroupSecrets::encode(Writer& writer) const {
    writer.vector(new_member);
    encrypted_group_secrets.encode(writer);
}

Result<EncryptedGroupSecrets> EncryptedGroupSecrets::decode(Reader& reader) {
    SERAI_TRY(new_member, read_bytes(reader));
    SERAI_TRY(encrypted, HpkeCiphertextWire::decode(reader));
    return EncryptedGroupSecrets{std::move(new_member), std::move(encrypted)};
}

void Welcome::encode(Writer& writer) const {
    writer.enumeration(cipher_suite);
    writer.list(secrets);
    writer.vector(encrypted_group_info);
}

Result<Welcome> Welcome::decode(Reader& reader) {
    SERAI_TRY(cipher_suite, read_open<CipherSuiteId>(reader));
    SERAI_TRY(secrets, read_list<EncryptedGroupSecrets>(reader));
    SERAI_TRY(encrypted_group_info, read_bytes(reader));
    return Welcome{cipher_suite, std::move(secrets), std::move(encrypted_group_info)};
}

}  // namespace serai::crypto::mls
