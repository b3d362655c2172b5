#include "protocol/codec/utf8.hpp"

namespace serai::protocol::codec {
namespace {

struct Lead {
    std::size_t continuation_bytes;
    std::uint32_t bits;
    std::uint32_t smallest;  // a smaller code point in this form would be overlong
};

bool lead_of(std::uint8_t byte, Lead& lead) {
    if (byte < 0x80) {
        lead = {0, byte, 0};
    } else if ((byte & 0xe0) == 0xc0) {
        lead = {1, byte & 0x1fU, 0x80};
    } else if ((byte & 0xf0) == 0xe0) {
        lead = {2, byte & 0x0fU, 0x800};
    } else if ((byte & 0xf8) == 0xf0) {
        lead = {3, byte & 0x07U, 0x10000};
    } else {
        return false;
    }
    return true;
}

bool is_printable(std::uint32_t code_point) {
    const bool control = code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
    const bool surrogate = code_point >= 0xd800 && code_point < 0xe000;
    return !control && !surrogate && code_point <= 0x10ffff;
}

}  // namespace

bool is_printable_utf8(ByteView bytes) {
    std::size_t i = 0;
    while (i < bytes.size()) {
        Lead lead{};
        if (!lead_of(bytes[i], lead) || bytes.size() - i <= lead.continuation_bytes) {
            return false;
        }
        std::uint32_t code_point = lead.bits;
        for (std::size_t k = 1; k <= lead.continuation_bytes; ++k) {
            if ((bytes[i + k] & 0xc0) != 0x80) {
                return false;
            }
            code_point = (code_point << 6) | (bytes[i + k] & 0x3fU);
        }
        if (code_point < lead.smallest || !is_printable(code_point)) {
            return false;
        }
        i += lead.continuation_bytes + 1;
    }
    return true;
}

}  // namespace serai::protocol::codec
