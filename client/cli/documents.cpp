// put, get, documents, history
#include "client/audit/openings.hpp"
#include "client/channel/catch_up.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/history_text.hpp"
#include "client/cli/names.hpp"
#include "client/documents/catalog.hpp"
#include "client/documents/transfer.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace serai::client::cli {
namespace {

namespace message = protocol::message;
namespace network = protocol::network;

struct PutOptions {
    std::string channel;
    std::string file;
    std::string name;
    std::string tlp;
    std::string handling = "H0";
    std::string conditions;
    std::string source = "X";
    int information = 4;
};

std::string upper(std::string text) {
    std::ranges::transform(
        text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

Result<message::Marking> marking_from(Program& program,
                                      const Client& client,
                                      const PutOptions& options) {
    Diagnostics& diagnostics = program.diagnostics();
    std::string tlp = upper(options.tlp);
    tlp = tlp.starts_with("TLP:") ? tlp : "TLP:" + tlp;
    const auto level = message::tlp_from_name(tlp);
    if (!level) {
        return diagnostics.fail(ClientError::bad_argument,
                                "--tlp is one of clear, green, amber, amber+strict, red");
    }
    const auto handling = message::handling_from_name(upper(options.handling));
    if (!handling || (*handling == message::Handling::h3 && options.conditions.empty())) {
        return diagnostics.fail(ClientError::bad_argument,
                                "--handling is one of H0, H1, H2, H3, and H3 wants --conditions");
    }
    message::Marking marking;
    marking.tlp = *level;
    marking.handling = *handling;
    marking.conditions = options.conditions;
    marking.source_grade = upper(options.source).front();
    marking.information_grade = static_cast<std::uint8_t>(options.information);
    marking.originator =
        client.genesis().party_of_domain(client.device().id.person.trust_domain)->code;
    // What recipients could not read must not be announced.
    if (!protocol::codec::decode_exact<message::Marking>(protocol::codec::encode(marking))) {
        return diagnostics.fail(
            ClientError::bad_argument,
            "--conditions is at most 1,024 bytes of text, without control characters");
    }
    return marking;
}

std::string media_type_of(const std::filesystem::path& file) {
    static const std::map<std::string, std::string> kTypes{{".pdf", "application/pdf"},
                                                           {".png", "image/png"},
                                                           {".jpg", "image/jpeg"},
                                                           {".jpeg", "image/jpeg"},
                                                           {".txt", "text/plain"},
                                                           {".csv", "text/csv"},
                                                           {".html", "text/html"},
                                                           {".zip", "application/zip"}};
    std::string extension = file.extension().string();
    std::ranges::transform(extension, extension.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    const auto found = kTypes.find(extension);
    return found == kTypes.end() ? "" : found->second;
}

Result<void> put(Program& program, const PutOptions& options) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(state, find_channel(*client, options.channel));
    documents::PutInput input;
    input.group = state.group;
    input.file = options.file;
    input.name = options.name.empty() ? input.file.filename().string() : options.name;
    input.media_type = media_type_of(input.file);
    if (!crypto::document::is_document_name(input.name)) {
        return program.diagnostics().fail(
            ClientError::bad_argument,
            "'" + printable(input.name) + "' cannot be a document's name; give one with --name");
    }
    SERAI_TRY(marking, marking_from(program, *client, options));
    input.marking = marking;
    documents::ObjectStore objects{client->https(), program.diagnostics()};
    std::error_code ignored;
    const std::uint64_t size = std::filesystem::file_size(input.file, ignored);
    std::optional<ProgressBar> bar;
    SERAI_TRY(entry,
              documents::put(client->context(),
                             objects,
                             program.home_folder().folder / "spool",
                             input,
                             [&](std::uint64_t done, std::uint64_t total) {
                                 if (!bar) {
                                     bar.emplace("Sending " + input.name, total);
                                 }
                                 bar->show(done);
                             }));
    bar.reset();
    program.out().say("Put '" + printable(input.name) + "' (" + size_text(size) + ") into '" +
                      printable(state.title) + "', marked " + marking_text(marking) + ".");
    program.out().emit(entry_json(entry));
    return {};
}

Result<void> get(Program& program,
                 const std::string& channel_name,
                 const std::string& name,
                 const std::string& out,
                 bool force) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(state, find_channel(*client, channel_name));
    SERAI_CHECK(channel::catch_up(client->context(), state.group));
    const auto found = documents::find(client->vault(), state.group, name);
    if (!found) {
        return program.diagnostics().fail(found.error(),
                                          "there is no document '" + name + "' in '" +
                                              printable(state.title) +
                                              "'; 'serai documents' lists them");
    }
    const crypto::document::Manifest& manifest = found->manifest;
    std::filesystem::path target =
        out.empty() ? std::filesystem::path{manifest.name} : std::filesystem::path{out};
    if (std::filesystem::is_directory(target)) {
        target /= manifest.name;
    }
    if (!force && std::filesystem::exists(target)) {
        return program.diagnostics().fail(
            ClientError::file_failed,
            target.string() + " is there already; --force replaces it, --out names another place");
    }
    documents::ObjectStore objects{client->https(), program.diagnostics()};
    std::optional<ProgressBar> bar;
    SERAI_TRY(got,
              documents::get(client->context(),
                             objects,
                             state.group,
                             *found,
                             target,
                             [&](std::uint64_t done, std::uint64_t total) {
                                 if (!bar) {
                                     bar.emplace("Fetching " + manifest.name, total);
                                 }
                                 bar->show(done);
                             }));
    bar.reset();
    program.out().say("Got '" + printable(manifest.name) + "' (" + size_text(manifest.true_length) +
                      ") from " + person_text(client->genesis(), found->sender) + ", marked " +
                      marking_text(manifest.marking) + ": " + got.file.string());
    program.out().say("That you opened it is entry " + std::to_string(got.opened_at.value()) +
                      " of the log.");
    program.out().emit(boost::json::object{{"file", got.file.string()},
                                           {"document", to_hex(manifest.document.value())},
                                           {"name", manifest.name},
                                           {"size", manifest.true_length},
                                           {"from", found->sender},
                                           {"marking", marking_json(manifest.marking)},
                                           {"opened_at", got.opened_at.value()},
                                           {"completed_at", got.completed_at.value()}});
    return {};
}

Result<void> list(Program& program, const std::string& name) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(state, find_channel(*client, name));
    SERAI_CHECK(channel::catch_up(client->context(), state.group));
    SERAI_TRY(all, documents::list(client->vault(), state.group));
    std::vector<std::vector<std::string>> rows{
        {"Document", "Id", "Size", "From", "When", "Marking"}};
    boost::json::array array;
    for (const documents::Announced& one : all) {
        rows.push_back({printable(one.manifest.name),
                        short_id(one.manifest.document.value()),
                        size_text(one.manifest.true_length),
                        person_text(client->genesis(), one.sender),
                        local_time(one.time),
                        marking_text(one.manifest.marking)});
        array.push_back(boost::json::object{{"name", one.manifest.name},
                                            {"document", to_hex(one.manifest.document.value())},
                                            {"version", one.manifest.document_version},
                                            {"size", one.manifest.true_length},
                                            {"media_type", one.manifest.media_type},
                                            {"from", one.sender},
                                            {"time", utc_time(one.time)},
                                            {"marking", marking_json(one.manifest.marking)}});
    }
    program.out().say(all.empty() ? "No documents yet. 'serai put' brings one." : table(rows));
    program.out().emit(boost::json::object{{"channel", to_hex(state.group.value())},
                                           {"documents", std::move(array)}});
    return {};
}

std::string_view deed(const std::string& type) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kDeeds{
        {{"seal-document", "put it there"},
         {"open-document", "opened it"},
         {"complete-document", "received all of it"},
         {"query-openings", "asked for this history"}}};
    const auto* const found =
        std::ranges::find(kDeeds, type, [](const auto& pair) { return pair.first; });
    return found == kDeeds.end() ? std::string_view{type} : found->second;
}

Result<void> history(Program& program, const std::string& channel_name, const std::string& name) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(state, find_channel(*client, channel_name));
    SERAI_CHECK(channel::catch_up(client->context(), state.group));
    const auto found = documents::find(client->vault(), state.group, name);
    if (!found) {
        return program.diagnostics().fail(
            found.error(),
            "there is no document '" + name + "' in '" + printable(state.title) + "'");
    }
    SERAI_TRY(
        entries,
        audit::query_openings(client->context(), audit::document_scope(found->manifest.document)));
    SERAI_CHECK(audit::check_included(client->context(), entries));
    std::vector<std::vector<std::string>> rows{{"When", "Who", "What", "Entry"}};
    boost::json::array array;
    for (const audit::VerifiedEntry& one : entries) {
        const std::string who = one.signer ? *one.signer : one.device;
        rows.push_back({time_text(one.entry),
                        person_text(client->genesis(), who, true),
                        std::string{deed(one.type)},
                        std::to_string(one.entry.index.value())});
        array.push_back(boost::json::object{{"time", utc_time(time_of(one.entry))},
                                            {"who", who},
                                            {"what", one.type},
                                            {"entry", one.entry.index.value()},
                                            {"signed", one.signer.has_value()}});
    }
    program.out().say("'" + printable(found->manifest.name) + "' of " +
                      person_text(client->genesis(), found->sender) + ", marked " +
                      marking_text(found->manifest.marking) + ":");
    program.out().say(table(rows));
    program.out().say(
        "Numbered by the log without a gap; every signature and every place in the "
        "log verified.");
    program.out().emit(boost::json::object{{"document", to_hex(found->manifest.document.value())},
                                           {"name", found->manifest.name},
                                           {"history", std::move(array)}});
    return {};
}

}  // namespace

void add_document_commands(CLI::App& app, Program& program) {
    auto options = std::make_shared<PutOptions>();
    auto* put_command = app.add_subcommand("put", "Put a file into a channel, encrypted");
    put_command->add_option("channel", options->channel, "Title or beginning of the id")
        ->required();
    put_command->add_option("file", options->file, "The file")->required();
    put_command->add_option("--name", options->name, "The name that others see");
    put_command->add_option("--tlp", options->tlp, "clear, green, amber, amber+strict or red")
        ->required();
    put_command->add_option("--handling", options->handling, "H0 (default), H1, H2 or H3");
    put_command->add_option("--conditions", options->conditions, "What H3 demands");
    put_command
        ->add_option(
            "--source", options->source, "Reliability of the source: A, B, C or X (default)")
        ->check(CLI::IsMember({"A", "B", "C", "X"}, CLI::ignore_case));
    put_command
        ->add_option("--information",
                     options->information,
                     "How far it is confirmed: 1 (fully) to 4 (not, default)")
        ->check(CLI::Range(1, 4));
    put_command->callback(
        [&program, options] { program.run([&] { return put(program, *options); }); });

    auto channel = std::make_shared<std::string>();
    auto name = std::make_shared<std::string>();
    auto out = std::make_shared<std::string>();
    auto force = std::make_shared<bool>(false);
    auto* get_command =
        app.add_subcommand("get", "Open a document; that you did stands in the log");
    get_command->add_option("channel", *channel, "Title or beginning of the id")->required();
    get_command->add_option("document", *name, "Its name or the beginning of its id")->required();
    get_command->add_option("--out", *out, "File or folder to put it (default: here, by its name)");
    get_command->add_flag("--force", *force, "Replace a file that is there");
    get_command->callback([&program, channel, name, out, force] {
        program.run([&] { return get(program, *channel, *name, *out, *force); });
    });

    auto* list_command = app.add_subcommand("documents", "List the documents of a channel");
    list_command->add_option("channel", *channel, "Title or beginning of the id")->required();
    list_command->callback(
        [&program, channel] { program.run([&] { return list(program, *channel); }); });

    auto* history_command =
        app.add_subcommand("history", "Who put, opened and received a document, by the log");
    history_command->add_option("channel", *channel, "Title or beginning of the id")->required();
    history_command->add_option("document", *name, "Its name or the beginning of its id")
        ->required();
    history_command->callback([&program, channel, name] {
        program.run([&] { return history(program, *channel, *name); });
    });
}

}  // namespace serai::client::cli
