#include "crypto/mls/schedule/secret_tree.hpp"

#include "crypto/secret/secret_writer.hpp"

#include <limits>
#include <stdexcept>

namespace serai::crypto::mls {

MessageKeys HashRatchet::step(const CipherSuite& suite) {
    if (generation_ == std::numeric_limits<std::uint32_t>::max()) {
        throw std::length_error{"message generations of one epoch"};
    }
    Bytes context;  // DeriveTreeSecret, section 9.1
    Writer{context}.u32(generation_);
    MessageKeys keys{suite.expand<MessageKey>(secret_, "key", context, suite.key_size()),
                     suite.expand<MessageNonce>(secret_, "nonce", context, suite.nonce_size())};
    secret_ = suite.expand<RatchetSecret>(secret_, "secret", context, suite.hash_size());
    ++generation_;
    return keys;
}

std::pair<std::uint32_t, MessageKeys> HashRatchet::next(const CipherSuite& suite) {
    const auto generation = generation_;
    return {generation, step(suite)};
}

Result<const MessageKeys*> HashRatchet::find(const CipherSuite& suite, std::uint32_t generation) {
    if (generation >= generation_) {
        if (generation - generation_ > kMaxForward ||
            generation == std::numeric_limits<std::uint32_t>::max()) {
            return MlsError::too_far_ahead;
        }
        while (generation_ <= generation) {
            const auto at = generation_;
            waiting_.emplace(at, step(suite));
        }
        while (waiting_.size() > kMaxWaiting) {
            waiting_.erase(waiting_.begin());
        }
    }
    const auto it = waiting_.find(generation);
    if (it == waiting_.end()) {
        return MlsError::key_consumed;
    }
    return &it->second;
}

void HashRatchet::encode(SecretWriter& writer) const {
    writer.vector(secret_);
    writer.u32(generation_);
    writer.u32(static_cast<std::uint32_t>(waiting_.size()));
    for (const auto& [generation, keys] : waiting_) {
        writer.u32(generation);
        writer.vector(keys.key);
        writer.vector(keys.nonce);
    }
}

Result<HashRatchet> HashRatchet::decode(Reader& reader) {
    SERAI_TRY(secret, reader.vector());
    HashRatchet ratchet{RatchetSecret::from_bytes(secret)};
    SERAI_TRY(generation, reader.u32());
    ratchet.generation_ = generation;
    SERAI_TRY(count, reader.u32());
    for (std::uint32_t i = 0; i < count; ++i) {
        SERAI_TRY(at, reader.u32());
        SERAI_TRY(key, reader.vector());
        SERAI_TRY(nonce, reader.vector());
        ratchet.waiting_.emplace(
            at, MessageKeys{MessageKey::from_bytes(key), MessageNonce::from_bytes(nonce)});
    }
    return ratchet;
}

SecretTree::SecretTree(const CipherSuite& suite, EncryptionSecret&& root, std::uint32_t leaves)
    : suite_(&suite), leaves_(leaves) {
    nodes_.emplace(root_of(leaves),
                   std::move(root).retag<SecretTreeNodeTag>("root of the secret tree, section 9"));
}

Result<HashRatchet*> SecretTree::ratchet(LeafIndex leaf, RatchetKind kind) {
    if (leaf.value() >= leaves_) {
        return MlsError::not_a_member;
    }
    auto it = ratchets_.find({leaf, kind});
    if (it == ratchets_.end()) {
        open_leaf(leaf);
        it = ratchets_.find({leaf, kind});
    }
    return &it->second;
}

void SecretTree::open_leaf(LeafIndex leaf) {
    NodeIndex at = node_of(leaf);
    while (!nodes_.contains(at)) {
        const auto above = parent(at, leaves_);
        if (!above) {
            throw std::logic_error{"secret tree without a root"};
        }
        at = *above;
    }
    while (!is_leaf(at)) {
        // The parent's secret is consumed by this derivation and erased (section 9.2).
        const SecretTreeNode secret = std::move(nodes_.at(at));
        nodes_.erase(at);
        for (const bool go_left : {true, false}) {
            nodes_.emplace(
                go_left ? *left(at) : *right(at),
                suite_->expand<SecretTreeNode>(
                    secret, "tree", as_bytes(go_left ? "left" : "right"), suite_->hash_size()));
        }
        at = child_towards(at, leaf);
    }
    const SecretTreeNode secret = std::move(nodes_.at(at));
    nodes_.erase(at);
    ratchets_.emplace(std::pair{leaf, RatchetKind::handshake},
                      HashRatchet{suite_->derive<RatchetSecret>(secret, "handshake")});
    ratchets_.emplace(std::pair{leaf, RatchetKind::application},
                      HashRatchet{suite_->derive<RatchetSecret>(secret, "application")});
}

EncodedSecretTree SecretTree::save() const {
    SecretWriter writer;
    writer.u32(leaves_);
    writer.u32(static_cast<std::uint32_t>(nodes_.size()));
    for (const auto& [index, secret] : nodes_) {
        writer.u32(index.value());
        writer.vector(secret);
    }
    writer.u32(static_cast<std::uint32_t>(ratchets_.size()));
    for (const auto& [key, ratchet] : ratchets_) {
        writer.u32(key.first.value());
        writer.u8(static_cast<std::uint8_t>(key.second));
        ratchet.encode(writer);
    }
    return writer.finish<EncodedSecretTree>();
}

Result<SecretTree> SecretTree::load(const CipherSuite& suite, SecretView blob) {
    Reader reader{blob.bytes(SecretAccess{"decoding a secret tree"})};
    SERAI_TRY(leaves, reader.u32());
    SecretTree tree{suite, leaves};
    SERAI_TRY(node_total, reader.u32());
    for (std::uint32_t i = 0; i < node_total; ++i) {
        SERAI_TRY(index, reader.u32());
        SERAI_TRY(secret, reader.vector());
        tree.nodes_.emplace(NodeIndex{index}, SecretTreeNode::from_bytes(secret));
    }
    SERAI_TRY(ratchet_total, reader.u32());
    for (std::uint32_t i = 0; i < ratchet_total; ++i) {
        SERAI_TRY(leaf, reader.u32());
        SERAI_TRY(kind, read_closed(reader, RatchetKind::application));
        SERAI_TRY(ratchet, HashRatchet::decode(reader));
        tree.ratchets_.emplace(std::pair{LeafIndex{leaf}, kind}, std::move(ratchet));
    }
    if (!reader.at_end() || leaves == 0 || leaves > kMaxLeafSlots ||
        leaf_slots_for(leaves) != leaves) {
        return MlsError::corrupt_state;
    }
    return tree;
}

}  // namespace serai::crypto::mls
