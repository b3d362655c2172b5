// mls_vectors KIND FILE...: runs files of the MLS working group's vector formats.
#include "tests/crypto/mls/vectors/vector_runner.hpp"

#include <exception>
#include <iostream>

namespace {

constexpr int kUsage = 2;

int usage() {
    std::cerr << "usage: mls_vectors KIND FILE...\n\nKIND is one of:\n";
    for (const auto& kind : serai::tests::mls::vector_kinds()) {
        std::cerr << "  " << kind << '\n';
    }
    return kUsage;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        return usage();
    }
    bool good = true;
    for (int i = 2; i < argc; ++i) {
        try {
            const auto report = serai::tests::mls::run_vector_file(argv[1], argv[i]);
            std::cout << argv[i] << ": " << report.passed << " passed, " << report.failed
                      << " failed, " << report.not_supported << " not supported\n";
            for (const auto& failure : report.failures) {
                std::cerr << "  " << failure << '\n';
            }
            good = good && report.failed == 0;
        } catch (const std::invalid_argument& problem) {
            std::cerr << problem.what() << '\n';
            return usage();
        } catch (const std::exception& problem) {
            std::cerr << problem.what() << '\n';
            good = false;
        }
    }
    return good ? 0 : 1;
}
