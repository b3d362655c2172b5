// init, enroll, whoami
#include "client/channel/catch_up.hpp"
#include "client/channel/roster.hpp"
#include "client/channel/stock.hpp"
#include "client/channel/store.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/names.hpp"
#include "client/files.hpp"
#include "client/setup/genesis_tools.hpp"
#include "crypto/x509/certificate.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace serai::client::cli {
namespace {

namespace network = protocol::network;
using channel::stock_key_packages;

constexpr std::size_t kMaxGenesis = 4 * 1024 * 1024;
constexpr std::size_t kMaxCertificateFile = 256 * 1024;

struct InitOptions {
    std::string server;
    std::string genesis;
    std::string fingerprint;
    std::string id;
};

Result<void> init(Program& program, const InitOptions& options) {
    Diagnostics& diagnostics = program.diagnostics();
    InitInput input;
    const auto endpoint = connection::Endpoint::parse(options.server);
    if (!endpoint) {
        return diagnostics.fail(endpoint.error(), "--server wants HOST:PORT");
    }
    const auto fingerprint = setup::parse_fingerprint(options.fingerprint);
    if (!fingerprint) {
        return diagnostics.fail(fingerprint.error(), "--fingerprint wants 64 hexadecimal digits");
    }
    const auto id = network::SpiffeId::parse(options.id);
    if (!id) {
        return diagnostics.fail(ClientError::bad_argument,
                                "'" + options.id +
                                    "' is no identity; it looks like "
                                    "spiffe://kz.pve.example/focal-point/person-1/laptop");
    }
    auto genesis = read_file(options.genesis, kMaxGenesis);
    if (!genesis) {
        return diagnostics.fail(genesis.error(), options.genesis + " cannot be read");
    }
    input.settings = {*endpoint, *fingerprint, *id};
    input.genesis = std::move(*genesis);
    const Home home = program.home_folder();
    if (std::filesystem::exists(home.vault())) {
        return diagnostics.fail(ClientError::already_set_up,
                                home.folder.string() + " belongs to an identity already");
    }
    SERAI_TRY(passphrase, program.passphrase(true));
    SERAI_CHECK(Client::init(home, passphrase, input, diagnostics));
    program.out().say("Made a new device key for " + id->to_string() + ".");
    program.out().say("The request for your CA is in " + home.request().string() +
                      ". When it has issued the certificate: serai enroll CERTIFICATE");
    program.out().emit(
        boost::json::object{{"id", id->to_string()}, {"request", home.request().string()}});
    return {};
}

// A renewed certificate goes into every channel, before the former one ends there and others remove this device for it.
Result<void> renew_leaves(Program& program, Client& client) {
    SERAI_TRY(states, channel::load_channel_states(client.vault()));
    for (const channel::ChannelState& state : states) {
        auto done = channel::catch_up(client.context(), state.group);
        if (done) {
            done = channel::clear_proposed(client.context(), state.group);
        }
        if (!done && (done.error() == ClientError::server_lied ||
                      done.error() == ClientError::protocol_violation)) {
            return done;
        }
        if (!done) {
            program.out().note("The channel " + to_hex(state.group.value()) +
                               " does not have the new certificate yet; the next command there "
                               "tries again: " +
                               done.error().message());
        }
    }
    program.diagnostics().clear();
    return {};
}

Result<void> enroll(Program& program, const std::string& file) {
    SERAI_TRY(client, program.open_offline());
    const auto content = read_file(file, kMaxCertificateFile);
    if (!content) {
        return program.diagnostics().fail(content.error(), file + " cannot be read");
    }
    SERAI_CHECK(client->install_certificate(*content));
    SERAI_CHECK(client->connect());
    SERAI_CHECK(stock_key_packages(client->context(), channel::kStock));
    SERAI_CHECK(renew_leaves(program, *client));
    program.out().say(person_text(client->genesis(), client->device().id.to_string(), true) +
                      " is enrolled in '" + printable(client->genesis().name) + "'.");
    program.out().emit(boost::json::object{{"id", client->device().id.to_string()},
                                           {"network", client->genesis().name}});
    return {};
}

Result<void> whoami(Program& program) {
    SERAI_TRY(client, program.open_offline());
    const setup::Device& device = client->device();
    boost::json::object object{{"id", device.id.to_string()},
                               {"network", client->genesis().name},
                               {"server", client->settings().server.to_string()},
                               {"fingerprint", to_hex(client->settings().fingerprint)}};
    std::string until = "none yet";
    if (device.has_certificate()) {
        SERAI_TRY(certificate, crypto::x509::Certificate::parse(device.chain.front()));
        constexpr std::uint64_t kMillis = 1000;
        const UnixMillis end{certificate.not_after().value() * kMillis};
        until = "until " + local_time(end);
        object["certificate_until"] = utc_time(end);
    }
    Output& out = program.out();
    out.say(table({{"Identity", device.id.to_string()},
                   {"Certificate", until},
                   {"Network", printable(client->genesis().name)},
                   {"Genesis", setup::spaced_fingerprint(client->settings().fingerprint)},
                   {"Server", client->settings().server.to_string()},
                   {"Home", program.home_folder().folder.string()}}));
    out.emit(object);
    return {};
}

}  // namespace

void add_setup_commands(CLI::App& app, Program& program) {
    auto options = std::make_shared<InitOptions>();
    auto* init_command = app.add_subcommand(
        "init", "Set up this home: a new device key, and the request for your CA");
    init_command->add_option("--server", options->server, "HOST:PORT of the server")->required();
    init_command->add_option("--genesis", options->genesis, "The network's genesis file")
        ->required();
    init_command
        ->add_option("--fingerprint",
                     options->fingerprint,
                     "The genesis' fingerprint, as you were given it by another way")
        ->required();
    init_command->add_option("--id", options->id, "Who you are: spiffe://DOMAIN/ROLE/PERSON/DEVICE")
        ->required();
    init_command->callback(
        [&program, options] { program.run([&] { return init(program, *options); }); });

    auto file = std::make_shared<std::string>();
    auto* enroll_command = app.add_subcommand(
        "enroll",
        "Install the certificate that your CA issued, the first or a renewed one, and register");
    enroll_command->add_option("certificate", *file, "The certificate file")->required();
    enroll_command->callback(
        [&program, file] { program.run([&] { return enroll(program, *file); }); });

    auto* whoami_command = app.add_subcommand("whoami", "Show this home's identity");
    whoami_command->callback([&program] { program.run([&] { return whoami(program); }); });
}

}  // namespace serai::client::cli
