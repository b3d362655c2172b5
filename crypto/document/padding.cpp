#include "crypto/document/padding.hpp"

#include <algorithm>

namespace serai::crypto::document {

Result<ByteView> PaddingRemover::take(ByteView plaintext) {
    const std::uint64_t wanted = true_length_ - std::min(true_length_, taken_);
    const auto content =
        static_cast<std::size_t>(std::min<std::uint64_t>(wanted, plaintext.size()));
    const ByteView padding = plaintext.subspan(content);
    taken_ += plaintext.size();
    if (taken_ > padded_length(true_length_) ||
        !std::all_of(padding.begin(), padding.end(), [](std::uint8_t b) { return b == 0; })) {
        return DocumentError::bad_padding;
    }
    return plaintext.first(content);
}

Result<void> PaddingRemover::finish() const {
    return taken_ == padded_length(true_length_) ? Result<void>{} : DocumentError::bad_padding;
}

}  // namespace serai::crypto::document
