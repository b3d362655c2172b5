// Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019): sizes from which an
// observer learns no more than O(log log n) bits, at a cost of at most 12 %.
#pragma once

#include <bit>
#include <cstdint>

namespace serai::client::channel {

// The smallest Padmé size that is at least n.
[[nodiscard]] constexpr std::uint64_t padme(std::uint64_t n) {
    if (n < 2) {
        return n;
    }
    const auto exponent = static_cast<unsigned>(std::bit_width(n) - 1);
    const auto mantissa = static_cast<unsigned>(std::bit_width(exponent));
    if (exponent < mantissa) {
        return n;
    }
    const std::uint64_t mask = (std::uint64_t{1} << (exponent - mantissa)) - 1;
    return (n + mask) & ~mask;
}

}  // namespace serai::client::channel
