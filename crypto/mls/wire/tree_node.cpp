#include "crypto/mls/wire/tree_node.hpp"

namespace serai::crypto::mls {

namespace {

constexpr std::uint8_t kLeaf = 1;
constexpr std::uint8_t kParent = 2;

Result<std::vector<LeafIndex>> read_unmerged(Reader& reader) {
    SERAI_TRY(content, reader.vector());
    Reader inner{content};
    std::vector<LeafIndex> leaves;
    leaves.reserve(content.size() / 4);
    while (!inner.at_end()) {
        SERAI_TRY(index, inner.u32());
        // Section 7.1: MUST be sorted in increasing order.
        if (!leaves.empty() && leaves.back().value() >= index) {
            return CodecError::unknown_value;
        }
        leaves.push_back(LeafIndex{index});
    }
    return leaves;
}

}  // namespace

void ParentNode::encode(Writer& writer) const {
    writer.vector(encryption_key);
    writer.vector(parent_hash);
    writer.length(unmerged_leaves.size() * 4);
    for (const auto leaf : unmerged_leaves) {
        writer.u32(leaf.value());
    }
}

Result<ParentNode> ParentNode::decode(Reader& reader) {
    SERAI_TRY(encryption_key, read_bytes(reader));
    SERAI_TRY(parent_hash, read_bytes(reader));
    SERAI_TRY(unmerged, read_unmerged(reader));
    return ParentNode{std::move(encryption_key), std::move(parent_hash), std::move(unmerged)};
}

ByteView TreeNode::encryption_key() const {
    if (leaf != nullptr) {
        return leaf->encryption_key;
    }
    return parent == nullptr ? ByteView{} : ByteView{parent->encryption_key};
}

void TreeNode::encode(Writer& writer) const {
    writer.flag(!blank());
    if (leaf != nullptr) {
        writer.u8(kLeaf);
        leaf->encode(writer);
    } else if (parent != nullptr) {
        writer.u8(kParent);
        parent->encode(writer);
    }
}

Result<TreeNode> TreeNode::decode(Reader& reader) {
    SERAI_TRY(present, reader.flag());
    if (!present) {
        return TreeNode{};
    }
    SERAI_TRY(type, reader.u8());
    if (type == kLeaf) {
        SERAI_TRY(leaf, LeafNode::decode(reader));
        return TreeNode{std::make_shared<const LeafNode>(std::move(leaf)), nullptr};
    }
    if (type == kParent) {
        SERAI_TRY(parent, ParentNode::decode(reader));
        return TreeNode{nullptr, std::make_shared<const ParentNode>(std::move(parent))};
    }
    return CodecError::unknown_value;
}

void TreeNodes::encode(Writer& writer) const {
    writer.list(nodes);
}

Result<TreeNodes> TreeNodes::decode(Reader& reader) {
    SERAI_TRY(nodes, protocol::codec::read_list<TreeNode>(reader));
    return TreeNodes{std::move(nodes)};
}

}  // namespace serai::crypto::mls
