// What the documents list is what the sources have, and what they link to is there.
#include "tests/layering/tree.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

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

// ---- links ----

struct Link {
    std::filesystem::path from;
    std::string target;
};

// The links of a document to files of the project: [words](target), without what stands behind a #.
std::vector<Link> links_of(const std::filesystem::path& document, const std::string& text) {
    static const std::regex kLink{R"re(\]\(([^)\s]+)\))re"};
    std::vector<Link> links;
    const std::sregex_iterator end;
    for (std::sregex_iterator match{text.begin(), text.end(), kLink}; match != end; ++match) {
        const std::string whole = (*match)[1];
        const std::string target = whole.substr(0, whole.find('#'));
        if (!target.empty() && whole.find("://") == std::string::npos &&
            !whole.starts_with("mailto:")) {
            links.push_back({document, target});
        }
    }
    return links;
}

bool leads_somewhere(const Link& link) {
    const std::filesystem::path root{SERAI_SOURCE_DIR};
    const auto base = link.target.starts_with('/') ? root : root / link.from.parent_path();
    return std::filesystem::exists(base / std::filesystem::path{link.target}.relative_path());
}

TEST(Documents, have_no_link_that_leads_nowhere) {
    std::size_t links = 0;
    for (const auto& path : project_files()) {
        if (path.extension() != ".md") {
            continue;
        }
        for (const Link& link : links_of(path, read_project_file(path))) {
            ++links;
            EXPECT_TRUE(leads_somewhere(link)) << path << " links to " << link.target;
        }
    }
    EXPECT_GT(links, 10U);
}

// Planted faults.
TEST(Documents, are_searched_for_every_kind_of_link) {
    const auto links =
        links_of("docs/a.md",
                 "[x](b.md) ![y](../c.png) [z](d.md#there) [w](#here) "
                 "[v](https://example.org/e.md) [u](mailto:a@b) [README](/README.md)");
    ASSERT_EQ(links.size(), 4U);
    EXPECT_FALSE(leads_somewhere(links[0]));
    EXPECT_FALSE(leads_somewhere(links[1]));
    EXPECT_EQ(links[2].target, "d.md");
    EXPECT_TRUE(leads_somewhere(links[3]));
}

}  // namespace
}  // namespace serai::layering
