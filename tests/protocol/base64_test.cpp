#include "protocol/codec/base64.hpp"

#include <gtest/gtest.h>

namespace serai::protocol::codec {
namespace {

TEST(Base64, has_the_values_of_rfc_4648) {
    const std::pair<std::string_view, std::string_view> kCases[] = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : kCases) {
        EXPECT_EQ(base64_encode(as_bytes(plain)), encoded);
        EXPECT_TRUE(equal(base64_decode(encoded).value(), as_bytes(plain)));
    }
}

TEST(Base64, has_one_spelling) {
    for (const auto* text : {"Zg",
                             "Zg=",
                             "Zg===",
                             "Zh==",
                             "Zm9=",
                             "Z===",
                             "====",
                             "Zg==Zg==",
                             "Zm9v\n",
                             " Zm9",
                             "Zm-_"}) {
        EXPECT_FALSE(base64_decode(text)) << text;
    }
}

}  // namespace
}  // namespace serai::protocol::codec
