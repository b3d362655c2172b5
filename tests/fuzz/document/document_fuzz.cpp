// Ciphertext from anywhere under a known key, cut at any places: the verdict and the plaintext never depend on the cuts. The
// first byte is the size of the pieces; the key and the context are those of the seeds.
#include "crypto/document/chunked_encryption.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <optional>

namespace serai::fuzz {
namespace {

using namespace crypto::document;

std::optional<Bytes> decrypted(ByteView ciphertext, std::size_t piece) {
    static const Bytes key(kDocumentKeySize, 0x11);
    auto decryptor = Decryptor::start(crypto::SecretView::of_public(key), {});
    Bytes out;
    while (!ciphertext.empty()) {
        const auto part = ciphertext.first(std::min(piece, ciphertext.size()));
        if (!decryptor->update(part, out)) {
            return std::nullopt;
        }
        ciphertext = ciphertext.subspan(part.size());
    }
    return decryptor->finish(out) ? std::optional{out} : std::nullopt;
}

void check(ByteView input) {
    if (input.empty()) {
        return;
    }
    const ByteView ciphertext = input.subspan(1);
    const auto whole = decrypted(ciphertext, ciphertext.size() + 1);
    const auto pieces = decrypted(ciphertext, std::size_t{input.front()} * 71 + 1);
    require(whole == pieces, "the verdict does not depend on the cuts");
    if (whole) {
        require(plaintext_size(ciphertext.size()).value() == whole->size(), "lengths tell");
    }
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::check)
