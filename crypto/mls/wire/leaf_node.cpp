#include "crypto/mls/wire/leaf_node.hpp"

#include <algorithm>

namespace serai::crypto::mls {

namespace {

template <class T>
bool contains(const std::vector<T>& values, T value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

Result<LeafNodeSource> decode_source(Reader& reader) {
    SERAI_TRY(kind, reader.u8());
    switch (kind) {
        case 1: {
            SERAI_TRY(not_before, reader.u64());
            SERAI_TRY(not_after, reader.u64());
            return LeafNodeSource{FromKeyPackage{{not_before, not_after}}};
        }
        case 2:
            return LeafNodeSource{FromUpdate{}};
        case 3: {
            SERAI_TRY(parent_hash, read_bytes(reader));
            return LeafNodeSource{FromCommit{std::move(parent_hash)}};
        }
        default:
            return CodecError::unknown_value;
    }
}

void encode_source(Writer& writer, const LeafNodeSource& source) {
    writer.u8(static_cast<std::uint8_t>(source.index() + 1));
    if (const auto* from = std::get_if<FromKeyPackage>(&source)) {
        writer.u64(from->lifetime.not_before);
        writer.u64(from->lifetime.not_after);
    } else if (const auto* commit = std::get_if<FromCommit>(&source)) {
        writer.vector(commit->parent_hash);
    }
}

}  // namespace

bool Capabilities::supports(ExtensionType type) const {
    return is_default(type) || contains(extensions, type);
}

bool Capabilities::supports(ProposalType type) const {
    return is_default(type) || contains(proposals, type);
}

bool Capabilities::supports(CredentialType type) const {
    return contains(credentials, type);
}

bool Capabilities::supports(CipherSuiteId suite) const {
    return contains(cipher_suites, suite);
}

bool Capabilities::supports_mls10() const {
    return contains(versions, static_cast<std::uint16_t>(ProtocolVersion::mls10));
}

void Capabilities::encode(Writer& writer) const {
    writer.length(versions.size() * 2);
    for (const auto version : versions) {
        writer.u16(version);
    }
    write_enum_list(writer, cipher_suites);
    write_enum_list(writer, extensions);
    write_enum_list(writer, proposals);
    write_enum_list(writer, credentials);
}

Result<Capabilities> Capabilities::decode(Reader& reader) {
    SERAI_TRY(versions, read_enum_list<std::uint16_t>(reader));
    SERAI_TRY(cipher_suites, read_enum_list<CipherSuiteId>(reader));
    SERAI_TRY(extensions, read_enum_list<ExtensionType>(reader));
    SERAI_TRY(proposals, read_enum_list<ProposalType>(reader));
    SERAI_TRY(credentials, read_enum_list<CredentialType>(reader));
    return Capabilities{std::move(versions),
                        std::move(cipher_suites),
                        std::move(extensions),
                        std::move(proposals),
                        std::move(credentials)};
}

ByteView LeafNode::parent_hash() const {
    const auto* commit = std::get_if<FromCommit>(&source);
    return commit == nullptr ? ByteView{} : ByteView{commit->parent_hash};
}

void LeafNode::encode_unsigned(Writer& writer) const {
    writer.vector(encryption_key);
    writer.vector(signature_key);
    credential.encode(writer);
    capabilities.encode(writer);
    encode_source(writer, source);
    extensions.encode(writer);
}

Bytes LeafNode::to_be_signed(ByteView group_id, LeafIndex index) const {
    Bytes out;
    Writer writer{out};
    encode_unsigned(writer);
    if (!is<FromKeyPackage>()) {
        writer.vector(group_id);
        writer.u32(index.value());
    }
    return out;
}

void LeafNode::encode(Writer& writer) const {
    encode_unsigned(writer);
    writer.vector(signature);
}

Result<LeafNode> LeafNode::decode(Reader& reader) {
    SERAI_TRY(encryption_key, read_bytes(reader));
    SERAI_TRY(signature_key, read_bytes(reader));
    SERAI_TRY(credential, Credential::decode(reader));
    SERAI_TRY(capabilities, Capabilities::decode(reader));
    SERAI_TRY(source, decode_source(reader));
    SERAI_TRY(extensions, Extensions::decode(reader));
    SERAI_TRY(signature, read_bytes(reader));
    return LeafNode{std::move(encryption_key),
                    std::move(signature_key),
                    std::move(credential),
                    std::move(capabilities),
                    std::move(source),
                    std::move(extensions),
                    std::move(signature)};
}

}  // namespace serai::crypto::mls
