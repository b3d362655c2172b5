// What the documents list is what the sources have.
#include "tests/layering/tree.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace serai::layering {
namespace {

using Names = std::set<std::string>;

// The first groups of all matches.
void collect(const std::string& text, const std::regex& pattern, Names& names) {
    const std::sregex_iterator end;
    for (std::sregex_iterator match{text.begin(), text.end(), pattern}; match != end; ++match) {
        names.insert((*match)[1]);
    }
}

// The events that the server's sources log.
Names logged_events() {
    static const std::regex kCall{
        R"re(log_?(?:\.|->)(?:debug|info|warning|error)\(\s*"([a-z_]+)")re"};
    Names names;
    for (const SourceFile& file : project_sources()) {
        if (file.path.starts_with("server/")) {
            collect(file.text, kCall, names);
        }
    }
    return names;
}

// The events in the table of docs/operations.md: rows whose second column is a level.
Names documented_events() {
    static const std::regex kRow{R"re((?:^|\n)\| (`[^|]*`) \| (?:debug|info|warning|error) \|)re"};
    static const std::regex kName{R"re(`([a-z_]+)`)re"};
    Names rows;
    collect(read_project_file("docs/operations.md"), kRow, rows);
    Names names;
    for (const std::string& row : rows) {
        collect(row, kName, names);
    }
    return names;
}

TEST(OperationsDocument, explains_every_event_that_the_server_logs_and_no_other) {
    ASSERT_FALSE(logged_events().empty());

    EXPECT_EQ(documented_events(), logged_events());
}

// A setting's name in the example is "key =" at the start of a line.
TEST(OperationsDocument, names_no_setting_that_does_not_exist) {
    static const std::regex kSetting{R"re(`limits\.([a-z_]+)`)re"};
    static const std::regex kExample{R"re((?:^|\n)([a-z_]+) =)re"};
    Names named;
    Names known;
    collect(read_project_file("docs/operations.md"), kSetting, named);
    collect(read_project_file("server/serai-server.example.toml"), kExample, known);

    for (const std::string& name : named) {
        EXPECT_TRUE(known.contains(name)) << "limits." << name;
    }
}

}  // namespace
}  // namespace serai::layering
