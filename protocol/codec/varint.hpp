// The length prefix of RFC 9420, section 2.1.2: the two top bits of the first byte give the size (1, 2 or 4 bytes), the rest
// is the value, big-endian, in the shortest form. The prefix 0b11 is reserved.
#pragma once

#include <cstddef>
#include <cstdint>

namespace serai::protocol::codec {

inline constexpr std::uint32_t kMaxVectorLength = (1U << 30) - 1;

// 1, 2 or 4; 0 for the reserved prefix.
[[nodiscard]] constexpr std::size_t varint_size_from_first_byte(std::uint8_t first) {
    switch (first >> 6) {
        case 0:
            return 1;
        case 1:
            return 2;
        case 2:
            return 4;
        default:
            return 0;
    }
}

// Bytes that the shortest form of `value` takes; value <= kMaxVectorLength.
[[nodiscard]] constexpr std::size_t varint_size(std::uint32_t value) {
    if (value < (1U << 6)) {
        return 1;
    }
    return value < (1U << 14) ? 2 : 4;
}

// Bytes of a vector with `n` bytes in it, prefix and all; n <= kMaxVectorLength.
[[nodiscard]] constexpr std::size_t vector_size(std::size_t n) {
    return varint_size(static_cast<std::uint32_t>(n)) + n;
}

}  // namespace serai::protocol::codec
