// docs/errors.md names every error of the wire, in order, by its number and name.
#include "protocol/base/error.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace serai {
namespace {

struct Row {
    int value = 0;
    std::string name;
};

bool operator==(const Row& a, const Row& b) {
    return a.value == b.value && a.name == b.name;
}

void PrintTo(const Row& row, std::ostream* out) {
    *out << row.value << ' ' << row.name;
}

// The table's rows that begin "| <number> | `<name>` |".
std::vector<Row> documented() {
    std::ifstream in{SERAI_SOURCE_DIR "/docs/errors.md"};
    static const std::regex kRow{R"(^\| (\d+) \| `([a-z_]+)` \|.*)"};
    std::vector<Row> rows;
    for (std::string line; std::getline(in, line);) {
        std::smatch match;
        if (std::regex_match(line, match, kRow)) {
            rows.push_back({std::stoi(match[1]), match[2]});
        }
    }
    return rows;
}

TEST(ErrorsDocument, names_every_error_of_the_wire) {
    std::vector<Row> expected;
    for (std::uint16_t value = kFirstWireError; value <= kLastWireError; ++value) {
        expected.push_back({value, std::string{name(static_cast<WireError>(value))}});
    }

    EXPECT_EQ(documented(), expected);
}

}  // namespace
}  // namespace serai
