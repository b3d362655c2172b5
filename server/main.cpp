// serai-server: see --help. Exit status: 0 done, 1 something is wrong with what it was given or found, 2 wrong usage.
#include "server/application.hpp"
#include "server/keys.hpp"
#include "storage/audit/consistency_check.hpp"
#include "storage/kv/rocks_store.hpp"
#include "storage/objects/object_store.hpp"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>

namespace {

using namespace serai;
using namespace serai::server;

constexpr const char* kVersion = "serai-server 0.1.0";

// Whole or not at all, so that whoever waits for the file never reads half a number.
void write_port_file(const std::filesystem::path& file, std::uint16_t port) {
    const auto draft = std::filesystem::path{file}.concat(".new");
    {
        std::ofstream out{draft};
        out << port << '\n';
        if (!out.flush()) {
            throw StartError("cannot write " + draft.string());
        }
    }
    std::filesystem::rename(draft, file);
}

int serve(const Config& config, const std::string& port_file) {
    Application application{config};
    if (!port_file.empty()) {
        write_port_file(port_file, application.port());
    }
    application.wait_for_signal();
    application.stop();
    return 0;
}

int keygen(const Config& config, const std::string& origin, const std::string& host) {
    const auto keys =
        generate_keys(config.keys, origin, host, runtime::SystemClock{}.now_seconds());
    std::cout << "log_key " << keys.log_vkey << '\n'
              << "server_key " << to_hex(keys.tls_spki_hash) << '\n';
    return 0;
}

int check(const Config& config) {
    std::string why;
    const auto store = storage::kv::open_rocks_store(config.data_directory / "store", {}, why);
    if (!store) {
        throw StartError("the store cannot be opened: " + why);
    }
    auto report = storage::audit::check_consistency(**store);
    if (!report) {
        throw StartError("the store cannot be read: " + report.error().message());
    }
    const auto objects =
        storage::objects::ObjectStore::open(config.data_directory / "objects", {}, why);
    if (!objects) {
        throw StartError("the documents' folder cannot be opened: " + why);
    }
    if (const auto read = storage::audit::check_objects(**store, **objects, *report); !read) {
        throw StartError("the store cannot be read: " + read.error().message());
    }
    std::cout << report->leaves << " leaves, " << report->openings << " openings ("
              << report->erased << " erased), " << report->channels << " channels with "
              << report->records << " records, " << report->effects << " effects, "
              << report->documents << " documents\n"
              << "root " << to_hex(report->root) << '\n';
    for (const auto& problem : report->problems) {
        std::cout << "problem: " << problem << '\n';
    }
    std::cout << (report->consistent() ? "consistent" : "NOT consistent") << '\n';
    return report->consistent() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"The server of Serai: secure channels and documents for a network of states."};
    app.set_version_flag("--version", kVersion);
    std::string config_file;
    std::string port_file;
    std::string origin = "serai.example/log";
    std::string host = "localhost";
    const auto add_config = [&config_file](CLI::App& command) {
        return command.add_option("--config", config_file, "configuration file (TOML)");
    };
    add_config(app);
    app.add_option("--port-file", port_file, "file to write the port to, once listening");
    auto* keygen_command =
        app.add_subcommand("keygen", "make the log key, the TLS key and its certificate");
    add_config(*keygen_command)->required();
    keygen_command->add_option("--origin", origin, "the log's origin, as in the genesis");
    keygen_command->add_option("--host", host, "the server's name or address, for its certificate");
    auto* check_command = app.add_subcommand(
        "check", "re-derive everything from the raw records; the server must not be running");
    add_config(*check_command)->required();
    app.require_subcommand(0, 1);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int status = app.exit(error);
        return status == 0 ? 0 : 2;
    }
    if (config_file.empty()) {
        std::cerr << "serai-server: --config is needed; --help says more\n";
        return 2;
    }
    try {
        const auto config = load_config(config_file);
        if (*keygen_command) {
            return keygen(config, origin, host);
        }
        if (*check_command) {
            return check(config);
        }
        return serve(config, port_file);
    } catch (const std::exception& error) {
        std::cerr << "serai-server: " << error.what() << '\n';
        return 1;
    }
}
