#include "client/client.hpp"

#include "client/files.hpp"
#include "crypto/act/genesis.hpp"
#include "storage/file/durable.hpp"

namespace serai::client {
namespace {

namespace network = protocol::network;
using vault::Place;
using vault::Table;

constexpr std::string_view kAgent = "serai/0.1";
constexpr std::chrono::milliseconds kConnectPatience{20'000};
constexpr std::chrono::milliseconds kTransferPatience{120'000};

Result<crypto::act::Network> verified_network(ByteView genesis,
                                              const Digest& fingerprint,
                                              Diagnostics& diagnostics) {
    const auto decoded = protocol::codec::decode_exact<network::SignedGenesis>(genesis);
    if (!decoded) {
        return diagnostics.fail(ClientError::untrusted, "that is no signed genesis");
    }
    auto verified = crypto::act::verify_genesis(*decoded, fingerprint);
    if (!verified) {
        return diagnostics.fail(ClientError::untrusted,
                                "the genesis is refused: " + verified.error().message());
    }
    return std::move(*verified);
}

Result<void> check_identity(const network::Genesis& genesis,
                            const network::SpiffeId& id,
                            Diagnostics& diagnostics) {
    if (genesis.party_of_domain(id.person.trust_domain) == nullptr) {
        return diagnostics.fail(ClientError::bad_argument,
                                "no party of the network " + genesis.name +
                                    " has the trust domain " + id.person.trust_domain);
    }
    return {};
}

}  // namespace

Result<void> Client::init(const Home& home,
                          const vault::Passphrase& passphrase,
                          const InitInput& input,
                          Diagnostics& diagnostics,
                          storage::file::FileSystem& files) {
    SERAI_TRY(verified, verified_network(input.genesis, input.settings.fingerprint, diagnostics));
    SERAI_CHECK(check_identity(verified.genesis, input.settings.id, diagnostics));
    const auto made =
        storage::file::make_folders(files, home.folder, storage::file::SyncPoint::home_parent);
    if (!made) {
        return diagnostics.fail(ClientError::file_failed,
                                home.folder.string() + ": " + made.error().message());
    }
    std::error_code error;
    std::filesystem::permissions(home.folder, std::filesystem::perms::owner_all, error);
    if (error) {
        return diagnostics.fail(ClientError::file_failed,
                                home.folder.string() + ": " + error.message());
    }
    SERAI_TRY(vault, vault::Vault::create(home.vault(), passphrase, input.cost, diagnostics));
    const setup::Device device = setup::Device::make(input.settings.id);
    vault::Batch batch = vault.batch();
    batch.put_encoded(Place::only(Table::settings), input.settings);
    batch.put_public(Place::only(Table::genesis), input.genesis);
    device.save(batch);
    SERAI_CHECK(vault.commit(std::move(batch)));
    SERAI_TRY(request, device.certificate_request());
    return write_file_durably(home.request(), as_bytes(request), files);
}

Client::Client(vault::Vault vault,
               const Home& home,
               setup::Settings settings,
               setup::Device device,
               Diagnostics& diagnostics,
               storage::file::FileSystem& files)
    : diagnostics_(&diagnostics),
      files_(&files),
      vault_(std::move(vault)),
      settings_(std::move(settings)),
      device_(std::move(device)),
      evidence_(home.evidence(), diagnostics, files) {}

Result<std::unique_ptr<Client>> Client::open(const Home& home,
                                             const vault::Passphrase& passphrase,
                                             Diagnostics& diagnostics,
                                             storage::file::FileSystem& files) {
    SERAI_TRY(vault, vault::Vault::open(home.vault(), passphrase, diagnostics));
    SERAI_TRY(settings, vault.get_decoded<setup::Settings>(Place::only(Table::settings)));
    SERAI_TRY(genesis, vault.get(Place::only(Table::genesis)));
    if (!settings || !genesis) {
        return diagnostics.fail(ClientError::not_set_up,
                                home.folder.string() +
                                    " was left half made by an interrupted init; remove it and "
                                    "run init again");
    }
    SERAI_TRY(device, setup::Device::load(vault));
    SERAI_TRY(
        verified,
        genesis->with_bytes(crypto::SecretAccess{"the genesis is public"}, [&](ByteView bytes) {
            return verified_network(bytes, settings->fingerprint, diagnostics);
        }));
    std::unique_ptr<Client> client{new Client{
        std::move(vault), home, std::move(*settings), std::move(device), diagnostics, files}};
    SERAI_TRY(view, session::NetworkView::load(std::move(verified), client->vault_));
    client->network_.emplace(std::move(view));
    // What a process that died could not: nothing of former keys stays on the disk.
    SERAI_CHECK(client->vault_.forget());
    return client;
}

Client::~Client() {
    // If it fails, the next opening does it.
    static_cast<void>(vault_.forget());
}

Result<void> Client::install_certificate(ByteView pem_or_der) {
    setup::Device renewed{device_.id, device_.keys.clone("the same key, newly certified"), {}};
    constexpr std::uint64_t kMillis = 1000;
    SERAI_CHECK(renewed.install_certificate(pem_or_der,
                                            network_->trust_now(),
                                            UnixSeconds{system_now().value() / kMillis},
                                            *diagnostics_));
    vault::Batch batch = vault_.batch();
    renewed.save(batch);
    SERAI_CHECK(vault_.commit(std::move(batch)));
    device_ = std::move(renewed);
    return {};
}

Result<void> Client::connect(const Wrap& wrap) {
    context_.reset();
    https_.reset();
    session_.reset();
    if (!device_.has_certificate()) {
        return diagnostics_->fail(ClientError::not_set_up,
                                  "this device has no certificate yet: give its request to your "
                                  "CA and run 'serai enroll CERTIFICATE'");
    }
    SERAI_TRY(tls,
              connection::TlsContext::make(
                  device_.chain, device_.keys.private_key, genesis().server_key));
    tls_.emplace(std::move(tls));
    SERAI_TRY(
        socket,
        connection::WebSocket::connect(settings_.server, *tls_, kConnectPatience, *diagnostics_));
    auto transport = session::over(std::move(socket));
    session_.emplace(wrap ? wrap(std::move(transport)) : std::move(transport), *diagnostics_);
    SERAI_TRY(hello, session_->hello(genesis().network_id, std::string{kAgent}));
    SERAI_TRY(log, session::LogView::load(network_->network().log_key, vault_, evidence_));
    log_.emplace(std::move(log));
    SERAI_CHECK(log_->advance(*session_, hello.checkpoint));
    SERAI_CHECK(network_->refresh(*session_, *log_, evidence_));
    context_.emplace(Context{vault_,
                             *session_,
                             *log_,
                             *network_,
                             evidence_,
                             device_,
                             *diagnostics_,
                             system_now,
                             *files_});
    return {};
}

connection::HttpsClient& Client::https() {
    if (!https_) {
        https_.emplace(settings_.server, *tls_, kTransferPatience);
    }
    return *https_;
}

}  // namespace serai::client
