// A person's client: one home folder, one vault, at most one connection. The programs on top (client/cli) talk to this.
#pragma once

#include "client/connection/https_client.hpp"
#include "client/connection/tls_context.hpp"
#include "client/context.hpp"
#include "client/setup/settings.hpp"
#include "protocol/network/genesis.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace serai::client {

// What is where in a home. Nothing but the request for the CA and evidence is readable without the passphrase.
struct Home {
    std::filesystem::path folder;

    [[nodiscard]] std::filesystem::path vault() const { return folder / "vault"; }

    [[nodiscard]] std::filesystem::path evidence() const { return folder / "evidence"; }

    [[nodiscard]] std::filesystem::path request() const { return folder / "request.pem"; }
};

struct InitInput {
    setup::Settings settings;
    Bytes genesis;  // an encoded SignedGenesis
    crypto::PasswordCost cost;
};

// One thread. Not movable: its parts point at one another.
class Client {
  public:
    // Makes the home: verifies the genesis against the fingerprint, draws the device's key, writes the certificate request to
    // Home::request. untrusted, already_set_up, bad_argument (an identity of no party), file_failed.
    static Result<void> init(
        const Home& home,
        const vault::Passphrase& passphrase,
        const InitInput& input,
        Diagnostics& diagnostics,
        storage::file::FileSystem& files = storage::file::machine_file_system());

    // `files` is for everything but the vault; it and diagnostics must outlive the client.
    static Result<std::unique_ptr<Client>> open(
        const Home& home,
        const vault::Passphrase& passphrase,
        Diagnostics& diagnostics,
        storage::file::FileSystem& files = storage::file::machine_file_system());

    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Forgets former keys (vault.hpp).
    ~Client();

    // Installs what the CA made of our request.
    Result<void> install_certificate(ByteView pem_or_der);

    // What stands between a session and its connection; tests put a lying server there.
    using Wrap =
        std::function<std::unique_ptr<session::Transport>(std::unique_ptr<session::Transport>)>;

    // Connects and gets up to date: hello, checkpoint, governance. not_set_up without a certificate. A second call gives up the
    // first connection.
    Result<void> connect(const Wrap& wrap = {});

    [[nodiscard]] const setup::Settings& settings() const { return settings_; }

    [[nodiscard]] const setup::Device& device() const { return device_; }

    [[nodiscard]] const protocol::network::Genesis& genesis() const { return network_->genesis(); }

    [[nodiscard]] vault::Vault& vault() { return vault_; }

    [[nodiscard]] Diagnostics& diagnostics() { return *diagnostics_; }

    [[nodiscard]] const session::NetworkView& network() const { return *network_; }

    // For everything that talks to the server; connect() must have succeeded. Lives as long as the client.
    [[nodiscard]] const Context& context() const { return *context_; }

    // For documents. Connects by itself.
    [[nodiscard]] connection::HttpsClient& https();

  private:
    Client(vault::Vault vault,
           const Home& home,
           setup::Settings settings,
           setup::Device device,
           Diagnostics& diagnostics,
           storage::file::FileSystem& files);

    Diagnostics* diagnostics_;
    storage::file::FileSystem* files_;
    vault::Vault vault_;
    setup::Settings settings_;
    setup::Device device_;
    session::EvidenceLocker evidence_;
    std::optional<session::NetworkView> network_;  // always there once open() has returned
    std::optional<session::LogView> log_;
    std::optional<connection::TlsContext> tls_;
    std::optional<session::Session> session_;
    std::optional<connection::HttpsClient> https_;
    std::optional<Context> context_;
};

}  // namespace serai::client
