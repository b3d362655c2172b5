#include "crypto/mls/wire/commit.hpp"

namespace serai::crypto::mls {

using protocol::codec::read_list;

void HpkeCiphertextWire::encode(Writer& writer) const {
    writer.vector(kem_output);
    writer.vector(ciphertext);
}

Result<HpkeCiphertextWire> HpkeCiphertextWire::decode(Reader& reader) {
    SERAI_TRY(kem_output, read_bytes(reader));
    SERAI_TRY(ciphertext, read_bytes(reader));
    return HpkeCiphertextWire{std::move(kem_output), std::move(ciphertext)};
}

void UpdatePathNode::encode(Writer& writer) const {
    writer.vector(encryption_key);
    writer.list(encrypted_path_secret);
}

Result<UpdatePathNode> UpdatePathNode::decode(Reader& reader) {
    SERAI_TRY(encryption_key, read_bytes(reader));
    SERAI_TRY(encrypted, read_list<HpkeCiphertextWire>(reader));
    return UpdatePathNode{std::move(encryption_key), std::move(encrypted)};
}

void UpdatePath::encode(Writer& writer) const {
    leaf_node.encode(writer);
    writer.list(nodes);
}

Result<UpdatePath> UpdatePath::decode(Reader& reader) {
    SERAI_TRY(leaf_node, LeafNode::decode(reader));
    SERAI_TRY(nodes, read_list<UpdatePathNode>(reader));
    return UpdatePath{std::move(leaf_node), std::move(nodes)};
}

void ProposalOrRef::encode(Writer& writer) const {
    writer.u8(static_cast<std::uint8_t>(value.index() + 1));
    if (const auto* proposal = std::get_if<Proposal>(&value)) {
        proposal->encode(writer);
    } else {
        writer.vector(std::get<ProposalRef>(value).hash);
    }
}

Result<ProposalOrRef> ProposalOrRef::decode(Reader& reader) {
    SERAI_TRY(type, reader.u8());
    if (type == 1) {
        SERAI_TRY(proposal, Proposal::decode(reader));
        return ProposalOrRef{std::move(proposal)};
    }
    if (type == 2) {
        SERAI_TRY(hash, read_bytes(reader));
        return ProposalOrRef{ProposalRef{std::move(hash)}};
    }
    return CodecError::unknown_value;
}

void Commit::encode(Writer& writer) const {
    writer.list(proposals);
    writer.flag(path.has_value());
    if (path) {
        path->encode(writer);
    }
}

Result<Commit> Commit::decode(Reader& reader) {
    SERAI_TRY(proposals, read_list<ProposalOrRef>(reader));
    SERAI_TRY(has_path, reader.flag());
    Commit commit{std::move(proposals), std::nullopt};
    if (has_path) {
        SERAI_TRY(path, UpdatePath::decode(reader));
        commit.path = std::move(path);
    }
    return commit;
}

}  // namespace serai::crypto::mls
