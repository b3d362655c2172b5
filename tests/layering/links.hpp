// The floor plan over the targets of the build: what a folder may not include its target may not link either.
#pragma once

#include "tests/layering/rules.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace serai::layering {

struct Target {
    std::string name;
    std::string folder;              // of its CMakeLists.txt, from the root; empty for the root
    std::vector<std::string> links;  // as CMake has them: targets of ours and of others
};

// The lines that cmake/TargetList.cmake writes. Throws std::runtime_error for a line of another form.
[[nodiscard]] std::vector<Target> parse_targets(std::string_view text);

// Every link against the floor plan, and every library of others' outside its wall. Pure.
[[nodiscard]] std::vector<Violation> check_links(const std::vector<Target>& targets);

}  // namespace serai::layering
