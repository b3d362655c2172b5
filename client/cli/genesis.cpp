// genesis draft, sign, seal, show
#include "crypto/act/genesis.hpp"

#include "client/cli/commands.hpp"
#include "client/files.hpp"
#include "client/setup/genesis_tools.hpp"
#include "crypto/x509/certificate.hpp"
#include "crypto/x509/key_files.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace serai::client::cli {
namespace {

namespace network = protocol::network;
using protocol::codec::decode_exact;

using CaKeyFile = crypto::Secret<struct CaKeyFileTag>;

constexpr std::size_t kMaxFile = 4 * 1024 * 1024;

struct Options {
    setup::DraftInput draft;
    std::vector<std::string> parties;
    std::string log_key_file;
    std::string server_certificate;
    std::string server_key_hash;
    std::string file;
    std::string signing_bytes;
    std::string party;
    std::string ca_key;
    std::vector<std::string> signatures;
    std::string out;
};

std::string_view kind_text(network::PartyKind kind) {
    switch (kind) {
        case network::PartyKind::member_state:
            return "member state";
        case network::PartyKind::secretariat:
            return "secretariat";
        case network::PartyKind::guest:
            return "guest";
    }
    return "?";
}

Result<Bytes> read(Program& program, const std::string& file) {
    auto content = read_file(file, kMaxFile);
    if (!content) {
        return program.diagnostics().fail(content.error(), file + " cannot be read");
    }
    return content;
}

Result<void> write(Program& program, const std::string& file, ByteView content) {
    if (!write_file_durably(file, content)) {
        return program.diagnostics().fail(ClientError::file_failed, file + " cannot be written");
    }
    return {};
}

Result<network::Genesis> read_draft(Program& program, const std::string& file) {
    SERAI_TRY(content, read(program, file));
    auto genesis = decode_exact<network::Genesis>(content);
    if (!genesis) {
        return program.diagnostics().fail(ClientError::bad_argument,
                                          file + " is no draft of a genesis");
    }
    return std::move(*genesis);
}

Result<Digest> server_key(Program& program, const Options& options) {
    if (!options.server_key_hash.empty()) {
        const auto hash = setup::parse_fingerprint(options.server_key_hash);
        if (!hash) {
            return program.diagnostics().fail(hash.error(),
                                              "--server-key wants 64 hexadecimal digits");
        }
        return *hash;
    }
    SERAI_TRY(content, read(program, options.server_certificate));
    const auto blocks = crypto::x509::pem_decode("CERTIFICATE", as_text(content));
    const auto certificate = crypto::x509::Certificate::parse(blocks ? blocks->front() : content);
    if (!certificate) {
        return program.diagnostics().fail(ClientError::bad_argument,
                                          options.server_certificate + " holds no certificate");
    }
    return certificate->spki_hash();
}

std::string trimmed(ByteView content) {
    std::string text{as_text(content)};
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    return text;
}

Result<void> draft(Program& program, Options options) {
    for (const std::string& text : options.parties) {
        auto party = setup::PartyInput::parse(text);
        if (!party) {
            return program.diagnostics().fail(
                party.error(), "'" + text + "': --party wants CODE:KIND:DOMAIN:CA-FILE");
        }
        options.draft.parties.push_back(std::move(*party));
    }
    if (!options.log_key_file.empty()) {
        SERAI_TRY(content, read(program, options.log_key_file));
        options.draft.log_key = trimmed(content);
    }
    SERAI_TRY(key, server_key(program, options));
    options.draft.server_key = key;
    constexpr std::uint64_t kMillis = 1000;
    SERAI_TRY(
        genesis,
        setup::draft_genesis(
            options.draft, UnixSeconds{system_now().value() / kMillis}, program.diagnostics()));
    SERAI_CHECK(write(program, options.out, protocol::codec::encode(genesis)));
    if (!options.signing_bytes.empty()) {
        SERAI_CHECK(
            write(program, options.signing_bytes, crypto::act::genesis_signing_bytes(genesis)));
    }
    const Digest fingerprint = crypto::act::genesis_fingerprint(genesis);
    program.out().say("Drafted the genesis of '" + printable(genesis.name) + "' in " + options.out +
                      ".");
    program.out().say("Fingerprint: " + setup::spaced_fingerprint(fingerprint));
    program.out().emit(
        boost::json::object{{"file", options.out}, {"fingerprint", to_hex(fingerprint)}});
    return {};
}

Result<void> sign(Program& program, const Options& options) {
    SERAI_TRY(genesis, read_draft(program, options.file));
    const auto code = network::PartyCode::parse(options.party);
    if (!code || genesis.party(*code) == nullptr) {
        return program.diagnostics().fail(ClientError::bad_argument,
                                          "the draft has no party " + options.party);
    }
    SERAI_TRY(content, read(program, options.ca_key));
    const auto file = CaKeyFile::from_bytes(content);
    crypto::wipe(content);
    const auto key = crypto::x509::parse_private_key(file);
    if (!key) {
        return program.diagnostics().fail(ClientError::bad_argument,
                                          options.ca_key + " is no Ed25519 private key");
    }
    const auto signature = crypto::act::sign_genesis(genesis, *code, key->private_key);
    SERAI_CHECK(write(program, options.out, signature.signature));
    program.out().say(options.party + " has signed the genesis: " + options.out);
    program.out().emit(boost::json::object{{"party", options.party}, {"file", options.out}});
    return {};
}

Result<void> seal(Program& program, const Options& options) {
    SERAI_TRY(genesis, read_draft(program, options.file));
    std::vector<setup::RawSignature> signatures;
    for (const std::string& text : options.signatures) {
        const std::size_t colon = text.find(':');
        const auto code = network::PartyCode::parse(text.substr(0, colon));
        if (colon == std::string::npos || !code) {
            return program.diagnostics().fail(ClientError::bad_argument,
                                              "'" + text + "': --signature wants CODE:FILE");
        }
        SERAI_TRY(content, read(program, text.substr(colon + 1)));
        signatures.push_back({*code, std::move(content)});
    }
    SERAI_TRY(
        sealed,
        setup::seal_genesis(std::move(genesis), std::move(signatures), program.diagnostics()));
    SERAI_CHECK(write(program, options.out, protocol::codec::encode(sealed)));
    const Digest fingerprint = crypto::act::genesis_fingerprint(sealed.statement);
    program.out().say("All " + std::to_string(sealed.signatures.size()) +
                      " parties have signed. The genesis is in " + options.out + ".");
    program.out().say("Fingerprint: " + setup::spaced_fingerprint(fingerprint));
    program.out().emit(
        boost::json::object{{"file", options.out}, {"fingerprint", to_hex(fingerprint)}});
    return {};
}

Result<void> show(Program& program, const Options& options) {
    SERAI_TRY(content, read(program, options.file));
    const auto sealed = decode_exact<network::SignedGenesis>(content);
    if (!sealed) {
        return program.diagnostics().fail(ClientError::untrusted,
                                          options.file + " is no signed genesis");
    }
    const auto verified = crypto::act::verify_genesis(*sealed);
    if (!verified) {
        return program.diagnostics().fail(
            ClientError::untrusted,
            "the genesis does not hold together: " + verified.error().message());
    }
    const network::Genesis& genesis = verified->genesis;
    boost::json::array parties;
    std::vector<std::vector<std::string>> rows{{"Party", "Kind", "Trust domain"}};
    for (const network::Party& party : genesis.parties) {
        rows.push_back({party.code.text(), std::string{kind_text(party.kind)}, party.trust_domain});
        parties.push_back(boost::json::object{{"code", party.code.text()},
                                              {"kind", kind_text(party.kind)},
                                              {"trust_domain", party.trust_domain}});
    }
    Output& out = program.out();
    constexpr std::uint64_t kMillis = 1000;
    out.say(table({{"Network", printable(genesis.name)},
                   {"Made", local_time(UnixMillis{genesis.created.value() * kMillis})},
                   {"Log", genesis.log_origin},
                   {"Fingerprint", setup::spaced_fingerprint(verified->fingerprint)}}));
    out.say("");
    out.say(table(rows));
    out.emit(boost::json::object{{"name", genesis.name},
                                 {"network_id", to_hex(genesis.network_id.value())},
                                 {"fingerprint", to_hex(verified->fingerprint)},
                                 {"log_origin", genesis.log_origin},
                                 {"log_key", genesis.log_key},
                                 {"server_key", to_hex(genesis.server_key)},
                                 {"parties", std::move(parties)}});
    return {};
}

}  // namespace

void add_genesis_commands(CLI::App& app, Program& program) {
    auto options = std::make_shared<Options>();
    auto* genesis =
        app.add_subcommand("genesis", "Make or look at the founding statement of a network");
    genesis->require_subcommand(1);

    auto* draft_command =
        genesis->add_subcommand("draft", "Write a genesis for the parties to sign");
    draft_command->add_option("--name", options->draft.name, "The network's name")->required();
    auto* key = draft_command->add_option_group("log key");
    key->add_option("--log-key", options->draft.log_key, "Verifier key of the log");
    key->add_option("--log-key-file", options->log_key_file, "The same in a file");
    key->require_option(1);
    auto* server = draft_command->add_option_group("server key");
    server->add_option("--server-certificate",
                       options->server_certificate,
                       "The server's TLS certificate, whose key is pinned");
    server->add_option(
        "--server-key", options->server_key_hash, "SHA-256 of its public key, in hex");
    server->require_option(1);
    draft_command
        ->add_option("--party",
                     options->parties,
                     "CODE:KIND:DOMAIN:CA-FILE, KIND one of state, secretariat, guest; repeat it")
        ->required();
    draft_command->add_option(
        "--quorum", options->draft.quorum, "States that must agree to change it (default 4)");
    draft_command->add_option("--out", options->out, "The draft")->required();
    draft_command->add_option("--signing-bytes",
                              options->signing_bytes,
                              "Also write what each CA has to sign (raw Ed25519)");
    draft_command->callback(
        [&program, options] { program.run([&] { return draft(program, *options); }); });

    auto* sign_command = genesis->add_subcommand("sign", "Sign a draft with a CA's key file");
    sign_command->add_option("draft", options->file)->required();
    sign_command->add_option("--party", options->party, "Whose CA this is")->required();
    sign_command->add_option("--key", options->ca_key, "The CA's private key (PEM)")->required();
    sign_command->add_option("--out", options->out, "The signature")->required();
    sign_command->callback(
        [&program, options] { program.run([&] { return sign(program, *options); }); });

    auto* seal_command = genesis->add_subcommand("seal", "Put draft and signatures together");
    seal_command->add_option("draft", options->file)->required();
    seal_command->add_option("--signature", options->signatures, "CODE:FILE; one for each party")
        ->required();
    seal_command->add_option("--out", options->out, "The genesis")->required();
    seal_command->callback(
        [&program, options] { program.run([&] { return seal(program, *options); }); });

    auto* show_command = genesis->add_subcommand("show", "Verify a genesis and show what it says");
    show_command->add_option("file", options->file)->required();
    show_command->callback(
        [&program, options] { program.run([&] { return show(program, *options); }); });
}

}  // namespace serai::client::cli
