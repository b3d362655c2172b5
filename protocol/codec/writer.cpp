#include "protocol/codec/writer.hpp"

#include "protocol/codec/varint.hpp"

#include <stdexcept>

namespace serai::protocol::codec {
namespace {

void big_endian(Bytes& out, std::uint64_t value, unsigned size) {
    for (unsigned shift = size * 8; shift > 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
    }
}

}  // namespace

void Writer::u16(std::uint16_t value) {
    big_endian(out_, value, 2);
}

void Writer::u32(std::uint32_t value) {
    big_endian(out_, value, 4);
}

void Writer::u64(std::uint64_t value) {
    big_endian(out_, value, 8);
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
