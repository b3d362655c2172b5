#include "crypto/primitive/kdf.hpp"

#include <algorithm>
#include <stdexcept>

namespace serai::crypto {

Prk hkdf_extract(SecretView salt, std::initializer_list<SecretView> ikm) {
    const SecretAccess access{"HKDF-Extract"};
    // HMAC(salt, ikm): the parts are joined by hashing them in turn.
    return Prk::filled(32, [&](std::span<std::uint8_t> out) {
        Bytes joined;
        Digest digest;
        if (ikm.size() == 1) {
            digest = hmac_sha256(salt, {ikm.begin()->bytes(access)});
        } else {
            std::size_t total = 0;
            for (const auto part : ikm) {
                total += part.size();
            }
            joined.reserve(total);  // no reallocation, so nothing is left behind unwiped
            for (const auto part : ikm) {
                append(joined, part.bytes(access));
            }
            digest = hmac_sha256(salt, {joined});
            wipe(joined);
        }
        std::copy(digest.begin(), digest.end(), out.begin());
        wipe(digest);
    });
}

void hkdf_expand_into(SecretView prk, ByteView info, std::span<std::uint8_t> out) {
    if (out.size() > kHkdfMaxOutput) {
        throw std::length_error{"HKDF output"};
    }
    const HmacSha256 mac{prk};
    Digest block;
    std::size_t have = 0;
    for (std::uint8_t counter = 1; !out.empty(); ++counter) {
        block = mac({ByteView{block}.first(have), info, ByteView{&counter, 1}});
        have = block.size();
        const auto n = std::min(out.size(), block.size());
        std::copy_n(block.begin(), n, out.begin());
        out = out.subspan(n);
    }
    wipe(block);
}

}  // namespace serai::crypto
