#include "tests/layering/links.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>

namespace serai::layering {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in{text};
    for (std::string part; std::getline(in, part, separator);) {
        parts.push_back(part);
    }
    return parts;
}

// Libraries that few may link. Tests and programs that measure stand outside.
struct Wall {
    std::string_view library;  // the beginning of its target's name
    std::vector<std::string_view> folders;
};

const std::vector<Wall>& walls() {
    static const std::vector<Wall> kWalls{{"RocksDB::", {"storage/kv"}},
                                          {"PkgConfig::SODIUM", {"crypto"}},
                                          {"OpenSSL::", {"crypto", "net"}},
                                          {"spdlog::", {"server"}},
                                          {"CLI11::", {"server", "client/cli"}}};
    return kWalls;
}

bool is_outside_the_walls(const std::string& folder) {
    return folder.starts_with("tests") || folder.starts_with("bench");
}

bool stands_before_a_wall(const Target& target, const std::string& library) {
    return std::ranges::any_of(walls(), [&](const Wall& wall) {
        return library.starts_with(wall.library) && !is_outside_the_walls(target.folder) &&
               std::ranges::find(wall.folders, target.folder) == wall.folders.end();
    });
}

}  // namespace

std::vector<Target> parse_targets(std::string_view text) {
    std::vector<Target> targets;
    for (const std::string& line : split(std::string{text}, '\n')) {
        if (std::ranges::count(line, '|') != 2) {
            throw std::runtime_error{"no target: " + line};
        }
        auto parts = split(line, '|');
        parts.resize(3);
        targets.push_back({parts[0], parts[1], split(parts[2], ';')});
    }
    return targets;
}

std::vector<Violation> check_links(const std::vector<Target>& targets) {
    std::map<std::string, const Target*> ours;
    for (const Target& target : targets) {
        ours[target.name] = &target;
    }
    std::vector<Violation> found;
    for (const Target& target : targets) {
        for (const std::string& library : target.links) {
            const auto other = ours.find(library);
            // At the root are flags and headers for everybody; a target there may itself link nothing of ours.
            const bool allowed = other == ours.end() || other->second->folder.empty() ||
                                 may_use(target.folder, other->second->folder);
            if (!allowed) {
                found.push_back({target.folder + "/CMakeLists.txt",
                                 0,
                                 target.name + " may not link " + library + " of " +
                                     other->second->folder + "/"});
            }
            if (stands_before_a_wall(target, library)) {
                found.push_back({target.folder + "/CMakeLists.txt",
                                 0,
                                 target.name + " may not link " + library});
            }
        }
    }
    return found;
}

}  // namespace serai::layering
