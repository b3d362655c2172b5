// A whole network for a test: five states and the secretariat, each with a CA of its own, a signed genesis, the server's keys,
// and a folder for everything. Lives in the present, since the server's clock is the machine's.
#pragma once

#include "client/connection/tls_context.hpp"
#include "crypto/act/genesis.hpp"
#include "crypto/act/signed_act.hpp"
#include "crypto/primitive/signature.hpp"
#include "protocol/network/genesis.hpp"
#include "protocol/network/spiffe_id.hpp"
#include "tests/crypto/x509/test_ca.hpp"
#include "tests/support/network/server_process.hpp"
#include "tests/support/temp_directory.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace serai::tests {

// Of the machine's clock.
[[nodiscard]] UnixSeconds now_seconds();
[[nodiscard]] UnixMillis now_millis();

// A leaf that is right at this moment; a test breaks one thing of it.
[[nodiscard]] LeafOptions leaf_options_now();

// One device with its key and certificate.
struct TestDevice {
    protocol::network::PartyCode party;
    protocol::network::SpiffeId id;
    crypto::SignatureKeyPair keys;
    std::vector<Bytes> chain;  // DER, the device's certificate alone

    [[nodiscard]] crypto::act::ActSigner signer() const { return {chain, keys.private_key}; }

    [[nodiscard]] TestDevice clone() const {
        return {party, id, keys.clone("a second connection of a test device"), chain};
    }
};

// What a test may want otherwise in the server's configuration: "section.key" or "key" to a TOML value.
using ServerSettings = std::map<std::string, std::string>;

// Cheap enough for one per test (some milliseconds). One thread at a time; const functions from any thread.
class TestNetwork {
  public:
    static constexpr std::string_view kStates[] = {"KG", "KZ", "TJ", "TM", "UZ"};

    TestNetwork();

    [[nodiscard]] const protocol::network::SignedGenesis& genesis() const { return genesis_; }

    [[nodiscard]] const crypto::act::Network& network() const { return *network_; }

    [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }

    [[nodiscard]] const std::filesystem::path& config_file() const { return config_file_; }

    [[nodiscard]] std::filesystem::path data_directory() const { return directory() / "data"; }

    [[nodiscard]] const TestCa& ca(std::string_view party) const;
    [[nodiscard]] const protocol::network::Party& party(std::string_view code) const;

    // A new device with a good certificate. `path`: role, person, device.
    [[nodiscard]] TestDevice device(std::string_view party,
                                    const std::string& path = "focal-point/person-1/laptop") const;

    // A device whose certificate is made by `issuer` as told, whatever its URIs say; the key is added to the options.
    [[nodiscard]] TestDevice device_with(std::string_view party,
                                         const TestCa& issuer,
                                         LeafOptions options) const;

    // The party's next CRL, valid from now (or `at`) for some hours, that revokes these certificates.
    [[nodiscard]] Bytes crl(std::string_view party, const std::vector<Bytes>& certificates);
    [[nodiscard]] Bytes crl(std::string_view party,
                            const std::vector<Bytes>& certificates,
                            UnixSeconds at);

    // Pins this network's server key.
    [[nodiscard]] client::connection::TlsContext tls(const TestDevice& device) const;

    // Writes the configuration anew; for the next start.
    void configure(const ServerSettings& settings);

    // How to start a server of this network: port 0, RocksDB in data_directory().
    [[nodiscard]] ServerProcessOptions server_options() const;

    [[nodiscard]] ServerProcess start_server() const {
        return ServerProcess::start(server_options());
    }

  private:
    void make_genesis();
    void write_keys() const;

    TempDirectory directory_;
    std::filesystem::path config_file_;
    std::map<std::string, TestCa, std::less<>> cas_;
    std::map<std::string, std::uint64_t, std::less<>> crl_numbers_;
    crypto::SignatureKeyPair log_key_;
    crypto::SignatureKeyPair tls_key_;
    protocol::network::SignedGenesis genesis_;
    std::optional<crypto::act::Network> network_;
};

}  // namespace serai::tests
