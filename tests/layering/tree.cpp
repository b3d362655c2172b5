#include "tests/layering/tree.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace serai::layering {
namespace {

namespace fs = std::filesystem;

bool is_left_out(const fs::path& path) {
    return path == "build" || path == ".git" || path == ".cache" || path == "tests/vectors" ||
           path == "certs/out";
}

}  // namespace

std::vector<fs::path> project_files() {
    const fs::path root{SERAI_SOURCE_DIR};
    std::vector<fs::path> found;
    for (fs::recursive_directory_iterator it{root}; it != fs::recursive_directory_iterator{};
         ++it) {
        const fs::path path = it->path().lexically_relative(root);
        if (is_left_out(path)) {
            it.disable_recursion_pending();
        } else if (it->is_regular_file()) {
            found.push_back(path);
        }
    }
    std::ranges::sort(found);
    return found;
}

std::string read_project_file(const fs::path& path) {
    std::ifstream in{fs::path{SERAI_SOURCE_DIR} / path, std::ios::binary};
    if (!in) {
        throw std::runtime_error{"cannot read " + path.string()};
    }
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<SourceFile> project_sources() {
    std::vector<SourceFile> sources;
    for (const fs::path& path : project_files()) {
        if (path.extension() == ".hpp" || path.extension() == ".cpp") {
            sources.push_back({path.string(), read_project_file(path)});
        }
    }
    return sources;
}

}  // namespace serai::layering
