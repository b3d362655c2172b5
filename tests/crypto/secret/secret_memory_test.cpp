#include "crypto/secret/secret_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace serai::crypto {
namespace {

// On both sides of each border between slabs of different slots, and between slabs and memory of one's own.
constexpr std::size_t kSizes[] = {1, 32, 63, 64, 65, 255, 256, 257, 1023, 1024, 1025, 5000};

bool all_are(const SecretMemory& memory, std::uint8_t value) {
    const auto bytes = memory.bytes();
    return std::all_of(
        bytes.begin(), bytes.end(), [&](std::uint8_t byte) { return byte == value; });
}

void fill(SecretMemory& memory, std::uint8_t value) {
    std::fill(memory.bytes().begin(), memory.bytes().end(), value);
}

}  // namespace

// Slots are taken again in the order in which they came back, so these would show what the ones before them left behind.
TEST(SecretMemory, IsZeroWhateverWasInItsPlaceBefore) {
    for (const std::size_t before : kSizes) {
        for (const std::size_t n : kSizes) {
            {
                SecretMemory used{before};
                fill(used, 0xAA);
            }
            const SecretMemory fresh{n};
            ASSERT_EQ(fresh.size(), n);
            EXPECT_TRUE(all_are(fresh, 0)) << before << " then " << n;
        }
    }
}

TEST(SecretMemory, BlocksDoNotOverlap) {
    for (const std::size_t n : kSizes) {
        std::vector<SecretMemory> blocks;
        for (std::uint8_t i = 0; i < 100; ++i) {
            blocks.emplace_back(n);
            fill(blocks.back(), i);
        }
        for (std::uint8_t i = 0; i < 100; ++i) {
            EXPECT_TRUE(all_are(blocks[i], i)) << n;
        }
    }
}

TEST(SecretMemory, MovesWithoutCopyingAndLeavesNothing) {
    for (const std::size_t n : kSizes) {
        SecretMemory first{n};
        fill(first, 0x55);
        const auto* const place = first.bytes().data();
        SecretMemory second{64};
        second = std::move(first);

        EXPECT_EQ(second.bytes().data(), place);
        EXPECT_TRUE(all_are(second, 0x55));
        EXPECT_EQ(first.size(), 0U);  // NOLINT(bugprone-use-after-move): that is what is tested
    }
}

}  // namespace serai::crypto
