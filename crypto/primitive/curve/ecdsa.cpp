#include "crypto/primitive/curve/ecdsa.hpp"

#include "crypto/detail/openssl.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>

namespace serai::crypto::curve {

namespace {

using detail::ErrorQueueGuard;
using detail::PkeyCtxHandle;
using detail::PkeyHandle;

constexpr std::size_t kMaxScalarSize = 66;

void require(bool condition) {
    if (!condition) {
        throw std::runtime_error{"OpenSSL refused an ECDSA operation"};
    }
}

// OpenSSL takes names by pointers to non-const that it does not write to.
char* name_of(NistCurve curve) {
    static std::string names[] = {"P-256", "P-384", "P-521"};
    return names[static_cast<std::size_t>(curve)].data();
}

// Null if OpenSSL does not take the key.
PkeyHandle make_key(NistCurve curve, int selection, OSSL_PARAM part) {
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name_of(curve), 0),
        part,
        OSSL_PARAM_construct_end()};
    const PkeyCtxHandle context{EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)};
    require(context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata(context.get(), &key, selection, const_cast<OSSL_PARAM*>(params));
    return PkeyHandle{key};
}

PkeyHandle public_key_of(NistCurve curve, ByteView point) {
    return make_key(
        curve,
        EVP_PKEY_PUBLIC_KEY,
        OSSL_PARAM_construct_octet_string(
            OSSL_PKEY_PARAM_PUB_KEY, const_cast<std::uint8_t*>(point.data()), point.size()));
}

PkeyHandle private_key_of(NistCurve curve, SecretView scalar) {
    ByteArray<kMaxScalarSize> number{};  // OpenSSL's parameters hold numbers in the machine's order
    const ByteView bytes = scalar.bytes(SecretAccess{"ECDSA private key"});
    if constexpr (std::endian::native == std::endian::little) {
        std::copy(bytes.rbegin(), bytes.rend(), number.begin());
    } else {
        std::copy(bytes.begin(), bytes.end(), number.begin());
    }
    PkeyHandle key =
        make_key(curve,
                 EVP_PKEY_KEYPAIR,
                 OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, number.data(), bytes.size()));
    wipe(number);
    require(key != nullptr);
    return key;
}

}  // namespace

Bytes ecdsa_sign(NistCurve curve, SecretView scalar, ByteView digest) {
    if (!is_scalar(curve, scalar)) {
        throw std::invalid_argument{"ECDSA private key"};
    }
    const PkeyHandle key = private_key_of(curve, scalar);
    const PkeyCtxHandle context{EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)};
    require(context != nullptr && EVP_PKEY_sign_init(context.get()) == 1);
    std::size_t size = 0;
    require(EVP_PKEY_sign(context.get(), nullptr, &size, digest.data(), digest.size()) == 1);
    Bytes signature(size);
    require(EVP_PKEY_sign(context.get(), signature.data(), &size, digest.data(), digest.size()) ==
            1);
    signature.resize(size);
    return signature;
}

Result<void> ecdsa_verify(NistCurve curve, ByteView point, ByteView digest, ByteView signature) {
    const ErrorQueueGuard guard;
    if (!is_point(curve, point)) {
        return CryptoError::verification_failed;
    }
    const PkeyHandle key = public_key_of(curve, point);
    require(key != nullptr);
    const PkeyCtxHandle context{EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)};
    require(context != nullptr && EVP_PKEY_verify_init(context.get()) == 1);
    if (EVP_PKEY_verify(
            context.get(), signature.data(), signature.size(), digest.data(), digest.size()) != 1) {
        return CryptoError::verification_failed;
    }
    return {};
}

}  // namespace serai::crypto::curve
