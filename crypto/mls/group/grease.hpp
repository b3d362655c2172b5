// GREASE, RFC 9420, section 13.5: values that mean nothing, sent so that receivers stay used to what they do not know. They go into what is
// sent only; an identity's own capabilities never hold them, and nothing here treats them specially when they are received.
#pragma once

#include "crypto/mls/wire/leaf_node.hpp"
#include "crypto/secret/random.hpp"

#include <cstdint>

namespace serai::crypto::mls {

// One of the fifteen reserved values 0x0A0A, 0x1A1A ... 0xEAEA; which one depends on `choice` alone.
[[nodiscard]] constexpr std::uint16_t grease_value(std::uint8_t choice) {
    return static_cast<std::uint16_t>(0x0A0A + (choice % 15) * 0x1010);
}

// One value more among the leaf's suites, extensions, proposals and credentials that it supports, and an empty extension of that type.
// Before it is signed.
void add_grease(LeafNode& leaf, Random& random);

// An extension more, of a few bytes: to a key package or a GroupInfo, never to a GroupContext.
void add_grease(Extensions& extensions, std::uint8_t choice);

}  // namespace serai::crypto::mls
