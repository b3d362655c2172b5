// Every place that waits for the disk has a name, stands once in the sources, and is left out by a test that then loses something.
#include "tests/layering/tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

namespace serai::layering {
namespace {

// What RocksDB syncs, by the kind of file (tests/support/power_loss_rocks_files.hpp).
const std::set<std::string> kOfRocks{"wal", "table", "manifest", "current", "directory", "other"};

std::vector<std::string> all_matches(const std::string& text, const std::regex& pattern) {
    std::vector<std::string> found;
    const std::sregex_iterator end;
    for (std::sregex_iterator match{text.begin(), text.end(), pattern}; match != end; ++match) {
        found.push_back((*match)[1]);
    }
    return found;
}

// The text between the first `from` and the next `to` behind it.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
    const auto begin = text.find(from);
    const auto end = text.find(to, std::min(begin, text.size()));
    return end == std::string::npos ? std::string{} : text.substr(begin, end - begin);
}

std::vector<std::string> sync_points() {
    static const std::regex kEnumerator{R"re(\n {4}(\w+),)re"};
    return all_matches(
        between(read_project_file("storage/file/sync_point.hpp"), "enum class SyncPoint", "};"),
        kEnumerator);
}

// The names in the lists of tests that leave one sync out: INSTANTIATE_TEST_SUITE_P(each, ...SyncLeftOut, testing::Values(...)).
std::multiset<std::string> left_out(const std::string& text) {
    static const std::regex kList{
        R"re(INSTANTIATE_TEST_SUITE_P\(\s*each,\s*\w+SyncLeftOut,\s*testing::Values\(([^)]*)\))re"};
    static const std::regex kName{R"re("(\w+)")re"};
    std::multiset<std::string> names;
    for (const std::string& list : all_matches(text, kList)) {
        for (const std::string& name : all_matches(list, kName)) {
            names.insert(name);
        }
    }
    return names;
}

TEST(SyncPoints, are_named_as_they_are_spelled) {
    static const std::regex kName{R"re("(\w+)")re"};
    const auto names = all_matches(
        between(read_project_file("storage/file/sync_point.hpp"), "kSyncPointNames{", "};"), kName);

    ASSERT_GT(names.size(), 20U);
    EXPECT_EQ(names, sync_points());
}

TEST(SyncPoints, stand_each_in_one_place_of_the_sources) {
    static const std::regex kUse{R"re(SyncPoint::(\w+))re"};
    std::map<std::string, int> uses;
    for (const SourceFile& file : project_sources()) {
        if (!file.path.starts_with("tests/") && !file.path.starts_with("bench/")) {
            for (const std::string& name : all_matches(file.text, kUse)) {
                ++uses[name];
            }
        }
    }
    for (const std::string& name : sync_points()) {
        EXPECT_EQ(uses[name], 1) << name;
    }
}

TEST(SyncPoints, are_each_left_out_by_a_test) {
    std::multiset<std::string> tested;
    for (const SourceFile& file : project_sources()) {
        if (file.path.starts_with("tests/")) {
            tested.merge(left_out(file.text));
        }
    }
    const auto points = sync_points();
    for (const std::string& name : points) {
        EXPECT_EQ(tested.count(name), 1U) << name << " is in no list of syncs that are left out";
    }
    for (const std::string& name : tested) {
        EXPECT_TRUE(kOfRocks.contains(name) || std::ranges::find(points, name) != points.end())
            << name << " is no sync";
    }
}

// A planted list, and the same with a comment's name, which is none.
TEST(SyncPoints, are_read_from_the_lists_of_tests) {
    const std::string list =
        "INSTANTIATE_TEST_SUITE_P(each,\n  AnySyncLeftOut,\n  testing::Values(\"a\",\n \"b_c\"),\n "
        "[](x) {});\n";

    EXPECT_EQ(left_out(list), (std::multiset<std::string>{"a", "b_c"}));
    EXPECT_TRUE(left_out("// \"a\" is left out\n").empty());
}

}  // namespace
}  // namespace serai::layering
