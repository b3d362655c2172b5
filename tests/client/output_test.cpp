#include "client/cli/output.hpp"

#include <gtest/gtest.h>

namespace serai::client::cli {
namespace {

TEST(Output, lets_no_message_steer_the_terminal) {
    EXPECT_EQ(printable("red \x1b[31m text"), "red \\x1b[31m text");
    EXPECT_EQ(printable("bell \x07 and delete \x7f"), "bell \\x07 and delete \\x7f");
    EXPECT_EQ(printable("two\nlines\tand Ошское"), "two\nlines\tand Ошское");
}

TEST(Output, lets_no_message_hide_behind_c1_controls) {
    // U+009B is a control sequence introducer to some terminals.
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "\\xc2\\x9b"
              "31m");
}

TEST(Output, writes_times_as_utc_for_scripts) {
    EXPECT_EQ(utc_time(UnixMillis{1767225600123}), "2026-01-01T00:00:00Z");
}

TEST(Output, writes_sizes_for_people) {
    EXPECT_EQ(size_text(0), "0 bytes");
    EXPECT_EQ(size_text(1023), "1023 bytes");
    EXPECT_EQ(size_text(1536), "1.5 KiB");
    EXPECT_EQ(size_text(64ULL * 1024 * 1024), "64.0 MiB");
}

TEST(Output, aligns_columns_by_what_is_seen) {
    EXPECT_EQ(table({{"Ош", "x"}, {"abc", "y"}}), "Ош   x\nabc  y");
}

}  // namespace
}  // namespace serai::client::cli
