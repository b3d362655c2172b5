#include "crypto/document/padding.hpp"

#include <gtest/gtest.h>

namespace serai::crypto::document {
namespace {

TEST(Padme, gives_the_lengths_of_its_definition) {
    // L = 2^E * m: the last E - S bits are zero, S the bits of E (PURBs paper, algorithm 1).
    EXPECT_EQ(padded_length(0), 0U);
    EXPECT_EQ(padded_length(1), 1U);
    EXPECT_EQ(padded_length(8), 8U);
    EXPECT_EQ(padded_length(9), 10U);     // 0b1001, E = 3, S = 2
    EXPECT_EQ(padded_length(100), 104U);  // E = 6, S = 3: multiples of 8
    EXPECT_EQ(padded_length(1000), 1024U);
    EXPECT_EQ(padded_length(1025), 1088U);
    EXPECT_EQ(padded_length(1'000'000), 1'015'808U);
}

TEST(Padme, never_shrinks_never_falls_and_costs_at_most_12_percent) {
    std::uint64_t last = 0;
    for (std::uint64_t n = 0; n < 100'000; ++n) {
        const auto padded = padded_length(n);
        ASSERT_GE(padded, n);
        ASSERT_GE(padded, last);
        ASSERT_LE(padded - n, n * 12 / 100 + 1);
        ASSERT_EQ(padded_length(padded), padded) << "a padded length is its own";
        last = padded;
    }
}

TEST(PaddingRemover, gives_the_content_and_nothing_else) {
    Bytes padded(padded_length(100));
    std::fill_n(padded.begin(), 100, std::uint8_t{0xaa});
    for (const std::size_t piece : {std::size_t{1}, std::size_t{33}, padded.size()}) {
        PaddingRemover remover{100};
        Bytes content;
        for (std::size_t at = 0; at < padded.size(); at += piece) {
            const auto part =
                remover.take(ByteView{padded}.subspan(at, std::min(piece, padded.size() - at)));
            ASSERT_TRUE(part);
            append(content, *part);
        }
        EXPECT_TRUE(remover.finish());
        EXPECT_EQ(content, Bytes(100, 0xaa));
    }
}

TEST(PaddingRemover, refuses_padding_that_says_something) {
    Bytes padded(padded_length(100));
    padded.back() = 1;
    EXPECT_EQ(PaddingRemover{100}.take(padded).error(), DocumentError::bad_padding);
}

TEST(PaddingRemover, refuses_too_little_and_too_much) {
    PaddingRemover little{100};
    ASSERT_TRUE(little.take(Bytes(padded_length(100) - 1)));
    EXPECT_EQ(little.finish().error(), DocumentError::bad_padding);
    EXPECT_EQ(PaddingRemover{100}.take(Bytes(padded_length(100) + 1)).error(),
              DocumentError::bad_padding);
}

}  // namespace
}  // namespace serai::crypto::document
