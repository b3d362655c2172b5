#include "protocol/codec/writer.hpp"

#include "protocol/codec/varint.hpp"

#include <stdexcept>

namespace serai::protocol::codec {
namespace {

template <std::size_t kSize>
void big_endian(Bytes& out, std::uint64_t value) {
    ByteArray<kSize> bytes;
    for (std::size_t i = kSize; i-- > 0; value >>= 8U) {
        bytes[i] = static_cast<std::uint8_t>(value);
    }
    append(out, bytes);
}

}  // namespace

void Writer::u16(std::uint16_t value) {
    big_endian<2>(out_, value);
}

void Writer::u32(std::uint32_t value) {
    big_endian<4>(out_, value);
}

void Writer::u64(std::uint64_t value) {
    big_endian<8>(out_, value);
}

void Writer::length(std::size_t n) {
    if (n > kMaxVectorLength) {
        throw std::length_error("a vector of 2^30 bytes or more cannot be encoded");
    }
    const auto value = static_cast<std::uint32_t>(n);
    switch (varint_size(value)) {
        case 1:
            u8(static_cast<std::uint8_t>(value));
            break;
        case 2:
            u16(static_cast<std::uint16_t>(value | 0x4000U));
            break;
        default:
            u32(value | 0x80000000U);
            break;
    }
}

}  // namespace serai::protocol::codec
