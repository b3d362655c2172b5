// Private to the sources of RatchetTree.
#pragma once

#include "crypto/mls/tree/ratchet_tree.hpp"

namespace serai::crypto::mls {

// Which of the credential types that decode (basic, x509) a leaf uses and supports, as bits.
inline constexpr std::uint8_t kAllCredentialTypes = 0b11;

inline std::uint8_t bit_of(CredentialType type) {
    return type == CredentialType::basic ? 0b01 : 0b10;
}

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
    std::uint32_t members = 0;
    std::uint8_t types_used = 0;
    std::uint8_t types_supported = kAllCredentialTypes;  // by every member
    mutable Bytes hash;                                  // empty until first asked for

    explicit Node(TreeNode own) : content(std::move(own)) {
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
          members(left->members + right->members),
          types_used(static_cast<std::uint8_t>(left->types_used | right->types_used)),
          types_supported(
              static_cast<std::uint8_t>(left->types_supported & right->types_supported)) {}
};

}  // namespace serai::crypto::mls
