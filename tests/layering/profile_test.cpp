// What docs/mls-profile.md names is in the tree, and no section of RFC 9420 is left out.
#include "tests/layering/profile.hpp"

#include "tests/layering/tree.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace serai::layering {
namespace {

std::vector<SourceFile> project_lists() {
    std::vector<SourceFile> lists;
    for (const auto& path : project_files()) {
        if (path.filename() == "CMakeLists.txt") {
            lists.push_back({path.string(), read_project_file(path)});
        }
    }
    return lists;
}

std::vector<ProfileRow> project_rows() {
    return profile_rows(read_project_file("docs/mls-profile.md"));
}

// The RFC's table of contents without the appendices: each number, and how many sections it has below it.
constexpr auto kContents = std::to_array<std::pair<const char*, int>>({
    {"1", 0},      {"2", 1},   {"2.1", 2}, {"3", 4},   {"4", 2},    {"4.1", 2},    {"5", 3},
    {"5.1", 3},    {"5.3", 3}, {"6", 3},   {"6.3", 2}, {"7", 9},    {"7.9", 2},    {"8", 7},
    {"9", 2},      {"10", 1},  {"11", 3},  {"12", 4},  {"12.1", 8}, {"12.1.8", 1}, {"12.4", 3},
    {"12.4.3", 3}, {"13", 5},  {"14", 0},  {"15", 3},  {"16", 12},  {"16.4", 3},   {"17", 10},
});

TEST(MlsProfile, names_places_and_tests_that_are_in_the_tree) {
    const auto rows = project_rows();
    ASSERT_GT(rows.size(), 100U);

    for (const Violation& violation :
         check_profile(rows, ProfileIndex{project_sources(), project_lists()})) {
        ADD_FAILURE() << describe(violation);
    }
}

TEST(MlsProfile, leaves_no_section_of_the_rfc_out) {
    std::set<std::string> named;
    for (const ProfileRow& row : project_rows()) {
        named.insert(row.sections.begin(), row.sections.end());
    }
    for (const auto& [section, below] : kContents) {
        EXPECT_TRUE(named.contains(section)) << "section " << section;
        for (int i = 1; i <= below; ++i) {
            const std::string child = std::string{section} + "." + std::to_string(i);
            EXPECT_TRUE(named.contains(child)) << "section " << child;
        }
    }
}

// Planted faults.

const std::vector<SourceFile> kFiles{
    {"crypto/a.cpp",
     "int checked(int x) { return called(x); }\n// int forgotten(int x) {}\nint A::of(F (*f)(int)) "
     "const override {\n"},
    {"tests/crypto/a_test.cpp",
     "TEST(Alpha, holds) {}\nTEST_F(Beta,\n       holds_too) {}\nTEST_P(Gamma, holds) {}\n"}};
const std::vector<SourceFile> kLists{
    {"tests/crypto/CMakeLists.txt",
     "serai_test(NAME alpha_test LABELS unit\n  SOURCES a_test.cpp\n  LIBRARIES x)\n"}};

// The faults of one row with these last two cells.
std::vector<Violation> faults_of(const std::string& where, const std::string& tests) {
    const auto rows =
        profile_rows("| RFC 9420 | Rule | Where | Test |\n|---|---|---|---|\n| 7.3 | x | " + where +
                     " | " + tests + " |\n");
    return check_profile(rows, ProfileIndex{kFiles, kLists});
}

TEST(MlsProfileRules, let_what_is_there_through) {
    EXPECT_TRUE(faults_of("`crypto/a.cpp:checked`",
                          "`alpha_test:Alpha.holds`, `alpha_test:Beta.holds_too`, "
                          "`alpha_test:Gamma.holds`")
                    .empty());
    EXPECT_TRUE(faults_of("`crypto/a.cpp:of`", "`alpha_test:Alpha.holds`").empty());
    EXPECT_TRUE(faults_of("Not applicable, because nobody does it", "").empty());
    EXPECT_TRUE(faults_of("`crypto/a.cpp:checked`", "By construction: it is moved").empty());
}

TEST(MlsProfileRules, find_a_place_that_is_not_there) {
    EXPECT_FALSE(faults_of("`crypto/a.cpp:unchecked`", "`alpha_test:Alpha.holds`").empty());
    EXPECT_FALSE(faults_of("`crypto/a.cpp:called`", "`alpha_test:Alpha.holds`").empty());
    EXPECT_FALSE(faults_of("`crypto/a.cpp:forgotten`", "`alpha_test:Alpha.holds`").empty());
    EXPECT_FALSE(faults_of("`crypto/b.cpp:checked`", "`alpha_test:Alpha.holds`").empty());
}

TEST(MlsProfileRules, find_a_test_that_is_not_there) {
    EXPECT_FALSE(faults_of("`crypto/a.cpp:checked`", "`alpha_test:Alpha.fails`").empty());
    EXPECT_FALSE(faults_of("`crypto/a.cpp:checked`", "`beta_test:Alpha.holds`").empty());
}

TEST(MlsProfileRules, find_a_row_that_shows_nothing) {
    EXPECT_FALSE(faults_of("somewhere", "`alpha_test:Alpha.holds`").empty());
    EXPECT_FALSE(faults_of("`crypto/a.cpp:checked`", "surely").empty());
    EXPECT_THROW((void)profile_rows("| 7.3 | x | y |\n"), std::runtime_error);
}

}  // namespace
}  // namespace serai::layering
