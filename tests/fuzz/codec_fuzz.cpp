// The Reader alone: the input is a program of reads (one byte each) followed by the bytes to read. Whatever was read is
// written again and must give the same bytes.
#include "tests/fuzz/fuzz.hpp"

namespace serai::fuzz {
namespace {

using protocol::codec::Reader;
using protocol::codec::Writer;

// Performs one read and writes what it gave; false when the read failed.
bool copy_one(std::uint8_t step, Reader& from, Writer& to) {
    const auto copy = [](const auto& value, auto&& write) {
        if (value.has_value()) {
            write(*value);
        }
        return value.has_value();
    };
    switch (step % 8) {
        case 0:
            return copy(from.u8(), [&](std::uint8_t v) { to.u8(v); });
        case 1:
            return copy(from.u16(), [&](std::uint16_t v) { to.u16(v); });
        case 2:
            return copy(from.u32(), [&](std::uint32_t v) { to.u32(v); });
        case 3:
            return copy(from.u64(), [&](std::uint64_t v) { to.u64(v); });
        case 4:
            return copy(from.flag(), [&](bool v) { to.flag(v); });
        case 5:
            return copy(from.fixed(step / 8), [&](ByteView v) { to.fixed(v); });
        case 6:
            return copy(from.vector(1024), [&](ByteView v) { to.vector(v); });
        default:
            return copy(from.text(1024), [&](const std::string& v) { to.text(v); });
    }
}

void read_as_told(ByteView input) {
    if (input.empty()) {
        return;
    }
    const std::size_t steps = std::min<std::size_t>(input.front() % 32, input.size() - 1);
    const ByteView program = input.subspan(1, steps);
    const ByteView bytes = input.subspan(1 + steps);
    Reader reader{bytes};
    Bytes written;
    Writer writer{written};
    for (const std::uint8_t step : program) {
        if (!copy_one(step, reader, writer)) {
            return;
        }
    }
    const std::size_t consumed = bytes.size() - reader.remaining();
    require(equal(written, bytes.first(consumed)), "what was read is written as the same bytes");
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::read_as_told)
