// fuzz_seeds FILE FOLDER MAX_LENGTH: writes every hexadecimal string that stands in double quotes in FILE as a file of
// bytes into FOLDER, each named by its order. Strings longer than MAX_LENGTH bytes, and those met before, are left out.
#include "protocol/base/bytes.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>

namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

void write_seed(const std::filesystem::path& path, const serai::Bytes& bytes) {
    std::ofstream out{path, std::ios::binary};
    out << serai::as_text(bytes);
}

// Calls `use` with the text between each pair of double quotes.
template <class Use>
void for_each_quoted(const std::string& text, Use use) {
    std::size_t open = text.find('"');
    while (open != std::string::npos) {
        const std::size_t close = text.find('"', open + 1);
        if (close == std::string::npos) {
            return;
        }
        use(text.substr(open + 1, close - open - 1));
        open = text.find('"', close + 1);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: fuzz_seeds FILE FOLDER MAX_LENGTH\n";
        return 2;
    }
    const std::string text = read_file(argv[1]);
    const std::filesystem::path folder{argv[2]};
    const auto max_length = static_cast<std::size_t>(std::strtoul(argv[3], nullptr, 10));
    std::set<serai::Bytes> seen;
    for_each_quoted(text, [&](const std::string& quoted) {
        const auto bytes = serai::from_hex(quoted);
        if (bytes && !bytes->empty() && bytes->size() <= max_length && seen.insert(*bytes).second) {
            write_seed(folder / std::to_string(seen.size()), *bytes);
        }
    });
    if (seen.empty()) {
        std::cerr << "fuzz_seeds: there is no hexadecimal string in " << argv[1] << '\n';
        return 1;
    }
    return 0;
}
