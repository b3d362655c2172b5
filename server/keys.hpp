// The server's own keys: the log's, which signs checkpoints, and the one of its TLS certificate, whose hash is in the genesis.
#pragma once

#include "crypto/primitive/signature.hpp"
#include "crypto/secret/random.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/strong_id.hpp"
#include "server/config.hpp"
#include "storage/file/file_system.hpp"

#include <string>

namespace serai::server {

struct ServerKeys {
    crypto::SignatureKeyPair log_key;
    crypto::SignatureKeyPair tls_key;
    Bytes tls_certificate;   // DER, self-signed
    Digest tls_spki_hash{};  // what genesis pins
};

// Reads them. Throws ConfigError for a file that is missing, not what it should be, or readable for others than its owner.
[[nodiscard]] ServerKeys load_keys(const KeyConfig& config);

// What the founders of a network need of a new server.
struct NewKeys {
    std::string log_vkey;  // C2SP verifier key, named as the log's origin
    Digest tls_spki_hash{};
};

// Makes new keys and writes their files, which must not exist: private ones with mode 0600. They survive power loss once it returns.
// `host` is for the certificate. Throws ConfigError.
NewKeys generate_keys(const KeyConfig& config,
                      const std::string& log_origin,
                      const std::string& host,
                      UnixSeconds now,
                      crypto::Random& random = crypto::system_random(),
                      storage::file::FileSystem& files = storage::file::machine_file_system());

}  // namespace serai::server
