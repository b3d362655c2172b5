#include "tests/layering/rules.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <regex>
#include <set>
#include <span>
#include <sstream>

namespace serai::layering {
namespace {

// At most so many units may instantiate Beast operations: each costs most of a minute to compile.
constexpr std::size_t kMaxBeastUnits = 3;

constexpr std::array kLayers{
    "protocol", "crypto", "storage", "net", "server", "client", "bench", "tests"};

struct Include {
    std::string target;  // what stands between the quotes or angle brackets
    bool quoted = false;
    std::size_t line = 0;
};

// What the files of one layer, or of a folder in it that has its own rule, may include, and so what their target may link.
struct LayerRule {
    std::string_view layer;
    std::span<const std::string_view> allowed;    // prefixes of rooted includes
    std::span<const std::string_view> forbidden;  // prefixes of system includes
    std::string_view why;
};

constexpr std::string_view kProtocolMay[] = {"protocol/"};
constexpr std::string_view kCryptoMay[] = {"protocol/", "crypto/"};
constexpr std::string_view kStorageMay[] = {"protocol/", "crypto/", "storage/"};
constexpr std::string_view kFileMay[] = {"protocol/", "storage/file/"};
constexpr std::string_view kKvMay[] = {"protocol/", "storage/file/", "storage/kv/"};
constexpr std::string_view kObjectsMay[] = {
    "protocol/", "crypto/", "storage/file/", "storage/objects/"};
constexpr std::string_view kNetMay[] = {"net/"};
constexpr std::string_view kServerMay[] = {"net/", "protocol/", "crypto/", "storage/", "server/"};
constexpr std::string_view kClientMay[] = {
    "net/", "protocol/", "crypto/", "storage/kv/", "storage/file/", "client/"};
constexpr std::string_view kBenchMay[] = {
    "net/", "protocol/", "crypto/", "storage/", "server/", "client/", "tests/support/", "bench/"};
constexpr std::string_view kTestsMay[] = {
    "net/", "protocol/", "crypto/", "storage/", "server/", "client/", "tests/"};

constexpr std::string_view kProtocolMayNot[] = {
    "boost/asio",   "boost/beast", "fstream",  "filesystem",
    "iostream",     "cstdio",      "stdio.h",  "chrono",
    "ctime",        "time.h",      "thread",   "mutex",
    "future",       "random",      "atomic",   "condition_variable",
    "shared_mutex", "stop_token",  "unistd.h", "fcntl.h",
    "sys/",         "netinet/",    "spdlog/"};
constexpr std::string_view kCryptoMayNot[] = {"boost/asio",
                                              "boost/beast",
                                              "fstream",
                                              "filesystem",
                                              "iostream",
                                              "cstdio",
                                              "stdio.h",

                                              "fcntl.h",
                                              "sys/socket.h",
                                              "netinet/",
                                              "spdlog/"};
constexpr std::string_view kStorageMayNot[] = {"boost/asio", "boost/beast", "spdlog/"};

constexpr LayerRule kLayerRules[] = {
    {"protocol",
     kProtocolMay,
     kProtocolMayNot,
     "protocol/ is pure: no I/O, clock, thread or randomness"},
    {"crypto", kCryptoMay, kCryptoMayNot, "crypto/ knows no disk, network or clock"},
    {"storage", kStorageMay, kStorageMayNot, "storage/ is blocking and knows no Asio"},
    {"storage/file", kFileMay, kStorageMayNot, "storage/ is blocking and knows no Asio"},
    {"storage/kv", kKvMay, kStorageMayNot, "storage/ is blocking and knows no Asio"},
    {"storage/objects", kObjectsMay, kStorageMayNot, "storage/ is blocking and knows no Asio"},
    {"net", kNetMay, {}, ""},
    {"server", kServerMay, {}, ""},
    {"client", kClientMay, {}, ""},
    {"bench", kBenchMay, {}, ""},
    {"tests", kTestsMay, {}, ""},
};

bool starts_with_any(std::string_view text, std::span<const std::string_view> prefixes) {
    return std::ranges::any_of(prefixes,
                               [&](std::string_view prefix) { return text.starts_with(prefix); });
}

// A header in a folder named detail: private to the folder above.
bool is_detail(std::string_view path) {
    return path.find("/detail/") != std::string_view::npos;
}

bool is_header(std::string_view path) {
    return path.ends_with(".hpp");
}

std::string_view layer_of(std::string_view path) {
    return path.substr(0, path.find('/'));
}

// The rule of a file or folder: of those whose path it is in, the one that says most. Null outside the floor plan.
const LayerRule* rule_of(std::string_view path) {
    const LayerRule* best = nullptr;
    for (const LayerRule& rule : kLayerRules) {
        const bool inside = path.starts_with(rule.layer) &&
                            (path.size() == rule.layer.size() || path[rule.layer.size()] == '/');
        if (inside && (best == nullptr || rule.layer.size() > best->layer.size())) {
            best = &rule;
        }
    }
    return best;
}

// Ways to wait for the disk that no test could leave out or make fail.
bool waits_for_the_disk(const std::string& line) {
    static const std::regex kCall{
        R"re((^|[^\w])(fsync|fdatasync|sync_file_range|syncfs|msync)\s*\(|::sync\(\)|[^\w]O_D?SYNC[^\w])re"};
    const bool perhaps =
        line.find("sync") != std::string::npos || line.find("SYNC") != std::string::npos;
    return perhaps && std::regex_search(line.substr(0, line.find("//")), kCall);
}

// `#  include "x"` or <x>; nullopt for any other line.
std::optional<Include> parse_include(std::string_view line, std::size_t number) {
    const auto skip_blanks = [&] {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    };
    skip_blanks();
    if (!line.starts_with('#')) {
        return std::nullopt;
    }
    line.remove_prefix(1);
    skip_blanks();
    constexpr std::string_view kWord = "include";
    if (!line.starts_with(kWord)) {
        return std::nullopt;
    }
    line.remove_prefix(kWord.size());
    skip_blanks();
    if (line.empty() || (line.front() != '"' && line.front() != '<')) {
        return std::nullopt;
    }
    const bool quoted = line.front() == '"';
    line.remove_prefix(1);
    const auto end = line.find(quoted ? '"' : '>');
    return Include{std::string{line.substr(0, end)}, quoted, number};
}

std::vector<Include> includes_of(const SourceFile& file) {
    std::vector<Include> found;
    std::string_view rest{file.text};
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const auto end = std::min(rest.find('\n'), rest.size());
        if (auto include = parse_include(rest.substr(0, end), number)) {
            found.push_back(std::move(*include));
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return found;
}

class Checker {
  public:
    void check(const SourceFile& file) {
        file_ = &file;
        if (is_header(file.path) && !file.text.starts_with("#pragma once") &&
            file.text.find("\n#pragma once\n") == std::string::npos) {
            report(0, "a header begins with #pragma once");
        }
        if (layer_of(file.path) == "protocol" || layer_of(file.path) == "crypto") {
            check_clocks();
        }
        if (file.path != "storage/file/file_system.cpp") {
            check_syncs();
        }
        for (const Include& include : includes_of(file)) {
            check_arrow(include);
            check_libraries(include);
        }
    }

    // What only the whole tree can tell.
    void finish() {
        if (beast_units_.size() > kMaxBeastUnits) {
            for (const std::string& unit : beast_units_) {
                violations_.push_back(
                    {unit, 0, "more than " + std::to_string(kMaxBeastUnits) + " units use Beast"});
            }
        }
    }

    std::vector<Violation> take() { return std::move(violations_); }

  private:
    void report(std::size_t line, std::string reason) {
        violations_.push_back({file_->path, line, std::move(reason)});
    }

    void check_clocks() {
        for (const std::string_view clock :
             {"_clock::now", "random_device", "std::time(", "clock_gettime", "time(nullptr"}) {
            if (file_->text.find(clock) != std::string::npos) {
                report(0,
                       "asks " + std::string{clock} +
                           ": time and chance are given to protocol/ and crypto/ from outside");
            }
        }
    }

    void check_syncs() {
        std::istringstream lines{file_->text};
        std::size_t number = 0;
        for (std::string line; std::getline(lines, line);) {
            ++number;
            if (waits_for_the_disk(line)) {
                report(number, "waits for the disk by itself: that is for storage/file, by a name");
            }
        }
    }

    // Our own headers: rooted, and along the arrows.
    void check_arrow(const Include& include) {
        const LayerRule* rule = rule_of(file_->path);
        if (rule == nullptr) {
            report(include.line, "stands in no layer of the floor plan");
            return;
        }
        const bool ours = std::ranges::find(kLayers, layer_of(include.target)) != kLayers.end() &&
                          include.target.find('/') != std::string::npos;
        if (include.quoted != ours) {
            report(include.line,
                   "\"" + include.target +
                       "\": our own headers, and no others, are quoted from the root");
        } else if (ours && !starts_with_any(include.target, rule->allowed)) {
            report(include.line, std::string{rule->layer} + "/ may not include " + include.target);
        } else if (ours && is_detail(include.target) && !sees_detail(include.target)) {
            report(include.line, include.target + " is for its own folder and that folder's tests");
        } else if (!ours && starts_with_any(include.target, rule->forbidden)) {
            report(include.line,
                   "includes <" + include.target + ">, but " + std::string{rule->why});
        }
    }

    bool sees_detail(const std::string& target) const {
        const std::string folder = target.substr(0, target.find("detail/"));
        return file_->path.starts_with(folder) || file_->path.starts_with("tests/" + folder);
    }

    // The libraries that stay behind a wall of their own.
    void check_libraries(const Include& include) {
        const std::string_view target{include.target};
        const std::string_view layer = layer_of(file_->path);
        const bool test = layer == "tests" || layer == "bench";
        if (target.starts_with("openssl/") || target == "sodium.h" ||
            target.starts_with("sodium/")) {
            const bool hidden = !is_header(file_->path) || is_detail(file_->path);
            const bool wall = (layer == "crypto" && hidden) || is_tls_file();
            if (!wall && !test) {
                report(include.line,
                       "OpenSSL and libsodium are seen in crypto/*.cpp, crypto/*/detail and the "
                       "two TLS files alone");
            }
        }
        if (target.starts_with("rocksdb/") && !test && !is_rocks_file()) {
            report(include.line,
                   "RocksDB is named in storage/kv/rocks_* alone, and not in rocks_store.hpp");
        }
        if (target.starts_with("boost/beast")) {
            check_beast(include, test);
        }
    }

    void check_beast(const Include& include, bool test) {
        if (is_header(file_->path) || test) {
            report(include.line,
                   "no header and no test includes Beast: it costs most of a minute per unit");
        } else if (include.target != "boost/beast/src.hpp") {
            beast_units_.insert(file_->path);
        }
    }

    // The store on RocksDB and its options; what others include of it is rocks_store.hpp, which names no engine.
    bool is_rocks_file() const {
        return file_->path.starts_with("storage/kv/rocks_") &&
               file_->path != "storage/kv/rocks_store.hpp";
    }

    bool is_tls_file() const {
        return file_->path.starts_with("server/net/tls_context.") ||
               file_->path.starts_with("client/connection");
    }

    const SourceFile* file_ = nullptr;
    std::vector<Violation> violations_;
    std::set<std::string> beast_units_;
};

}  // namespace

std::vector<Violation> check(const std::vector<SourceFile>& files) {
    Checker checker;
    for (const SourceFile& file : files) {
        checker.check(file);
    }
    checker.finish();
    return checker.take();
}

bool may_use(std::string_view folder, std::string_view other) {
    const LayerRule* rule = rule_of(folder);
    return rule != nullptr && starts_with_any(std::string{other} + "/", rule->allowed);
}

std::string describe(const Violation& violation) {
    const std::string place = violation.line == 0 ? "" : ":" + std::to_string(violation.line);
    return violation.path + place + ": " + violation.reason;
}

}  // namespace serai::layering
