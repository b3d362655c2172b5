// Private to the sources of RatchetTree.
#pragma once

#include "crypto/mls/tree/ratchet_tree.hpp"

namespace serai::crypto::mls {

// Which credential types a leaf uses and supports, as bits: basic, x509, and one for all others together.
inline constexpr std::uint8_t kKnownCredentialTypes = 0b011;
inline constexpr std::uint8_t kOtherCredentialType = 0b100;

inline std::uint8_t bit_of(CredentialType type) {
    switch (type) {
        case CredentialType::basic:
            return 0b001;
        case CredentialType::x509:
            return 0b010;
        default:
            return kOtherCredentialType;
    }
}

// Of the known ones: support of one of the others says nothing of the rest.
inline std::uint8_t supported_types(const Capabilities& capabilities) {
    std::uint8_t bits = 0;
    for (const auto type : {CredentialType::basic, CredentialType::x509}) {
        if (capabilities.supports(type)) {
            bits = static_cast<std::uint8_t>(bits | bit_of(type));
        }
    }
    return bits;
}

// A subtree: immutable but for its hash, which is a pure function of the rest.
struct RatchetTree::Node {
    TreeNode content;
    NodePtr left;
    NodePtr right;
    bool empty;  // blank, and everything below it too
    std::uint32_t members = 0;
    std::uint8_t types_used = 0;
    std::uint8_t types_supported = kKnownCredentialTypes;  // by every member
    mutable Bytes hash;                                    // empty until first asked for

    explicit Node(TreeNode own) : content(std::move(own)), empty(content.blank()) {
        if (content.leaf != nullptr) {
            members = 1;
            types_used = bit_of(content.leaf->credential.type());
            types_supported = supported_types(content.leaf->capabilities);
        }
    }

    Node(TreeNode own, NodePtr l, NodePtr r)
        : content(std::move(own)),
          left(std::move(l)),
          right(std::move(r)),
          empty(content.blank() && left->empty && right->empty),
          members(left->members + right->members),
          types_used(static_cast<std::uint8_t>(left->types_used | right->types_used)),
          types_supported(
              static_cast<std::uint8_t>(left->types_supported & right->types_supported)) {}
};

}  // namespace serai::crypto::mls
