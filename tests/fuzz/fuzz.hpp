// What the fuzz targets share. A target's whole text is usually one line:
//
//   SERAI_FUZZ_DECODERS(Hello, Ping, Pong)
//
// The input's first byte chooses the structure, the rest is decoded as it. Whatever decodes must encode to the very same
// bytes again, since there is one encoding of everything; an exception that escapes, a sanitizer's finding or a structure
// that changes on the way ends the run.
#pragma once

#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace serai::fuzz {

// A list of structures.
template <class... T>
struct Family {};

[[noreturn]] inline void fail(const char* claim) {
    std::fprintf(stderr, "fuzz: violated: %s\n", claim);
    std::abort();
}

inline void require(bool holds, const char* claim) {
    if (!holds) {
        fail(claim);
    }
}

// One structure against one input.
template <class T>
void check_decoder(ByteView input) {
    const auto value = protocol::codec::decode_exact<T>(input);
    if (value.has_value()) {
        require(equal(protocol::codec::encode(*value), input),
                "what decodes encodes to the same bytes");
    }
}

// The structure that the first byte names, modulo their number, against the rest of the input.
template <class... Structures>
void check_decoders(ByteView input) {
    using Check = void (*)(ByteView);
    static constexpr std::array<Check, sizeof...(Structures)> kChecks{
        &check_decoder<Structures>...};
    if (input.empty()) {
        return;
    }
    kChecks[input.front() % kChecks.size()](input.subspan(1));
}

template <class... Structures>
void check_as(Family<Structures...>, ByteView input) {
    check_decoders<Structures...>(input);
}

template <class AnyFamily>
void check_family(ByteView input) {
    check_as(AnyFamily{}, input);
}

}  // namespace serai::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// Defines the target; the argument is a function of one ByteView.
#define SERAI_FUZZ_TARGET(...)                                                          \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
        __VA_ARGS__(serai::ByteView{data, size});                                       \
        return 0;                                                                       \
    }

#define SERAI_FUZZ_DECODERS(...) SERAI_FUZZ_TARGET(serai::fuzz::check_decoders<__VA_ARGS__>)
