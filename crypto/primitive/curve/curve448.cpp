#include "crypto/primitive/curve/curve448.hpp"

#include "crypto/detail/openssl.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace serai::crypto::curve {

namespace {

using detail::ErrorQueueGuard;
using detail::Handle;
using detail::PkeyCtxHandle;
using detail::PkeyHandle;

using DigestCtxHandle = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Coordinate = ByteArray<56>;  // little-endian, modulo p = 2^448 - 2^224 - 1

constexpr const char* kX448 = "X448";
constexpr const char* kEd448 = "ED448";

void require(bool condition) {
    if (!condition) {
        throw std::runtime_error{"OpenSSL refused an operation on curve 448"};
    }
}

// p + difference, for a difference of -1, 0 or 1.
Coordinate near_p(int difference) {
    Coordinate value;
    value.fill(0xff);
    value[28] = 0xfe;
    if (difference < 0) {
        value[0] = 0xfe;
    } else if (difference > 0) {
        std::fill_n(value.begin(), 28, std::uint8_t{0});
        value[28] = 0xff;
    }
    return value;
}

Coordinate small(std::uint8_t number) {
    Coordinate value{};
    value[0] = number;
    return value;
}

bool is_one_of(ByteView coordinate, std::span<const Coordinate> values) {
    return std::any_of(values.begin(), values.end(), [&](const Coordinate& value) {
        return equal(coordinate, value);
    });
}

PkeyHandle private_key_of(const char* type, SecretView key) {
    const ByteView bytes = key.bytes(SecretAccess{"private key of curve 448"});
    PkeyHandle pkey{
        EVP_PKEY_new_raw_private_key_ex(nullptr, type, nullptr, bytes.data(), bytes.size())};
    require(pkey != nullptr);
    return pkey;
}

PkeyHandle public_key_of(const char* type, ByteView key) {
    PkeyHandle pkey{EVP_PKEY_new_raw_public_key_ex(nullptr, type, nullptr, key.data(), key.size())};
    require(pkey != nullptr);
    return pkey;
}

Result<Bytes> public_of(const char* type, SecretView private_key, std::size_t key_size) {
    if (private_key.size() != key_size) {
        return CryptoError::bad_key;
    }
    const PkeyHandle pkey = private_key_of(type, private_key);
    Bytes out(key_size);
    std::size_t size = out.size();
    require(EVP_PKEY_get_raw_public_key(pkey.get(), out.data(), &size) == 1 && size == out.size());
    return out;
}

}  // namespace

Result<Bytes> x448_public(SecretView private_key) {
    return public_of(kX448, private_key, kX448KeySize);
}

bool x448_usable(ByteView public_key) {
    // The points of order 1, 2 and 4 of curve and twist, and what reduces to them.
    static const std::array<Coordinate, 5> kSmallOrder{
        small(0), small(1), near_p(-1), near_p(0), near_p(1)};
    return public_key.size() == kX448KeySize && !is_one_of(public_key, kSmallOrder);
}

Result<void> x448_into(SecretView private_key, ByteView public_key, std::span<std::uint8_t> out) {
    if (private_key.size() != kX448KeySize || !x448_usable(public_key)) {
        return CryptoError::bad_key;
    }
    const ErrorQueueGuard guard;
    const PkeyHandle own = private_key_of(kX448, private_key);
    const PkeyHandle peer = public_key_of(kX448, public_key);
    const PkeyCtxHandle context{EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr)};
    require(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1 &&
            EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1);
    std::size_t size = out.size();
    // OpenSSL refuses an all-zero result.
    if (EVP_PKEY_derive(context.get(), out.data(), &size) != 1 || size != kX448KeySize) {
        return CryptoError::bad_key;
    }
    return {};
}

Result<Bytes> ed448_public(SecretView private_key) {
    return public_of(kEd448, private_key, kEd448KeySize);
}

bool ed448_usable(ByteView public_key) {
    // y of the points (0, 1), (0, -1) and (+-1, 0), whatever the sign of x, which is in the last byte.
    static const std::array<Coordinate, 3> kSmallOrder{small(0), small(1), near_p(-1)};
    return public_key.size() == kEd448KeySize &&
           !is_one_of(public_key.first(kEd448KeySize - 1), kSmallOrder);
}

Bytes ed448_sign(SecretView private_key, ByteView message) {
    if (private_key.size() != kEd448KeySize) {
        throw std::invalid_argument{"Ed448 private key"};
    }
    const PkeyHandle key = private_key_of(kEd448, private_key);
    const DigestCtxHandle context{EVP_MD_CTX_new()};
    require(context != nullptr &&
            EVP_DigestSignInit_ex(
                context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) == 1);
    Bytes signature(kEd448SignatureSize);
    std::size_t size = signature.size();
    require(EVP_DigestSign(
                context.get(), signature.data(), &size, message.data(), message.size()) == 1 &&
            size == signature.size());
    return signature;
}

Result<void> ed448_verify(ByteView public_key, ByteView message, ByteView signature) {
    if (!ed448_usable(public_key) || signature.size() != kEd448SignatureSize) {
        return CryptoError::verification_failed;
    }
    const ErrorQueueGuard guard;
    const PkeyHandle key = public_key_of(kEd448, public_key);
    const DigestCtxHandle context{EVP_MD_CTX_new()};
    require(context != nullptr &&
            EVP_DigestVerifyInit_ex(
                context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) == 1);
    if (EVP_DigestVerify(
            context.get(), signature.data(), signature.size(), message.data(), message.size()) !=
        1) {
        return CryptoError::verification_failed;
    }
    return {};
}

}  // namespace serai::crypto::curve
