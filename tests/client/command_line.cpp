#include "tests/client/command_line.hpp"

#include "client/client.hpp"

#include <stdexcept>

namespace serai::tests {
namespace {

using client::vault::Place;
using client::vault::Table;

template <class T>
T value_of(Result<T> result, const char* what) {
    if (!result) {
        throw std::runtime_error{std::string{what} + ": " + result.error().message()};
    }
    return std::move(*result);
}

}  // namespace

void make_home(const TestNetwork& network,
               const TestDevice& device,
               std::uint16_t port,
               const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    client::Diagnostics diagnostics;
    auto vault = value_of(
        client::vault::Vault::create(client::Home{folder}.vault(),
                                     client::vault::Passphrase::from_bytes(as_bytes(kPassphrase)),
                                     crypto::kCheapestPasswordCost,
                                     diagnostics),
        "making a vault");
    const client::setup::Settings settings{
        {"127.0.0.1", port}, network.network().fingerprint, device.id};
    const client::setup::Device own{
        device.id, device.keys.clone("a test device's home"), device.chain};
    auto batch = vault.batch();
    batch.put_encoded(Place::only(Table::settings), settings);
    batch.put_encoded(Place::only(Table::genesis), network.genesis());
    own.save(batch);
    if (!vault.commit(std::move(batch))) {
        throw std::runtime_error{"the home cannot be written"};
    }
}

ProgramOutput CommandLine::run(const std::vector<std::string>& arguments,
                               const std::string& crash_at) const {
    std::vector<std::string> all{"/usr/bin/env",
                                 std::string{"SERAI_PASSPHRASE="} + kPassphrase,
                                 "SERAI_HOME=" + home_.string()};
    if (!crash_at.empty()) {
        all.push_back("SERAI_CRASH_AT=" + crash_at);
    }
    all.emplace_back(SERAI_BINARY);
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_program(all);
}

std::string CommandLine::must(const std::vector<std::string>& arguments) const {
    const ProgramOutput output = run(arguments);
    if (output.exit_code != 0) {
        std::string words = "serai";
        for (const std::string& argument : arguments) {
            words += " " + argument;
        }
        throw std::runtime_error{words + " ended with " + std::to_string(output.exit_code) + ":\n" +
                                 output.text};
    }
    return output.text;
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos;
         at = text.find(part, at + part.size())) {
        ++count;
    }
    return count;
}

}  // namespace serai::tests
