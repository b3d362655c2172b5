#include "crypto/primitive/key_agreement.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace serai::crypto {

Result<Bytes> x25519_public(SecretView private_key) {
    if (private_key.size() != kX25519KeySize) {
        return CryptoError::bad_key;
    }
    ensure_sodium();
    Bytes out(kX25519KeySize);
    crypto_scalarmult_base(out.data(), private_key.bytes(SecretAccess{"X25519 public key"}).data());
    return out;
}

bool x25519_usable(ByteView public_key) {
    // The points of order 1, 2, 4 and 8 of curve and twist, and what reduces to them: 0, 1, two of order 8, p - 1, p, p + 1.
    static const std::array<ByteArray<kX25519KeySize>, 7> kSmallOrder = [] {
        const auto filled = [](std::uint8_t first, std::uint8_t middle, std::uint8_t last) {
            ByteArray<kX25519KeySize> point;
            point.fill(middle);
            point.front() = first;
            point.back() = last;
            return point;
        };
        return std::array<ByteArray<kX25519KeySize>, 7>{
            filled(0, 0, 0),
            filled(1, 0, 0),
            *array_from_hex<kX25519KeySize>(
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
            *array_from_hex<kX25519KeySize>(
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
            filled(0xec, 0xff, 0x7f),
            filled(0xed, 0xff, 0x7f),
            filled(0xee, 0xff, 0x7f)};
    }();
    if (public_key.size() != kX25519KeySize) {
        return false;
    }
    ByteArray<kX25519KeySize> key;
    std::copy(public_key.begin(), public_key.end(), key.begin());
    key.back() &= 0x7f;  // RFC 7748, section 5: the top bit is ignored
    return std::find(kSmallOrder.begin(), kSmallOrder.end(), key) == kSmallOrder.end();
}

Result<SharedSecret> x25519(SecretView private_key, ByteView public_key) {
    if (private_key.size() != kX25519KeySize || public_key.size() != kX25519KeySize) {
        return CryptoError::bad_key;
    }
    ensure_sodium();
    return SharedSecret::filled(kX25519KeySize, [&](std::span<std::uint8_t> out) -> Result<void> {
        // libsodium refuses an all-zero result.
        if (crypto_scalarmult(out.data(),
                              private_key.bytes(SecretAccess{"X25519 agreement"}).data(),
                              public_key.data()) != 0) {
            return CryptoError::bad_key;
        }
        return {};
    });
}

}  // namespace serai::crypto
