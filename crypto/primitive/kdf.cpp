#include "crypto/primitive/kdf.hpp"

#include <algorithm>
#include <stdexcept>

namespace serai::crypto {

namespace {

// HMAC(salt, ikm) into `out`.
template <class Mac>
void extract_into(SecretView salt,
                  std::initializer_list<SecretView> ikm,
                  std::span<std::uint8_t> out) {
    const SecretAccess access{"HKDF-Extract"};
    const Mac mac{salt};
    const auto finish = [&](ByteView input) {
        auto digest = mac({input});
        std::copy(digest.begin(), digest.end(), out.begin());
        wipe(digest);
    };
    if (ikm.size() == 1) {
        finish(ikm.begin()->bytes(access));
        return;
    }
    std::size_t total = 0;
    for (const auto part : ikm) {
        total += part.size();
    }
    Bytes joined;
    joined.reserve(total);  // no reallocation, so nothing is left behind unwiped
    for (const auto part : ikm) {
        append(joined, part.bytes(access));
    }
    finish(joined);
    wipe(joined);
}

template <class Mac>
void expand_into(SecretView prk, ByteView info, std::span<std::uint8_t> out) {
    const Mac mac{prk};
    decltype(mac({})) block;
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

}  // namespace

Prk hkdf_extract(HashAlgorithm algorithm, SecretView salt, std::initializer_list<SecretView> ikm) {
    return Prk::filled(hash_size(algorithm), [&](std::span<std::uint8_t> out) {
        switch (algorithm) {
            case HashAlgorithm::sha256:
                return extract_into<HmacSha256>(salt, ikm, out);
            case HashAlgorithm::sha384:
                return extract_into<HmacSha384>(salt, ikm, out);
            case HashAlgorithm::sha512:
                return extract_into<HmacSha512>(salt, ikm, out);
        }
    });
}

void hkdf_expand_into(HashAlgorithm algorithm,
                      SecretView prk,
                      ByteView info,
                      std::span<std::uint8_t> out) {
    if (out.size() > hkdf_max_output(algorithm)) {
        throw std::length_error{"HKDF output"};
    }
    switch (algorithm) {
        case HashAlgorithm::sha256:
            return expand_into<HmacSha256>(prk, info, out);
        case HashAlgorithm::sha384:
            return expand_into<HmacSha384>(prk, info, out);
        case HashAlgorithm::sha512:
            return expand_into<HmacSha512>(prk, info, out);
    }
}

}  // namespace serai::crypto
