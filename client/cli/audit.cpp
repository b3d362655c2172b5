// audit verify, audit show, crl publish
#include "client/audit/openings.hpp"
#include "client/audit/verifier.hpp"
#include "client/channel/catch_up.hpp"
#include "client/channel/store.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/history_text.hpp"
#include "client/cli/names.hpp"
#include "client/files.hpp"
#include "crypto/x509/key_files.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>

namespace serai::client::cli {
namespace {

namespace message = protocol::message;

Result<void> verify(Program& program) {
    SERAI_TRY(client, program.open_online());
    SERAI_CHECK(program.catch_up_everywhere());
    std::optional<ProgressBar> progress;
    SERAI_TRY(report,
              audit::verify_log(client->context(), [&](std::uint64_t done, std::uint64_t total) {
                  if (!progress) {
                      progress.emplace("Recomputing the tree", total);
                  }
                  progress->show(done);
              }));
    progress.reset();
    const std::string party = client->network().party_of(client->device().id.person);
    Output& out = program.out();
    out.say("The log " + report.checkpoint.origin + " holds:");
    out.say("  " + std::to_string(report.leaves) +
            " leaves recompute to the root that it signed, " +
            to_hex(report.checkpoint.root).substr(0, 16) + "...");
    out.say("  " + std::to_string(report.openings) + " entries concern " + party +
            ": none is missing, each is what its leaf commits to");
    out.say("  " + std::to_string(report.acts) +
            " of them are acts, each signed by a device that its own state vouches for");
    out.say("  " + std::to_string(report.governance) + " governance entries, all of them open");
    out.say("  " + std::to_string(report.records) +
            " records of your channels stand in it as you received them");
    out.emit(boost::json::object{{"origin", report.checkpoint.origin},
                                 {"size", report.checkpoint.size.value()},
                                 {"root", to_hex(report.checkpoint.root)},
                                 {"leaves", report.leaves},
                                 {"openings", report.openings},
                                 {"acts", report.acts},
                                 {"governance", report.governance},
                                 {"records", report.records}});
    return {};
}

Result<void> show(Program& program, const std::string& channel_name, std::uint64_t last) {
    SERAI_TRY(client, program.open_online());
    audit::Scope scope = audit::party_scope();
    if (!channel_name.empty()) {
        SERAI_TRY(state, find_channel(*client, channel_name));
        scope = audit::channel_scope(state.group);
    }
    SERAI_TRY(entries, audit::query_openings(client->context(), scope));
    const std::size_t skipped =
        last != 0 && entries.size() > last ? entries.size() - static_cast<std::size_t>(last) : 0;
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(skipped));
    SERAI_CHECK(audit::check_included(client->context(), entries));
    std::vector<std::vector<std::string>> rows{{"Entry", "When", "What", "Who"}};
    boost::json::array array;
    for (const audit::VerifiedEntry& one : entries) {
        const std::string who = one.signer ? *one.signer : one.device;
        rows.push_back({std::to_string(one.entry.index.value()),
                        time_text(one.entry),
                        one.type.empty() ? "(withheld)" : printable(one.type),
                        printable(person_text(client->genesis(), who, true))});
        array.push_back(boost::json::object{{"entry", one.entry.index.value()},
                                            {"time", utc_time(time_of(one.entry))},
                                            {"type", one.type},
                                            {"who", who},
                                            {"signed", one.signer.has_value()}});
    }
    Output& out = program.out();
    out.say(table(rows));
    if (skipped > 0) {
        out.say("(" + std::to_string(skipped) + " earlier ones are not shown, and were checked.)");
    }
    out.emit(boost::json::object{{"entries", std::move(array)}});
    return {};
}

Result<void> publish_crl(Program& program, const std::string& file) {
    constexpr std::size_t kMaxCrl = 1024 * 1024;
    SERAI_TRY(client, program.open_online());
    auto content = read_file(file, kMaxCrl);
    if (!content) {
        return program.diagnostics().fail(content.error(), file + " cannot be read");
    }
    if (auto blocks = crypto::x509::pem_decode("X509 CRL", as_text(*content))) {
        *content = std::move(blocks->front());
    }
    SERAI_TRY(receipt, client->context().session.call(message::PublishCrl{std::move(*content)}));
    SERAI_CHECK(client->context().log.check_included(
        client->context().session, receipt.index, receipt.leaf));
    program.out().say("The revocation list is entry " + std::to_string(receipt.index.value()) +
                      " of the log; nobody can keep it back unnoticed.");
    program.out().emit(boost::json::object{{"entry", receipt.index.value()}});
    return {};
}

}  // namespace

void add_audit_commands(CLI::App& app, Program& program) {
    auto* audit_command = app.add_subcommand("audit", "Verify and read the audit log");
    audit_command->require_subcommand(1);

    auto* verify_command = audit_command->add_subcommand(
        "verify", "Recompute the whole log and check every entry that concerns your party");
    verify_command->callback([&program] { program.run([&] { return verify(program); }); });

    auto channel = std::make_shared<std::string>();
    auto last = std::make_shared<std::uint64_t>(20);
    auto* show_command =
        audit_command->add_subcommand("show", "Show the entries that concern your party");
    show_command->add_option("--channel", *channel, "Those of one channel instead");
    show_command->add_option("--last", *last, "How many of the newest (default 20; 0: all)");
    show_command->callback(
        [&program, channel, last] { program.run([&] { return show(program, *channel, *last); }); });

    auto* crl = app.add_subcommand("crl", "Certificate revocation lists");
    crl->require_subcommand(1);
    auto file = std::make_shared<std::string>();
    auto* publish = crl->add_subcommand("publish", "Bring your CA's newest list into the log");
    publish->add_option("file", *file, "The list (DER or PEM)")->required();
    publish->callback(
        [&program, file] { program.run([&] { return publish_crl(program, *file); }); });
}

}  // namespace serai::client::cli
