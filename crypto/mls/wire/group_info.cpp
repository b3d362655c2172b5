#include "crypto/mls/wire/group_info.hpp"

namespace serai::crypto::mls {

void GroupContext::encode(Writer& writer) const {
    writer.enumeration(ProtocolVersion::mls10);
    writer.enumeration(cipher_suite);
    writer.vector(group_id);
    writer.u64(epoch);
    writer.vector(tree_hash);
    writer.vector(confirmed_transcript_hash);
    extensions.encode(writer);
}

Result<GroupContext> GroupContext::decode(Reader& reader) {
    SERAI_CHECK(read_version(reader));
    SERAI_TRY(cipher_suite, read_open<CipherSuiteId>(reader));
    SERAI_TRY(group_id, read_bytes(reader));
    SERAI_TRY(epoch, reader.u64());
    SERAI_TRY(tree_hash, read_bytes(reader));
    SERAI_TRY(confirmed, read_bytes(reader));
    SERAI_TRY(extensions, Extensions::decode(reader));
    return GroupContext{cipher_suite,
                        std::move(group_id),
                        epoch,
                        std::move(tree_hash),
                        std::move(confirmed),
                        std::move(extensions)};
}

void GroupInfo::encode_unsigned(Writer& writer) const {
    group_context.encode(writer);
    extensions.encode(writer);
    writer.vector(confirmation_tag);
    writer.u32(signer.value());
}

Bytes GroupInfo::to_be_signed() const {
    Bytes out;
    Writer writer{out};
    encode_unsigned(writer);
    return out;
}

void GroupInfo::encode(Writer& writer) const {
    encode_unsigned(writer);
    writer.vector(signature);
}

Result<GroupInfo> GroupInfo::decode(Reader& reader) {
    GroupInfo info;
    SERAI_TRY(context, GroupContext::decode(reader));
    SERAI_TRY(extensions, Extensions::decode(reader));
    SERAI_TRY(confirmation_tag, read_bytes(reader));
    SERAI_TRY(signer, reader.u32());
    SERAI_TRY(signature, read_bytes(reader));
    info.group_context = std::move(context);
    info.extensions = std::move(extensions);
    info.confirmation_tag = std::move(confirmation_tag);
    info.signer = LeafIndex{signer};
    info.signature = std::move(signature);
    return info;
}

}  // namespace serai::crypto::mls
