#include "server/keys.hpp"

#include "crypto/merkle/note.hpp"
#include "crypto/secret/secret.hpp"
#include "crypto/x509/certificate.hpp"
#include "crypto/x509/key_files.hpp"
#include "crypto/x509/requests.hpp"
#include "storage/file/durable.hpp"

#include <boost/system/errc.hpp>
#include <sys/stat.h>

#include <fstream>

namespace serai::server {

namespace file = storage::file;
namespace x509 = crypto::x509;
using std::filesystem::path;

namespace {

constexpr std::uint64_t kTenYears = 10ull * 366 * 24 * 3600;  // clients trust the key, not the date

[[noreturn]] void fail(const path& name, std::string_view what) {
    throw ConfigError(name.string() + ": " + std::string{what});
}

std::string read_text(const path& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in) {
        fail(file, "cannot be read");
    }
    return {std::istreambuf_iterator<char>{in}, {}};
}

crypto::SignatureKeyPair read_key(const path& file) {
    struct stat status {};

    if (::stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        fail(file, "a private key that others can read; its mode must be 0600");
    }
    auto text = read_text(file);
    const auto secret = x509::Pkcs8Pem::from_bytes(as_bytes(text));
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    auto key = x509::parse_private_key(secret);
    if (!key) {
        fail(file, "is no unencrypted Ed25519 key in PEM");
    }
    return std::move(*key);
}

Bytes read_certificate(const path& file) {
    auto blocks = x509::pem_decode("CERTIFICATE", read_text(file));
    if (!blocks || blocks->size() != 1) {
        fail(file, "is not exactly one certificate in PEM");
    }
    return std::move(blocks->front());
}

class KeyWriter {
  public:
    explicit KeyWriter(file::FileSystem& files) : files_(files) {}

    void write(const path& name, const crypto::SignatureKeyPair& key) {
        x509::pkcs8_pem(key.private_key)
            .with_bytes(crypto::SecretAccess{"written to the server's key file"},
                        [&](ByteView pem) { write(name, pem, file::OpenMode::create_new); });
    }

    void write(const path& name, ByteView content, file::OpenMode mode) {
        auto done = file::make_folders(files_, file::folder_of(name), file::SyncPoint::key_parent);
        if (done) {
            done = file::write_new(files_,
                                   name,
                                   content,
                                   mode,
                                   file::SyncPoint::key_file,
                                   file::SyncPoint::key_directory);
        }
        if (!done) {
            fail(name,
                 done.error() == boost::system::errc::file_exists
                     ? "exists already; it is not overwritten"
                     : "could not be written: " + done.error().message());
        }
    }

  private:
    file::FileSystem& files_;
};

void refuse_existing(const KeyConfig& config) {
    for (const auto& file : {config.log_key, config.tls_key, config.tls_certificate}) {
        if (std::filesystem::exists(file)) {
            fail(file, "exists already; it is not overwritten");
        }
    }
}

}  // namespace

ServerKeys load_keys(const KeyConfig& config) {
    ServerKeys keys{read_key(config.log_key),
                    read_key(config.tls_key),
                    read_certificate(config.tls_certificate),
                    {}};
    const auto certificate = x509::Certificate::parse(keys.tls_certificate);
    if (!certificate || certificate->public_key() != keys.tls_key.public_key) {
        fail(config.tls_certificate, "is not a certificate of the TLS key");
    }
    keys.tls_spki_hash = certificate->spki_hash();
    return keys;
}

NewKeys generate_keys(const KeyConfig& config,
                      const std::string& log_origin,
                      const std::string& host,
                      UnixSeconds now,
                      crypto::Random& random,
                      file::FileSystem& files) {
    refuse_existing(config);
    const auto log_key = crypto::ed25519_generate(random);
    const auto tls_key = crypto::ed25519_generate(random);
    const auto vkey = crypto::merkle::VerifierKey::make(log_origin, log_key.public_key);
    if (!vkey) {
        throw ConfigError("the origin must be a name without spaces and plus signs");
    }
    const auto certificate = x509::make_server_certificate(
        host, tls_key, now, UnixSeconds{now.value() + kTenYears}, random);
    const auto hash = x509::ed25519_spki_hash(tls_key.public_key);
    if (!certificate || !hash) {
        throw ConfigError("the host must be a DNS name or an IP address");
    }
    KeyWriter writer{files};
    writer.write(config.log_key, log_key);
    writer.write(config.tls_key, tls_key);
    const auto pem = x509::pem_encode("CERTIFICATE", *certificate);
    writer.write(config.tls_certificate, as_bytes(pem), file::OpenMode::create_public);
    return {vkey->to_string(), *hash};
}

}  // namespace serai::server
