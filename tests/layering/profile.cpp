#include "tests/layering/profile.hpp"

#include <algorithm>
#include <iterator>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace serai::layering {
namespace {

constexpr std::size_t kCells = 4;

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    const auto last = text.find_last_not_of(' ');
    return first == std::string::npos ? std::string{} : text.substr(first, last - first + 1);
}

// The cells between the bars of "| a | b |".
std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream in{line.substr(1)};
    for (std::string cell; std::getline(in, cell, '|');) {
        cells.push_back(trimmed(cell));
    }
    return cells;
}

std::vector<std::string> all_matches(const std::string& text, const std::regex& pattern) {
    std::vector<std::string> found;
    const std::sregex_iterator end;
    for (std::sregex_iterator match{text.begin(), text.end(), pattern}; match != end; ++match) {
        found.push_back((*match)[1]);
    }
    return found;
}

std::string without_comments(const std::string& text) {
    static const std::regex kComment{R"re(//[^\n]*)re"};
    return std::regex_replace(text, kComment, "");
}

// Just behind the parenthesis that closes the one at `open`; the end of the text if there is none.
std::size_t behind_closing(std::string_view text, std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < text.size(); ++i) {
        depth += text[i] == '(' ? 1 : (text[i] == ')' ? -1 : 0);
        if (depth == 0) {
            return i + 1;
        }
    }
    return text.size();
}

// Whether a function of that name has its body here, and is not only called: parameters, perhaps `const` and `override`, a brace.
bool defines(std::string_view text, const std::string& function) {
    static const std::regex kBody{R"re(^(\s|const|override|noexcept)*\{)re"};
    const std::string wanted = function + "(";
    for (auto at = text.find(wanted); at != std::string_view::npos;
         at = text.find(wanted, at + 1)) {
        const bool whole = at > 0 && (text[at - 1] == ' ' || text[at - 1] == ':');
        const auto rest = text.substr(behind_closing(text, at + function.size()));
        if (whole &&
            std::regex_search(rest.begin(),
                              rest.begin() + std::min<std::ptrdiff_t>(80, std::ssize(rest)),
                              kBody)) {
            return true;
        }
    }
    return false;
}

std::string folder_of(const std::string& path) {
    return path.substr(0, path.find_last_of('/') + 1);
}

// Which programs a test file is in: path to names.
std::multimap<std::string, std::string> programs_of(const std::vector<SourceFile>& lists) {
    static const std::regex kProgram{R"re(serai_test\(NAME ([^)]*))re"};
    static const std::regex kName{R"re(^(\w+))re"};
    static const std::regex kFile{R"re(([\w/]+\.cpp))re"};
    std::multimap<std::string, std::string> programs;
    for (const SourceFile& list : lists) {
        for (const std::string& call : all_matches(list.text, kProgram)) {
            const auto name = all_matches(call, kName);
            for (const std::string& file : all_matches(call, kFile)) {
                programs.emplace(folder_of(list.path) + file, name.at(0));
            }
        }
    }
    return programs;
}

// "Suite.test" for each test of a file.
std::vector<std::string> tests_of(const std::string& text) {
    static const std::regex kTest{R"re(TEST(?:_F|_P)?\(\s*(\w+,\s*\w+)\s*\))re"};
    static const std::regex kComma{R"re(,\s*)re"};
    std::vector<std::string> names;
    for (const std::string& pair : all_matches(text, kTest)) {
        names.push_back(std::regex_replace(pair, kComma, "."));
    }
    return names;
}

}  // namespace

std::vector<ProfileRow> profile_rows(std::string_view document) {
    static const std::regex kSection{R"re(([0-9]+(?:\.[0-9]+)*))re"};
    std::vector<ProfileRow> rows;
    std::istringstream in{std::string{document}};
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (!line.starts_with("| ") || line.starts_with("| RFC")) {
            continue;
        }
        const auto cells = cells_of(line);
        if (cells.size() != kCells) {
            throw std::runtime_error{"line " + std::to_string(number) + " has " +
                                     std::to_string(cells.size()) + " cells"};
        }
        rows.push_back({number, all_matches(cells[0], kSection), cells[2], cells[3]});
    }
    return rows;
}

ProfileIndex::ProfileIndex(const std::vector<SourceFile>& files,
                           const std::vector<SourceFile>& lists) {
    const auto programs = programs_of(lists);
    for (const SourceFile& file : files) {
        const auto& [path, text] = *sources_.emplace(file.path, without_comments(file.text)).first;
        const auto [first, last] = programs.equal_range(path);
        for (auto program = first; program != last; ++program) {
            for (const std::string& test : tests_of(text)) {
                tests_.insert(program->second + ":" + test);
            }
        }
    }
}

bool ProfileIndex::has_place(const std::string& name) const {
    const auto colon = name.find(':');
    const auto source = sources_.find(name.substr(0, colon));
    return source != sources_.end() && defines(source->second, name.substr(colon + 1));
}

bool ProfileIndex::has_test(const std::string& name) const {
    return tests_.contains(name);
}

std::vector<Violation> check_profile(const std::vector<ProfileRow>& rows,
                                     const ProfileIndex& index) {
    static const std::regex kPlace{R"re(`([\w/]+\.[ch]pp:\w+)`)re"};
    static const std::regex kTest{R"re(`(\w+:\w+\.\w+)`)re"};
    static const std::regex kReason{R"re(^(Not applicable|Not there), because )re"};
    std::vector<Violation> found;
    const auto report = [&](const ProfileRow& row, std::string reason) {
        found.push_back({"docs/mls-profile.md", row.line, std::move(reason)});
    };
    for (const ProfileRow& row : rows) {
        const auto places = all_matches(row.where, kPlace);
        const auto tests = all_matches(row.tests, kTest);
        const bool excused = std::regex_search(row.where, kReason);
        for (const std::string& place : places) {
            if (!index.has_place(place)) {
                report(row, "there is no " + place);
            }
        }
        for (const std::string& test : tests) {
            if (!index.has_test(test)) {
                report(row, "there is no test " + test);
            }
        }
        if (row.sections.empty()) {
            report(row, "no section of the RFC");
        }
        if (!excused && places.empty()) {
            report(row, "neither a place nor a reason");
        }
        if (!excused && tests.empty() && !row.tests.starts_with("By construction: ")) {
            report(row, "no test");
        }
    }
    return found;
}

}  // namespace serai::layering
