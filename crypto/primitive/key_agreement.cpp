#include "crypto/primitive/key_agreement.hpp"

#include "crypto/primitive/curve/curve448.hpp"
#include "crypto/primitive/curve/nist_curve.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace serai::crypto {

namespace {

// Of a group that is neither X25519 nor X448.
curve::NistCurve nist(DhGroup group) {
    switch (group) {
        case DhGroup::p256:
            return curve::NistCurve::p256;
        case DhGroup::p384:
            return curve::NistCurve::p384;
        default:
            return curve::NistCurve::p521;
    }
}

}  // namespace

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

std::size_t dh_private_key_size(DhGroup group) {
    switch (group) {
        case DhGroup::x25519:
            return kX25519KeySize;
        case DhGroup::x448:
            return curve::kX448KeySize;
        default:
            return curve::scalar_size(nist(group));
    }
}

void dh_mask_candidate(DhGroup group, std::span<std::uint8_t> candidate) {
    if (group != DhGroup::x25519 && group != DhGroup::x448) {
        curve::mask_candidate(nist(group), candidate);
    }
}

Result<Bytes> dh_public(DhGroup group, SecretView private_key) {
    switch (group) {
        case DhGroup::x25519:
            return x25519_public(private_key);
        case DhGroup::x448:
            return curve::x448_public(private_key);
        default:
            return curve::public_point(nist(group), private_key);
    }
}

bool dh_usable(DhGroup group, ByteView public_key) {
    switch (group) {
        case DhGroup::x25519:
            return x25519_usable(public_key);
        case DhGroup::x448:
            return curve::x448_usable(public_key);
        default:
            return curve::is_point(nist(group), public_key);
    }
}

Result<SharedSecret> dh(DhGroup group, SecretView private_key, ByteView public_key) {
    if (group == DhGroup::x25519) {
        return x25519(private_key, public_key);
    }
    return SharedSecret::filled(
        dh_private_key_size(group), [&](std::span<std::uint8_t> out) -> Result<void> {
            return group == DhGroup::x448
                       ? curve::x448_into(private_key, public_key, out)
                       : curve::agree_into(nist(group), private_key, public_key, out);
        });
}

}  // namespace serai::crypto
