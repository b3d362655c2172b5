// fuzz_structure_seeds TARGET FOLDER: writes a few random valid values of each structure of a family as inputs of its target.
// Does nothing for a target that is no family.
#include "tests/fuzz/families.hpp"
#include "tests/protocol/arbitrary.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace {

using namespace serai;

constexpr int kPerStructure = 8;

template <class Structure>
void write_seeds(const std::filesystem::path& folder, std::uint8_t index) {
    tests::Random random{index};
    for (int i = 0; i < kPerStructure; ++i) {
        const Bytes bytes = protocol::codec::encode(tests::arbitrary<Structure>(random));
        std::ofstream out{folder / (std::to_string(index) + "-" + std::to_string(i)),
                          std::ios::binary};
        out << static_cast<char>(index) << as_text(bytes);
    }
}

template <class... Structures>
void write_family(fuzz::Family<Structures...>, const std::filesystem::path& folder) {
    std::uint8_t index = 0;
    (write_seeds<Structures>(folder, index++), ...);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: fuzz_structure_seeds TARGET FOLDER\n";
        return 2;
    }
    const std::string target{argv[1]};
    const std::filesystem::path folder{argv[2]};
    if (target == "request") {
        write_family(fuzz::RequestFamily{}, folder);
    } else if (target == "response") {
        write_family(fuzz::ResponseFamily{}, folder);
    } else if (target == "record") {
        write_family(fuzz::RecordFamily{}, folder);
    } else if (target == "audit") {
        write_family(fuzz::AuditFamily{}, folder);
    } else if (target == "network") {
        write_family(fuzz::NetworkFamily{}, folder);
    }
    return 0;
}
