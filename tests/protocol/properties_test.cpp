// The properties find what they are for: structures with one fault each.
#include "tests/protocol/properties.hpp"

#include <gtest/gtest-spi.h>

namespace serai::tests {
namespace {

using protocol::codec::Reader;
using protocol::codec::Writer;

enum class Colour : std::uint8_t { red = 1, green = 2 };

// Any number will do as a colour.
struct TakesAnyColour {
    Colour colour = Colour::red;

    void encode(Writer& writer) const { writer.enumeration(colour); }

    static Result<TakesAnyColour> decode(Reader& reader) {
        SERAI_TRY(value, reader.u8());
        return TakesAnyColour{static_cast<Colour>(value)};
    }

    friend bool operator==(const TakesAnyColour&, const TakesAnyColour&) = default;
};

// Reads a byte that it forgets.
struct ForgetsAByte {
    std::uint8_t kept = 0;

    void encode(Writer& writer) const {
        writer.u8(kept);
        writer.u8(0);
    }

    static Result<ForgetsAByte> decode(Reader& reader) {
        SERAI_TRY(kept, reader.u8());
        SERAI_CHECK(reader.u8());
        return ForgetsAByte{kept};
    }

    friend bool operator==(const ForgetsAByte&, const ForgetsAByte&) = default;
};

// Takes what is there.
struct TakesThePrefix {
    Bytes all{1, 2, 3};

    void encode(Writer& writer) const { writer.fixed(all); }

    static Result<TakesThePrefix> decode(Reader& reader) {
        SERAI_TRY(all, reader.fixed(reader.remaining()));
        return TakesThePrefix{to_bytes(all)};
    }

    friend bool operator==(const TakesThePrefix&, const TakesThePrefix&) = default;
};

TEST(Properties, find_an_unknown_enumeration_value_that_is_taken) {
    EXPECT_NONFATAL_FAILURE(expect_unknown_enums_are_refused(TakesAnyColour{}), "unknown");
}

void round_trip_of_a_forgotten_byte() {
    const Bytes bytes{1, 9};
    const auto value = protocol::codec::decode_exact<ForgetsAByte>(bytes);
    expect_round_trip(*value, bytes);
}

TEST(Properties, find_two_encodings_of_one_value) {
    EXPECT_NONFATAL_FAILURE(round_trip_of_a_forgotten_byte(), "encode");
}

TEST(Properties, find_a_truncation_that_is_taken) {
    EXPECT_NONFATAL_FAILURE(expect_every_truncation_is_refused<TakesThePrefix>({1}),
                            "took 0 of 1 bytes");
}

TEST(Properties, find_a_trailing_byte_that_is_taken) {
    EXPECT_FATAL_FAILURE(expect_trailing_byte_is_refused<TakesThePrefix>({1}), "has_value");
}

}  // namespace
}  // namespace serai::tests
