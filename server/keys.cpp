#include "server/keys.hpp"

#include "crypto/merkle/note.hpp"
#include "crypto/secret/secret.hpp"
#include "crypto/x509/certificate.hpp"
#include "crypto/x509/key_files.hpp"
#include "crypto/x509/requests.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace serai::server {

namespace x509 = crypto::x509;
using std::filesystem::path;

namespace {

constexpr std::uint64_t kTenYears = 10ull * 366 * 24 * 3600;  // clients trust the key, not the date

[[noreturn]] void fail(const path& file, std::string_view what) {
    throw ConfigError(file.string() + ": " + std::string{what});
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

// A new file, on the disk before we return.
void write_new(const path& file, ByteView content, mode_t mode) {
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    const int descriptor =
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (descriptor < 0) {
        fail(file,
             errno == EEXIST ? "exists already; it is not overwritten" : std::strerror(errno));
    }
    std::size_t written = 0;
    while (written < content.size()) {
        const auto n = ::write(descriptor, content.data() + written, content.size() - written);
        if (n <= 0) {
            break;
        }
        written += static_cast<std::size_t>(n);
    }
    const bool synced = ::fsync(descriptor) == 0;
    const bool closed = ::close(descriptor) == 0;
    if (written != content.size() || !synced || !closed) {
        fail(file, "could not be written");
    }
}

void write_key(const path& file, const crypto::SignatureKeyPair& key) {
    x509::pkcs8_pem(key.private_key)
        .with_bytes(crypto::SecretAccess{"written to the server's key file"},
                    [&](ByteView pem) { write_new(file, pem, S_IRUSR | S_IWUSR); });
}

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
                      crypto::Random& random) {
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
    write_key(config.log_key, log_key);
    write_key(config.tls_key, tls_key);
    const auto pem = x509::pem_encode("CERTIFICATE", *certificate);
    write_new(config.tls_certificate, as_bytes(pem), S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
    return {vkey->to_string(), *hash};
}

}  // namespace serai::server
