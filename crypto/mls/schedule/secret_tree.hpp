// Message keys of one epoch, RFC 9420, section 9: a tree of secrets, and two hash ratchets for each member.
#pragma once

#include "crypto/mls/cipher_suite.hpp"
#include "crypto/mls/schedule/epoch_secrets.hpp"
#include "crypto/mls/tree/tree_math.hpp"
#include "crypto/secret/secret_writer.hpp"

#include <cstdint>
#include <map>
#include <utility>

namespace serai::crypto::mls {

using RatchetSecret = Secret<struct RatchetSecretTag>;
using MessageKey = Secret<struct MessageKeyTag>;
using MessageNonce = Secret<struct MessageNonceTag>;
using SecretTreeNode = Secret<struct SecretTreeNodeTag>;
using EncodedSecretTree = Secret<struct EncodedSecretTreeTag>;

enum class RatchetKind : std::uint8_t { handshake = 1, application = 2 };

struct MessageKeys {
    MessageKey key;
    MessageNonce nonce;
};

// Section 9.1. Keys that were derived but not used wait in a bounded store, for messages that come out of order.
class HashRatchet {
  public:
    // A message may be at most so many generations ahead of the newest key derived.
    static constexpr std::uint32_t kMaxForward = 1024;
    // So many unused keys are kept; beyond it the oldest are erased.
    static constexpr std::size_t kMaxWaiting = 1024;

    explicit HashRatchet(RatchetSecret secret) : secret_(std::move(secret)) {}

    // The generation that next() will use.
    [[nodiscard]] std::uint32_t generation() const { return generation_; }

    // Takes the next key, for sending. Throws std::length_error after 2^32 - 1 messages of one epoch.
    [[nodiscard]] std::pair<std::uint32_t, MessageKeys> next(const CipherSuite& suite);

    // The keys of a generation, for receiving. They stay until erase(), so a forged message does not cost the genuine one.
    // key_consumed, too_far_ahead. The pointer lives until the next call.
    Result<const MessageKeys*> find(const CipherSuite& suite, std::uint32_t generation);

    void erase(std::uint32_t generation) { waiting_.erase(generation); }

    void encode(SecretWriter& writer) const;
    static Result<HashRatchet> decode(Reader& reader);

  private:
    MessageKeys step(const CipherSuite& suite);

    RatchetSecret secret_;
    std::uint32_t generation_ = 0;
    std::map<std::uint32_t, MessageKeys> waiting_;
};

// Derives on demand; each inner secret is erased once both of its children exist. Members that never speak cost nothing.
class SecretTree {
  public:
    // `leaves` is the number of leaf slots, a power of two.
    SecretTree(const CipherSuite& suite, EncryptionSecret&& root, std::uint32_t leaves);

    // The leaf must be below the number of leaf slots: else not_a_member.
    Result<HashRatchet*> ratchet(LeafIndex leaf, RatchetKind kind);

    [[nodiscard]] EncodedSecretTree save() const;
    static Result<SecretTree> load(const CipherSuite& suite, SecretView blob);

  private:
    SecretTree(const CipherSuite& suite, std::uint32_t leaves) : suite_(&suite), leaves_(leaves) {}

    void open_leaf(LeafIndex leaf);

    const CipherSuite* suite_;
    std::uint32_t leaves_;
    std::map<NodeIndex, SecretTreeNode> nodes_;
    std::map<std::pair<LeafIndex, RatchetKind>, HashRatchet> ratchets_;
};

}  // namespace serai::crypto::mls
