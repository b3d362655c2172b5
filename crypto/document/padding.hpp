// Padmé padding: lengths from which an observer learns no more than O(log log n) bits, at a cost of at most 12 % (Nikitin et al.,
// "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019, section 4). The content is followed by
// zeroes up to the padded length; its true length is in the manifest.
#pragma once

#include "crypto/document/error.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <bit>
#include <cstdint>

namespace serai::crypto::document {

// The smallest Padmé length that is at least `length`; length < 2^62.
[[nodiscard]] constexpr std::uint64_t padded_length(std::uint64_t length) {
    if (length < 2) {
        return length;
    }
    const auto exponent = static_cast<unsigned>(std::bit_width(length) - 1);
    const auto digits = static_cast<unsigned>(std::bit_width(exponent));
    if (exponent < digits) {
        return length;
    }
    const std::uint64_t mask = (std::uint64_t{1} << (exponent - digits)) - 1;
    return (length + mask) & ~mask;
}

// Takes the padding off a stream of plaintext again, and sees that it is what it must be.
class PaddingRemover {
  public:
    explicit PaddingRemover(std::uint64_t true_length) : true_length_(true_length) {}

    // The part of the next plaintext that is content; a view of `plaintext`. bad_padding if what follows the content is not
    // zeroes or longer than the padding.
    Result<ByteView> take(ByteView plaintext);

    // bad_padding unless exactly the padded length was taken.
    [[nodiscard]] Result<void> finish() const;

  private:
    std::uint64_t true_length_;
    std::uint64_t taken_ = 0;
};

}  // namespace serai::crypto::document
