#include "protocol/base/error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace serai {
namespace {

TEST(WireErrors, have_each_a_name_and_a_sentence_of_their_own) {
    std::set<std::string_view> names;
    std::set<std::string_view> sentences;
    for (std::uint16_t value = kFirstWireError; value <= kLastWireError; ++value) {
        const auto error = static_cast<WireError>(value);
        names.insert(name(error));
        sentences.insert(sentence(error));
        EXPECT_TRUE(sentence(error).ends_with(".")) << name(error);
        EXPECT_EQ(make_error_code(error).message(), sentence(error));
    }
    EXPECT_EQ(names.size(), kLastWireError);
    EXPECT_EQ(sentences.size(), kLastWireError);
}

TEST(WireErrors, are_a_closed_enumeration) {
    EXPECT_FALSE(is_wire_error(0));
    EXPECT_TRUE(is_wire_error(kFirstWireError));
    EXPECT_TRUE(is_wire_error(kLastWireError));
    EXPECT_FALSE(is_wire_error(kLastWireError + 1));
}

}  // namespace
}  // namespace serai
