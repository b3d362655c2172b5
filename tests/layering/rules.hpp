// The floor plan as rules over #include lines: which folder may look into which, and which library is seen where.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace serai::layering {

// One source file of the tree.
struct SourceFile {
    std::string path;  // from the root of the tree, such as "crypto/mls/wire/codec.hpp"
    std::string text;
};

// A line that breaks a rule. line is 0 when the whole file or tree does.
struct Violation {
    std::string path;
    std::size_t line = 0;
    std::string reason;
};

// Everything that is wrong with these files; empty when they keep to the plan. Pure.
[[nodiscard]] std::vector<Violation> check(const std::vector<SourceFile>& files);

// Whether files of `folder` may include those of `other`, by the same table; both from the root of the tree.
[[nodiscard]] bool may_use(std::string_view folder, std::string_view other);

// "path:line: reason", for a person.
[[nodiscard]] std::string describe(const Violation& violation);

}  // namespace serai::layering
