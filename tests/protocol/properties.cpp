#include "tests/protocol/properties.hpp"

#include <gtest/gtest.h>

namespace serai::tests {

using protocol::codec::CodecError;

namespace {

constexpr int kRounds = 40;
constexpr int kChanges = 64;

}  // namespace

void expect_round_trip(const Specimen& specimen) {
    const auto again = specimen.recode(specimen.bytes);
    ASSERT_TRUE(again.has_value()) << "refused: " << again.error().message();
    EXPECT_EQ(*again, specimen.bytes) << "encoded to other bytes";
    EXPECT_TRUE(specimen.is_decoded_from(specimen.bytes)) << "decoded to another value";
}

void expect_every_truncation_is_refused(const Specimen& specimen) {
    for (std::size_t size = 0; size < specimen.bytes.size(); ++size) {
        const auto again = specimen.recode(ByteView{specimen.bytes}.first(size));
        EXPECT_FALSE(again.has_value())
            << "took " << size << " of " << specimen.bytes.size() << " bytes";
    }
}

void expect_trailing_byte_is_refused(const Specimen& specimen) {
    Bytes bytes = specimen.bytes;
    bytes.push_back(0);
    const auto again = specimen.recode(bytes);
    ASSERT_FALSE(again.has_value()) << "took a trailing byte";
    EXPECT_EQ(again.error(), CodecError::trailing_bytes);
}

void expect_changes_are_seen(const Specimen& specimen, Random& random) {
    for (int i = 0; i < kChanges && !specimen.bytes.empty(); ++i) {
        Bytes changed = specimen.bytes;
        changed[random.below(changed.size())] ^= static_cast<std::uint8_t>(1 + random.below(255));
        const auto again = specimen.recode(changed);
        if (again.has_value()) {
            EXPECT_EQ(*again, changed) << "a changed byte was taken and lost";
        }
    }
}

void expect_unknown_enums_are_refused(const Specimen& specimen) {
    for (const Bytes& bytes : specimen.with_unknown_enums) {
        EXPECT_FALSE(specimen.recode(bytes).has_value())
            << "took an unknown value: " << to_hex(bytes);
    }
}

void expect_properties(const Specimen& specimen, Random& random) {
    expect_round_trip(specimen);
    expect_every_truncation_is_refused(specimen);
    expect_trailing_byte_is_refused(specimen);
    expect_changes_are_seen(specimen, random);
    expect_unknown_enums_are_refused(specimen);
}

void check_specimens(const std::string& type,
                     std::uint64_t seed,
                     const std::function<Specimen(Random&)>& draw) {
    SCOPED_TRACE(type);
    Random random{seed};
    for (int round = 0; round < kRounds && !testing::Test::HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        expect_properties(draw(random), random);
    }
}

}  // namespace serai::tests
