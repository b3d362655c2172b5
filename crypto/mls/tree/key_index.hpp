// Which public keys a ratchet tree holds and how often, so that a commit's new keys are looked up instead of compared with every
// node's (RFC 9420, section 7.3: no key may occur twice).
#pragma once

#include "protocol/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace serai::crypto::mls {

// A multiset of keys. A value like the tree it belongs to: copies share what they have in common, changing one never changes
// another, and const functions may be called from several threads. Every operation on one key takes time logarithmic in their number.
class KeyIndex {
  public:
    KeyIndex() = default;

    // Of all the keys at once: quicker than inserting them in turn.
    explicit KeyIndex(std::span<const ByteView> keys);

    void insert(ByteView key);

    // The key must be there; one occurrence of it goes.
    void erase(ByteView key);

    [[nodiscard]] std::size_t count(ByteView key) const;

    // Whether no key occurs twice.
    [[nodiscard]] bool distinct() const { return repeated_ == 0; }

  private:
    struct Node;
    using NodePtr = std::shared_ptr<const Node>;

    static NodePtr build(std::span<const Digest> sorted, unsigned depth);
    static NodePtr with_count(const NodePtr& node,
                              const Digest& name,
                              unsigned depth,
                              std::size_t count);
    static NodePtr without_top(const Node& node);
    [[nodiscard]] std::size_t count_named(const Digest& name) const;

    NodePtr root_;
    std::size_t repeated_ = 0;  // occurrences beyond each key's first
};

}  // namespace serai::crypto::mls
