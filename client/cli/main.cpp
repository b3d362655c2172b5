#include "client/cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <clocale>

int main(int argc, char** argv) {
    using namespace serai::client::cli;

    std::setlocale(LC_ALL, "");
    CLI::App app{
        "serai: secure channels and documents between states that need not trust their server"};
    app.footer("Exit codes and the JSON output are described in docs/cli.md.");
    app.set_version_flag("--version", "serai 0.1.0");
    app.require_subcommand(1);
    app.fallthrough();

    Program program;
    app.add_option("--home", program.home, "Where this identity lives (default ~/.serai)")
        ->envname("SERAI_HOME");
    app.add_option("--passphrase-file",
                   program.passphrase_file,
                   "File with the passphrase (else SERAI_PASSPHRASE, else it is asked for)");
    app.add_flag("--json", program.json, "One JSON value per line, for scripts");

    add_setup_commands(app, program);
    add_genesis_commands(app, program);
    add_channel_commands(app, program);
    add_message_commands(app, program);
    add_document_commands(app, program);
    add_audit_commands(app, program);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool asked = error.get_exit_code() == 0;  // --help, --version
        app.exit(error);
        return asked ? 0 : static_cast<int>(ExitCode::usage);
    }
    return program.exit_code();
}
