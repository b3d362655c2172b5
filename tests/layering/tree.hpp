// The project's tree as it lies on disk.
#pragma once

#include "tests/layering/rules.hpp"

#include <filesystem>
#include <vector>

namespace serai::layering {

// All files that belong to the project, below the root given at build time: build folders, .git and others' test vectors
// are left out. Paths are relative to the root and sorted.
[[nodiscard]] std::vector<std::filesystem::path> project_files();

// Those of them that are C++, with their text.
[[nodiscard]] std::vector<SourceFile> project_sources();

// A file of the project, read whole. `path` is relative to the root.
[[nodiscard]] std::string read_project_file(const std::filesystem::path& path);

}  // namespace serai::layering
