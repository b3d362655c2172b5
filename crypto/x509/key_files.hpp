// Ed25519 keys in the forms that files and TLS contexts want (RFC 8410, RFC 7468). Pure: reading and writing files is the
// caller's, and so is making them readable for their owner only.
#pragma once

#include "crypto/primitive/signature.hpp"
#include "crypto/secret/secret.hpp"
#include "crypto/x509/error.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace serai::crypto::x509 {

using Pkcs8Der = Secret<struct Pkcs8DerTag>;
using Pkcs8Pem = Secret<struct Pkcs8PemTag>;

// PrivateKeyInfo in DER: what boost::asio::ssl::context::use_private_key takes as asn1.
[[nodiscard]] Pkcs8Der pkcs8_der(const SignaturePrivateKey& key);

// The same as PEM text ("PRIVATE KEY"), as openssl genpkey writes it.
[[nodiscard]] Pkcs8Pem pkcs8_pem(const SignaturePrivateKey& key);

// Reads either of them; malformed for anything that is not exactly one unencrypted Ed25519 key.
Result<SignatureKeyPair> parse_private_key(SecretView pem_or_der);

// SubjectPublicKeyInfo of a 32-byte Ed25519 public key; bad lengths are malformed.
Result<Bytes> ed25519_spki(ByteView public_key);

// SHA-256 of ed25519_spki: what genesis holds of the server's TLS key.
Result<Digest> ed25519_spki_hash(ByteView public_key);

// PEM text of public data under a label such as "CERTIFICATE", "CERTIFICATE REQUEST" or "X509 CRL".
[[nodiscard]] std::string pem_encode(std::string_view label, ByteView der);

// The contents of all blocks of that label, in order; other labels are skipped. malformed if a block is damaged, there is
// none, or the text is over 1 MiB.
Result<std::vector<Bytes>> pem_decode(std::string_view label, std::string_view text);

}  // namespace serai::crypto::x509
