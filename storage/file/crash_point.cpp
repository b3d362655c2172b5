#include "storage/file/crash_point.hpp"

#if defined(SERAI_CRASH_POINTS)

#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <string>

namespace serai::storage::file {
namespace {

struct Target {
    std::string name;
    std::atomic<long> passes_left{1};

    Target() {
        const char* text = std::getenv("SERAI_CRASH_AT");
        if (text == nullptr) {
            return;
        }
        name = text;
        const auto colon = name.rfind(':');
        if (colon == std::string::npos) {
            return;
        }
        long count = 1;
        std::from_chars(name.data() + colon + 1, name.data() + name.size(), count);
        passes_left = count;
        name.resize(colon);
    }
};

}  // namespace

void pass_crash_point(std::string_view name) {
    static Target target;
    if (target.name.empty() || target.name != name) {
        return;
    }
    if (target.passes_left.fetch_sub(1) == 1) {
        ::_exit(137);
    }
}

}  // namespace serai::storage::file

#endif
