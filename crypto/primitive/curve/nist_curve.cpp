#include "crypto/primitive/curve/nist_curve.hpp"

#include "crypto/detail/openssl.hpp"

#include <openssl/ec.h>

#include <array>
#include <stdexcept>

namespace serai::crypto::curve {

namespace {

using detail::ErrorQueueGuard;
using detail::Handle;

using GroupHandle = Handle<EC_GROUP, EC_GROUP_free>;
using PointHandle = Handle<EC_POINT, EC_POINT_clear_free>;
using NumberHandle = Handle<BIGNUM, BN_clear_free>;
using ScratchHandle = Handle<BN_CTX, BN_CTX_free>;

constexpr std::uint8_t kUncompressed = 4;

void require(bool condition) {
    if (!condition) {
        throw std::runtime_error{"OpenSSL refused an operation on an elliptic curve"};
    }
}

struct Group {
    GroupHandle handle;
    Bytes order;  // big-endian
};

Group make_group(int nid) {
    Group group{GroupHandle{EC_GROUP_new_by_curve_name(nid)}, {}};
    require(group.handle != nullptr);
    const BIGNUM* order = EC_GROUP_get0_order(group.handle.get());
    group.order.resize(static_cast<std::size_t>(BN_num_bytes(order)));
    BN_bn2bin(order, group.order.data());
    return group;
}

// Made once: looking a curve up costs more than a multiplication on P-256. Nothing writes to a group afterwards.
const Group& group_of(NistCurve curve) {
    static const std::array<Group, 3> groups{
        make_group(NID_X9_62_prime256v1), make_group(NID_secp384r1), make_group(NID_secp521r1)};
    return groups[static_cast<std::size_t>(curve)];
}

// Null if it is no uncompressed point of the curve; OpenSSL checks the equation.
PointHandle decode_point(NistCurve curve, ByteView bytes, BN_CTX* scratch) {
    if (bytes.size() != point_size(curve) || bytes.front() != kUncompressed) {
        return nullptr;
    }
    const EC_GROUP* group = group_of(curve).handle.get();
    PointHandle point{EC_POINT_new(group)};
    require(point != nullptr);
    if (EC_POINT_oct2point(group, point.get(), bytes.data(), bytes.size(), scratch) != 1) {
        return nullptr;
    }
    return point;
}

NumberHandle number_of(SecretView scalar) {
    const ByteView bytes = scalar.bytes(SecretAccess{"scalar of a curve"});
    NumberHandle number{BN_secure_new()};
    require(number != nullptr &&
            BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number.get()) != nullptr);
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    return number;
}

}  // namespace

bool is_scalar(NistCurve curve, SecretView bytes) {
    const Bytes& order = group_of(curve).order;
    if (bytes.size() != order.size()) {
        return false;
    }
    const ByteView value = bytes.bytes(SecretAccess{"range of a scalar"});
    unsigned any = 0;
    unsigned borrow = 0;  // of value - order
    for (std::size_t i = value.size(); i-- > 0;) {
        any |= value[i];
        borrow = ((unsigned{value[i]} - order[i] - borrow) >> 8) & 1U;
    }
    return any != 0 && borrow == 1;
}

void mask_candidate(NistCurve curve, std::span<std::uint8_t> bytes) {
    if (curve == NistCurve::p521) {
        bytes.front() &= 0x01;
    }
}

bool is_point(NistCurve curve, ByteView bytes) {
    const ErrorQueueGuard guard;
    return decode_point(curve, bytes, nullptr) != nullptr;
}

Result<Bytes> public_point(NistCurve curve, SecretView scalar) {
    if (!is_scalar(curve, scalar)) {
        return CryptoError::bad_key;
    }
    const EC_GROUP* group = group_of(curve).handle.get();
    const ScratchHandle scratch{BN_CTX_secure_new()};
    const NumberHandle number = number_of(scalar);
    const PointHandle point{EC_POINT_new(group)};
    require(scratch != nullptr && point != nullptr);
    require(EC_POINT_mul(group, point.get(), number.get(), nullptr, nullptr, scratch.get()) == 1);
    Bytes out(point_size(curve));
    require(EC_POINT_point2oct(group,
                               point.get(),
                               POINT_CONVERSION_UNCOMPRESSED,
                               out.data(),
                               out.size(),
                               scratch.get()) == out.size());
    return out;
}

Result<void> agree_into(NistCurve curve,
                        SecretView scalar,
                        ByteView point,
                        std::span<std::uint8_t> out) {
    const ErrorQueueGuard guard;
    const EC_GROUP* group = group_of(curve).handle.get();
    const ScratchHandle scratch{BN_CTX_secure_new()};
    require(scratch != nullptr && out.size() == scalar_size(curve));
    const PointHandle peer = decode_point(curve, point, scratch.get());
    if (peer == nullptr || !is_scalar(curve, scalar)) {
        return CryptoError::bad_key;
    }
    const NumberHandle number = number_of(scalar);
    const PointHandle shared{EC_POINT_new(group)};
    const NumberHandle x{BN_secure_new()};
    require(shared != nullptr && x != nullptr);
    require(EC_POINT_mul(group, shared.get(), nullptr, peer.get(), number.get(), scratch.get()) ==
            1);
    require(EC_POINT_get_affine_coordinates(group, shared.get(), x.get(), nullptr, scratch.get()) ==
            1);
    require(BN_bn2binpad(x.get(), out.data(), static_cast<int>(out.size())) ==
            static_cast<int>(out.size()));
    return {};
}

}  // namespace serai::crypto::curve
