// docs/mls-profile.md as data: rows of a rule, its places in the sources and the tests that show it.
#pragma once

#include "tests/layering/rules.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace serai::layering {

struct ProfileRow {
    std::size_t line = 0;               // in the document
    std::vector<std::string> sections;  // of the RFC, such as "7.3"
    std::string where;                  // the third cell
    std::string tests;                  // the fourth
};

// The rows of every table; a table row has four cells. Heads and rules are left out. Throws std::runtime_error for a row with
// another number of cells.
[[nodiscard]] std::vector<ProfileRow> profile_rows(std::string_view document);

// What sources and tests hold, to look names up in.
class ProfileIndex {
  public:
    // `files` are the C++ files of the tree, `lists` the CMakeLists.txt of its folders.
    ProfileIndex(const std::vector<SourceFile>& files, const std::vector<SourceFile>& lists);

    // "file:function"
    [[nodiscard]] bool has_place(const std::string& name) const;

    // "program:Suite.test"
    [[nodiscard]] bool has_test(const std::string& name) const;

  private:
    std::map<std::string, std::string> sources_;  // path to text, without comments
    std::set<std::string> tests_;
};

// What is wrong with the rows: a place or test that is not there, or a row that has neither a place nor a reason for having none.
[[nodiscard]] std::vector<Violation> check_profile(const std::vector<ProfileRow>& rows,
                                                   const ProfileIndex& index);

}  // namespace serai::layering
