// The command families of `serai`; each adds its commands to the parser. The program outlives the parser.
#pragma once

#include "client/cli/program.hpp"

namespace CLI {
class App;
}

namespace serai::client::cli {

void add_setup_commands(CLI::App& app, Program& program);    // init, enroll, whoami
void add_genesis_commands(CLI::App& app, Program& program);  // genesis draft, sign, seal, show
void add_channel_commands(
    CLI::App& app,
    Program&
        program);  // channels, create, invite, join, members, remove, leave, add-devices, authorise, restore, return
void add_message_commands(CLI::App& app, Program& program);   // send, read, follow
void add_document_commands(CLI::App& app, Program& program);  // put, get, documents, history
void add_audit_commands(CLI::App& app, Program& program);  // audit verify, audit show, crl publish

}  // namespace serai::client::cli
