#include "tests/support/network/test_network.hpp"

#include "crypto/x509/certificate.hpp"
#include "crypto/x509/key_files.hpp"
#include "crypto/x509/requests.hpp"
#include "protocol/codec/writer.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>

namespace serai::tests {
namespace {

using protocol::network::Party;
using protocol::network::PartyCode;
using protocol::network::PartyKind;

constexpr std::string_view kOrigin = "log.pve.example/test";
constexpr std::string_view kParties[] = {"KG", "KZ", "TJ", "TM", "UN", "UZ"};
constexpr std::uint64_t kDaySeconds = 24 * 60 * 60;

template <class T>
T value_of(Result<T> result, const char* what) {
    if (!result) {
        throw std::runtime_error{std::string{what} + ": " + result.error().message()};
    }
    return std::move(*result);
}

std::string trust_domain_of(std::string_view code) {
    std::string domain{code};
    std::transform(domain.begin(), domain.end(), domain.begin(), [](char c) {
        return static_cast<char>(c - 'A' + 'a');
    });
    return domain + ".pve.example";
}

CaOptions ca_options_now() {
    CaOptions options;
    options.not_before = UnixSeconds{now_seconds().value() - kDaySeconds};
    options.not_after = UnixSeconds{now_seconds().value() + 365 * kDaySeconds};
    return options;
}

void write_file(const std::filesystem::path& file, std::string_view text) {
    std::ofstream out{file, std::ios::binary};
    out << text;
    out.close();
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    if (!out) {
        throw std::runtime_error{"cannot write " + file.string()};
    }
}

}  // namespace

UnixMillis now_millis() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return UnixMillis{static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(since).count())};
}

UnixSeconds now_seconds() {
    return UnixSeconds{now_millis().value() / 1000};
}

LeafOptions leaf_options_now() {
    LeafOptions options;
    options.not_before = UnixSeconds{now_seconds().value() - 3600};
    options.not_after = UnixSeconds{now_seconds().value() + 90 * kDaySeconds};
    return options;
}

TestNetwork::TestNetwork()
    : config_file_(directory_.path() / "serai-server.toml"),
      log_key_(crypto::ed25519_generate()),
      tls_key_(crypto::ed25519_generate()) {
    for (const auto code : kParties) {
        cas_.emplace(code, TestCa{trust_domain_of(code), ca_options_now()});
    }
    make_genesis();
    write_keys();
    configure({});
}

void TestNetwork::make_genesis() {
    auto& statement = genesis_.statement;
    statement.network_id = NetworkId{crypto::system_random().array<32>()};
    statement.name = "Test network";
    statement.created = now_seconds();
    statement.log_origin = kOrigin;
    statement.log_key =
        value_of(crypto::merkle::VerifierKey::make(std::string{kOrigin}, log_key_.public_key),
                 "log key")
            .to_string();
    statement.server_key =
        value_of(crypto::x509::ed25519_spki_hash(tls_key_.public_key), "server key");
    for (const auto& [code, authority] : cas_) {
        statement.parties.push_back(
            Party{value_of(PartyCode::parse(code), "party"),
                  code == "UN" ? PartyKind::secretariat : PartyKind::member_state,
                  trust_domain_of(code),
                  {authority.certificate()}});
    }
    for (const auto& member : statement.parties) {
        genesis_.signatures.push_back(crypto::act::sign_genesis(
            statement, member.code, ca(member.code.text()).key().private_key));
    }
    network_ = value_of(crypto::act::verify_genesis(genesis_), "genesis");
}

const TestCa& TestNetwork::ca(std::string_view code) const {
    return cas_.find(code)->second;
}

const Party& TestNetwork::party(std::string_view code) const {
    return *genesis_.statement.party(value_of(PartyCode::parse(code), "party"));
}

TestDevice TestNetwork::device(std::string_view code, const std::string& path) const {
    LeafOptions options = leaf_options_now();
    options.uris = {ca(code).uri(path)};
    return device_with(code, ca(code), std::move(options));
}

TestDevice TestNetwork::device_with(std::string_view code,
                                    const TestCa& issuer,
                                    LeafOptions options) const {
    TestDevice device{
        value_of(PartyCode::parse(code), "party"), {}, crypto::ed25519_generate(), {}};
    options.public_key = device.keys.public_key;
    if (options.uris.size() == 1) {
        device.id = value_of(protocol::network::SpiffeId::parse(options.uris.front()), "identity");
    }
    device.chain = {issuer.issue(options)};
    return device;
}

Bytes TestNetwork::crl(std::string_view code, const std::vector<Bytes>& certificates) {
    return crl(code, certificates, now_seconds());
}

Bytes TestNetwork::crl(std::string_view code,
                       const std::vector<Bytes>& certificates,
                       UnixSeconds at) {
    CrlOptions options;
    options.number = ++crl_numbers_[std::string{code}];
    options.this_update = UnixSeconds{at.value() - 60};
    options.next_update = UnixSeconds{at.value() + 12 * 3600};
    for (const auto& der : certificates) {
        options.serials.push_back(
            value_of(crypto::x509::Certificate::parse(der), "certificate").serial());
    }
    return ca(code).crl(options);
}

void TestNetwork::write_keys() const {
    const auto folder = directory() / "keys";
    std::filesystem::create_directory(folder);
    write_file(directory() / "genesis.bin", as_text(protocol::codec::encode(genesis_)));
    const auto certificate = value_of(
        crypto::x509::make_server_certificate("127.0.0.1",
                                              tls_key_,
                                              UnixSeconds{now_seconds().value() - 3600},
                                              UnixSeconds{now_seconds().value() + kDaySeconds}),
        "server certificate");
    write_file(folder / "tls.crt", crypto::x509::pem_encode("CERTIFICATE", certificate));
    crypto::x509::pkcs8_pem(tls_key_.private_key)
        .with_bytes(crypto::SecretAccess{"key file of a test server"},
                    [&](ByteView pem) { write_file(folder / "tls.key", as_text(pem)); });
    crypto::x509::pkcs8_pem(log_key_.private_key)
        .with_bytes(crypto::SecretAccess{"key file of a test log"},
                    [&](ByteView pem) { write_file(folder / "log.key", as_text(pem)); });
}

void TestNetwork::configure(const ServerSettings& settings) {
    ServerSettings all{{"data_directory", "\"data\""},
                       {"genesis", "\"genesis.bin\""},
                       {"keys.log_key", "\"keys/log.key\""},
                       {"keys.tls_key", "\"keys/tls.key\""},
                       {"keys.tls_certificate", "\"keys/tls.crt\""},
                       {"listen.address", "\"127.0.0.1\""},
                       {"listen.port", "0"}};
    for (const auto& [key, value] : settings) {
        all[key] = value;
    }
    std::string text;
    for (const auto& [key, value] : all) {
        text += key + " = " + value + "\n";
    }
    write_file(config_file_, text);
}

client::connection::TlsContext TestNetwork::tls(const TestDevice& device) const {
    return value_of(client::connection::TlsContext::make(
                        device.chain, device.keys.private_key, genesis_.statement.server_key),
                    "TLS context");
}

ServerProcessOptions TestNetwork::server_options() const {
    ServerProcessOptions options;
    options.config = config_file_;
    options.directory = directory();
    return options;
}

}  // namespace serai::tests
