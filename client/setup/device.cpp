#include "client/setup/device.hpp"

#include "crypto/x509/key_files.hpp"
#include "crypto/x509/requests.hpp"
#include "protocol/base/limits.hpp"
#include "protocol/network/channel_rules.hpp"
#include "protocol/network/party.hpp"

namespace serai::client::setup {
namespace {

namespace mls = crypto::mls;
namespace x509 = crypto::x509;
using protocol::codec::Reader;
using protocol::codec::Writer;

constexpr std::uint16_t kVersion = 1;
constexpr std::string_view kPemMark = "-----BEGIN";

// struct { uint16 version = 1; SpiffeId id; opaque seed[32]; Certificate chain<V>; }
Result<Device> decode(ByteView bytes) {
    Reader reader{bytes};
    SERAI_TRY(version, reader.u16());
    if (version != kVersion) {
        return ClientError::vault_damaged;
    }
    SERAI_TRY(id, protocol::network::SpiffeId::decode(reader));
    SERAI_TRY(seed, reader.fixed(crypto::kEd25519SeedSize));
    SERAI_TRY(keys, crypto::ed25519_from_seed(crypto::Ed25519Seed::from_bytes(seed)));
    SERAI_TRY(chain, protocol::network::read_certificates(reader, limits::kMaxCertificateChain));
    if (!reader.at_end()) {
        return ClientError::vault_damaged;
    }
    return Device{std::move(id), std::move(keys), std::move(chain)};
}

}  // namespace

Device Device::make(protocol::network::SpiffeId id) {
    return {std::move(id), crypto::ed25519_generate(), {}};
}

Result<Device> Device::load(const vault::Vault& vault) {
    SERAI_TRY(record, vault.get(vault::Place::only(vault::Table::device)));
    if (!record) {
        return ClientError::not_set_up;
    }
    return record->with_bytes(crypto::SecretAccess{"loading the device's key"},
                              [](ByteView bytes) { return decode(bytes); });
}

void Device::save(vault::Batch& batch) const {
    const crypto::SecretAccess access{"saving the device's key in the vault"};
    Bytes encoded;
    constexpr std::size_t kRoom = 32 * 1024;
    encoded.reserve(kRoom);  // no reallocation, so no copy of the key is left behind
    Writer writer{encoded};
    writer.u16(kVersion);
    id.encode(writer);
    crypto::ed25519_seed(keys.private_key).with_bytes(access, [&](ByteView seed) {
        writer.fixed(seed);
    });
    protocol::network::write_certificates(writer, chain);
    batch.put(vault::Place::only(vault::Table::device), vault::Record::from_bytes(encoded));
    crypto::wipe(encoded);
}

Result<std::string> Device::certificate_request() const {
    SERAI_TRY(der, x509::make_certificate_request(id, keys));
    return x509::pem_encode("CERTIFICATE REQUEST", der);
}

Result<void> Device::install_certificate(ByteView pem_or_der,
                                         const x509::TrustStore& trust,
                                         UnixSeconds now,
                                         Diagnostics& diagnostics) {
    std::vector<Bytes> certificates{to_bytes(pem_or_der)};
    if (as_text(pem_or_der).find(kPemMark) != std::string_view::npos) {
        auto decoded = x509::pem_decode("CERTIFICATE", as_text(pem_or_der));
        if (!decoded) {
            return diagnostics.fail(ClientError::untrusted, "the file holds no certificate");
        }
        certificates = std::move(*decoded);
    }
    const auto identity = trust.verify(certificates, now, x509::Usage::tls_client);
    if (!identity) {
        return diagnostics.fail(ClientError::untrusted,
                                "the certificate is refused: " + identity.error().message());
    }
    if (identity->id != id) {
        return diagnostics.fail(ClientError::untrusted,
                                "the certificate is for " + identity->id.to_string() +
                                    " and this device is " + id.to_string());
    }
    if (identity->public_key != keys.public_key) {
        return diagnostics.fail(ClientError::untrusted,
                                "the certificate is for another key than this device's");
    }
    chain = std::move(certificates);
    return {};
}

mls::LeafIdentity Device::leaf_identity(std::uint16_t cipher_suite) const {
    mls::Credential credential;
    credential.value = mls::X509Credential{chain};
    return {std::move(credential),
            keys.clone("the MLS leaf signs with the device's one key"),
            mls::capabilities_for(
                static_cast<mls::CipherSuiteId>(cipher_suite),
                mls::CredentialType::x509,
                {mls::ExtensionType::last_resort_key_package,
                 static_cast<mls::ExtensionType>(protocol::network::kChannelRulesExtension),
                 static_cast<mls::ExtensionType>(protocol::network::kChainHeadExtension)}),
            {}};
}

const mls::CipherSuite* Device::usable_suite(std::uint16_t cipher_suite) {
    const auto* suite = mls::CipherSuite::find(static_cast<mls::CipherSuiteId>(cipher_suite));
    const bool usable =
        suite != nullptr && suite->signature_scheme() == crypto::SignatureScheme::ed25519;
    return usable ? suite : nullptr;
}

}  // namespace serai::client::setup
