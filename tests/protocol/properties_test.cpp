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

// Static, since gtest's failure-catching macros run their statement in a function of its own.
const Specimen& any_colour() {
    static const Specimen kSpecimen = specimen_of(TakesAnyColour{});
    return kSpecimen;
}

const Specimen& forgetful() {
    static const Specimen kSpecimen = specimen_of(ForgetsAByte{5});
    return kSpecimen;
}

const Specimen& greedy() {
    static const Specimen kSpecimen = specimen_of(TakesThePrefix{});
    return kSpecimen;
}

Random& random() {
    static Random random{7};
    return random;
}

TEST(Properties, find_an_unknown_enumeration_value_that_is_taken) {
    EXPECT_NONFATAL_FAILURE(expect_unknown_enums_are_refused(any_colour()),
                            "took an unknown value");
}

TEST(Properties, find_two_encodings_of_one_value) {
    EXPECT_FALSE(forgetful().recode(Bytes{5, 9}).value() == (Bytes{5, 9}));

    testing::TestPartResultArray failures;
    {
        const testing::ScopedFakeTestPartResultReporter reporter{
            testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures};
        expect_changes_are_seen(forgetful(), random());
    }
    EXPECT_GT(failures.size(), 0);
}

TEST(Properties, find_a_truncation_that_is_taken) {
    testing::TestPartResultArray failures;
    {
        const testing::ScopedFakeTestPartResultReporter reporter{
            testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures};
        expect_every_truncation_is_refused(greedy());
    }
    EXPECT_EQ(failures.size(), 3) << "one for each strict prefix";
}

TEST(Properties, find_a_trailing_byte_that_is_taken) {
    EXPECT_FATAL_FAILURE(expect_trailing_byte_is_refused(greedy()), "took a trailing byte");
}

TEST(Properties, find_a_value_that_decodes_to_another) {
    static Specimen changed = specimen_of(ForgetsAByte{5});
    changed.is_decoded_from = [](ByteView) {
        return false;
    };
    EXPECT_NONFATAL_FAILURE(expect_round_trip(changed), "decoded to another value");
}

}  // namespace
}  // namespace serai::tests
