#include "crypto/mls/wire/welcome.hpp"

namespace serai::crypto::mls {

using protocol::codec::read_list;

EncodedGroupSecrets GroupSecrets::encode() const {
    const SecretAccess access{"encoding of GroupSecrets, encrypted next"};
    Bytes public_part;
    Writer{public_part}.list(psks);

    Bytes out;
    // Reserved in full, so that no reallocation leaves a copy behind: each vector's length takes at most 4 bytes.
    out.reserve(joiner_secret.size() + (path_secret ? path_secret->size() : 0) +
                public_part.size() + 16);
    Writer writer{out};
    writer.vector(SecretView{joiner_secret}.bytes(access));
    writer.flag(path_secret.has_value());
    if (path_secret) {
        writer.vector(SecretView{*path_secret}.bytes(access));
    }
    writer.fixed(public_part);
    auto encoded = EncodedGroupSecrets::from_bytes(out);
    wipe(out);
    return encoded;
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
