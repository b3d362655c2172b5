// Homes of test devices, and the real `serai` on them.
#pragma once

#include "tests/support/network/server_process.hpp"
#include "tests/support/network/test_network.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace serai::tests {

// Writes the home that init and enroll would have made for this device. Throws std::runtime_error.
void make_home(const TestNetwork& network,
               const TestDevice& device,
               std::uint16_t port,
               const std::filesystem::path& folder);

// The passphrase of all of them.
inline constexpr const char* kPassphrase = "correct horse battery staple";

// `serai` with the home of one device.
class CommandLine {
  public:
    explicit CommandLine(std::filesystem::path home) : home_(std::move(home)) {}

    // Runs to the end. `crash_at` names a crash point of client/crash_point.hpp; empty: none.
    ProgramOutput run(const std::vector<std::string>& arguments,
                      const std::string& crash_at = {}) const;

    // As run; the program must succeed. Throws std::runtime_error with its words otherwise.
    std::string must(const std::vector<std::string>& arguments) const;

    [[nodiscard]] const std::filesystem::path& home() const { return home_; }

  private:
    std::filesystem::path home_;
};

// How often a text stands in another.
[[nodiscard]] std::size_t count_of(const std::string& text, const std::string& part);

}  // namespace serai::tests
