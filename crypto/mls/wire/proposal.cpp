#include "crypto/mls/wire/proposal.hpp"

#include "crypto/mls/error.hpp"

namespace serai::crypto::mls {

void Add::encode(Writer& writer) const {
    key_package.encode(writer);
}

Result<Add> Add::decode(Reader& reader) {
    SERAI_TRY(key_package, KeyPackage::decode(reader));
    return Add{std::move(key_package)};
}

void Update::encode(Writer& writer) const {
    leaf_node.encode(writer);
}

Result<Update> Update::decode(Reader& reader) {
    SERAI_TRY(leaf_node, LeafNode::decode(reader));
    return Update{std::move(leaf_node)};
}

void Remove::encode(Writer& writer) const {
    writer.u32(removed.value());
}

Result<Remove> Remove::decode(Reader& reader) {
    SERAI_TRY(removed, reader.u32());
    return Remove{LeafIndex{removed}};
}

void PreSharedKey::encode(Writer& writer) const {
    psk.encode(writer);
}

Result<PreSharedKey> PreSharedKey::decode(Reader& reader) {
    SERAI_TRY(psk, PreSharedKeyId::decode(reader));
    return PreSharedKey{std::move(psk)};
}

void ReInit::encode(Writer& writer) const {
    writer.vector(group_id);
    writer.enumeration(version);
    writer.enumeration(cipher_suite);
    extensions.encode(writer);
}

Result<ReInit> ReInit::decode(Reader& reader) {
    SERAI_TRY(group_id, read_bytes(reader));
    SERAI_TRY(version, read_open<ProtocolVersion>(reader));
    SERAI_TRY(cipher_suite, read_open<CipherSuiteId>(reader));
    SERAI_TRY(extensions, Extensions::decode(reader));
    return ReInit{std::move(group_id), version, cipher_suite, std::move(extensions)};
}

void ExternalInit::encode(Writer& writer) const {
    writer.vector(kem_output);
}

Result<ExternalInit> ExternalInit::decode(Reader& reader) {
    SERAI_TRY(kem_output, read_bytes(reader));
    return ExternalInit{std::move(kem_output)};
}

void GroupContextExtensions::encode(Writer& writer) const {
    extensions.encode(writer);
}

Result<GroupContextExtensions> GroupContextExtensions::decode(Reader& reader) {
    SERAI_TRY(extensions, Extensions::decode(reader));
    return GroupContextExtensions{std::move(extensions)};
}

namespace {

template <class T>
Result<Proposal> decode_as(Reader& reader) {
    SERAI_TRY(value, T::decode(reader));
    Proposal proposal;
    proposal.value.emplace<T>(std::move(value));
    return proposal;
}

}  // namespace

void Proposal::encode(Writer& writer) const {
    writer.enumeration(type());
    std::visit([&](const auto& proposal) { proposal.encode(writer); }, value);
}

Result<Proposal> Proposal::decode(Reader& reader) {
    SERAI_TRY(type, read_open<ProposalType>(reader));
    switch (type) {
        case ProposalType::add:
            return decode_as<Add>(reader);
        case ProposalType::update:
            return decode_as<Update>(reader);
        case ProposalType::remove:
            return decode_as<Remove>(reader);
        case ProposalType::psk:
            return decode_as<PreSharedKey>(reader);
        case ProposalType::reinit:
            return decode_as<ReInit>(reader);
        case ProposalType::external_init:
            return decode_as<ExternalInit>(reader);
        case ProposalType::group_context_extensions:
            return decode_as<GroupContextExtensions>(reader);
    }
    return MlsError::unsupported;
}

}  // namespace serai::crypto::mls
