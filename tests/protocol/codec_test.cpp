#include "protocol/codec/reader.hpp"
#include "protocol/codec/varint.hpp"
#include "protocol/codec/writer.hpp"

#include <gtest/gtest.h>

namespace serai::protocol::codec {
namespace {

TEST(Reader, refuses_a_length_that_is_not_in_its_shortest_form) {
    const Bytes two_byte_zero{0x40, 0x00};
    Reader reader{two_byte_zero};

    EXPECT_EQ(reader.length().error(), CodecError::non_minimal);
}

TEST(Reader, checks_a_vector_against_what_remains_before_it_reads) {
    const Bytes claims_a_gigabyte{0xbf, 0xff, 0xff, 0xff, 0x00};
    Reader reader{claims_a_gigabyte};

    EXPECT_EQ(reader.vector().error(), CodecError::truncated);
}

TEST(Reader, returns_what_the_writer_wrote) {
    for (const std::size_t size : {0U, 1U, 63U, 64U, 16383U, 16384U, 100000U}) {
        const Bytes content(size, 0x5a);
        Bytes out;
        Writer{out}.vector(content);
        EXPECT_EQ(out.size(), vector_size(size));
        Reader reader{out};

        const auto read = reader.vector();

        ASSERT_TRUE(read.has_value());
        EXPECT_TRUE(equal(*read, content));
        EXPECT_TRUE(reader.at_end());
    }
}

TEST(Reader, takes_printable_utf8_only) {
    const auto read = [](std::string_view text) {
        Bytes out;
        Writer{out}.text(text);
        Reader reader{out};
        return reader.text(64).has_value();
    };

    EXPECT_TRUE(read("Өзбекистон, қазақ, тоҷикӣ 🐪"));
    EXPECT_FALSE(read("line\nbreak"));
    EXPECT_FALSE(read("\xc0\xaf"));          // overlong
    EXPECT_FALSE(read("\xed\xa0\x80"));      // surrogate
    EXPECT_FALSE(read("\xf4\x90\x80\x80"));  // above U+10FFFF
    EXPECT_FALSE(read("\xe2\x82"));          // truncated
}

}  // namespace
}  // namespace serai::protocol::codec
