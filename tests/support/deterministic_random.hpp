// A repeatable stream of bytes in place of the operating system's randomness. For tests only: whoever knows the seed knows all.
#pragma once

#include "crypto/primitive/hash.hpp"
#include "crypto/secret/random.hpp"

#include <algorithm>
#include <cstdint>

namespace serai::tests {

class DeterministicRandom final : public crypto::Random {
  public:
    explicit DeterministicRandom(std::uint64_t seed) : seed_(seed) {}

    void fill(std::span<std::uint8_t> out) override {
        while (!out.empty()) {
            ByteArray<16> input;
            put(seed_, input, 0);
            put(counter_++, input, 8);
            const Digest block = crypto::sha256(input);
            const auto n = std::min(out.size(), block.size());
            std::copy_n(block.begin(), n, out.begin());
            out = out.subspan(n);
        }
    }

    // Between 0 and bound - 1; bound > 0. Slightly biased, which tests do not mind.
    [[nodiscard]] std::uint32_t below(std::uint32_t bound) {
        const auto bytes = array<4>();
        std::uint32_t value = 0;
        for (const auto byte : bytes) {
            value = (value << 8) | byte;
        }
        return value % bound;
    }

  private:
    static void put(std::uint64_t value, ByteArray<16>& out, std::size_t at) {
        for (std::size_t i = 0; i < 8; ++i) {
            out[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
        }
    }

    std::uint64_t seed_;
    std::uint64_t counter_ = 0;
};

}  // namespace serai::tests
