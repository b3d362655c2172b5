// The project's own tree against the rules.
#include "tests/layering/tree.hpp"

#include <gtest/gtest.h>

#include <set>

namespace serai::layering {
namespace {

namespace fs = std::filesystem;

// Words that have no business in any file of the project. Spelled in two halves, so that this file has none of them.
const std::vector<std::string>& foreign_words() {
    static const std::vector<std::string> kWords{std::string{"/wo"} + "rk/",
                                                 std::string{"/tmp/"} + "b-",
                                                 std::string{"/tmp/"} + "spec",
                                                 std::string{"TO"} + "DO",
                                                 std::string{"FIX"} + "ME"};
    return kWords;
}

TEST(Layering, the_tree_is_found) {
    EXPECT_GT(project_sources().size(), 10U);
}

TEST(Layering, every_include_follows_the_floor_plan) {
    for (const Violation& violation : check(project_sources())) {
        ADD_FAILURE() << describe(violation);
    }
}

TEST(Layering, every_folder_of_sources_says_what_it_is_for) {
    std::set<fs::path> folders;
    for (const SourceFile& file : project_sources()) {
        folders.insert(fs::path{file.path}.parent_path());
    }
    for (const fs::path& folder : folders) {
        EXPECT_TRUE(fs::exists(fs::path{SERAI_SOURCE_DIR} / folder / "README.md"))
            << folder << " has no README.md";
    }
}

TEST(Layering, no_file_names_a_path_of_somebodys_machine_or_unfinished_work) {
    for (const fs::path& path : project_files()) {
        const std::string text = read_project_file(path);
        for (const std::string& word : foreign_words()) {
            EXPECT_EQ(text.find(word), std::string::npos) << path << " contains " << word;
        }
    }
}

}  // namespace
}  // namespace serai::layering
