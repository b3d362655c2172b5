#include "protocol/message/web.hpp"

#include <gtest/gtest.h>

namespace serai::protocol::message {
namespace {

TEST(Range, takes_each_of_the_three_forms) {
    EXPECT_EQ(parse_range("bytes=0-99", 1000), (ByteRange{0, 100, true}));
    EXPECT_EQ(parse_range("bytes=900-", 1000), (ByteRange{900, 100, true}));
    EXPECT_EQ(parse_range("bytes=-100", 1000), (ByteRange{900, 100, true}));
    EXPECT_EQ(parse_range("bytes=900-5000", 1000), (ByteRange{900, 100, true}));
    EXPECT_EQ(parse_range("bytes=-5000", 1000), (ByteRange{0, 1000, true}));
}

TEST(Range, is_the_whole_when_there_is_none_that_we_read) {
    const ByteRange whole{0, 1000, false};
    for (const auto* header : {"",
                               "bytes",
                               "bytes=",
                               "bytes=-",
                               "bytes=5",
                               "bytes=9-5",
                               "bytes=0-1,5-6",
                               "items=0-1",
                               "bytes=a-b",
                               "bytes=99999999999999999999-"}) {
        EXPECT_EQ(parse_range(header, 1000), whole) << header;
    }
}

TEST(Range, is_refused_beyond_the_end) {
    EXPECT_EQ(parse_range("bytes=1000-", 1000), std::nullopt);
    EXPECT_EQ(parse_range("bytes=-0", 1000), std::nullopt);
    EXPECT_EQ(parse_range("bytes=0-", 0), std::nullopt);
}

TEST(UploadMetadata, names_the_channel) {
    const std::string zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    EXPECT_EQ(parse_upload_channel("channel " + zero), GroupId{});
    EXPECT_EQ(parse_upload_channel("name eA==, channel " + zero), GroupId{});
    EXPECT_EQ(parse_upload_channel("channel AAAA"), std::nullopt);
    EXPECT_EQ(parse_upload_channel("channel !"), std::nullopt);
    EXPECT_EQ(parse_upload_channel("channels " + zero), std::nullopt);
    EXPECT_EQ(parse_upload_channel(""), std::nullopt);
}

TEST(ObjectPath, is_read_as_it_is_written_and_no_other) {
    const ObjectId object{ByteArray<16>{0xAB, 1}};
    const std::string digits = to_hex(object.value());

    EXPECT_EQ(parse_object_path(object_path(object)), object);
    for (const std::string& target : {std::string{"/documents"},
                                      std::string{"/documents/"},
                                      "/documents/" + digits + "0",
                                      "/documents/" + digits.substr(1),
                                      "/documents/AB" + digits.substr(2),
                                      "/documentsx" + digits,
                                      "documents/" + digits,
                                      "/documents/" + digits + "?x"}) {
        EXPECT_EQ(parse_object_path(target), std::nullopt) << target;
    }
}

TEST(Bearer, is_read_as_it_is_written_and_no_other) {
    const Digest token{0xCD, 2};
    const std::string digits = to_hex(token);

    EXPECT_EQ(parse_bearer(bearer(token)), token);
    for (const std::string& header : {digits,
                                      "bearer " + digits,
                                      "Bearer  " + digits,
                                      "Bearer " + digits + " ",
                                      "Bearer " + digits.substr(2),
                                      "Bearer CD" + digits.substr(2),
                                      std::string{}}) {
        EXPECT_EQ(parse_bearer(header), std::nullopt) << header;
    }
}

TEST(Number, has_digits_alone) {
    EXPECT_EQ(parse_number("0"), 0U);
    EXPECT_EQ(parse_number("18446744073709551615"), UINT64_MAX);
    for (const auto* text : {"", "-1", "+1", " 1", "1 ", "0x1", "1e3", "18446744073709551616"}) {
        EXPECT_EQ(parse_number(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace serai::protocol::message
