// What a device or a server makes itself from its own key: the certificate request for its CA, and the server's self-signed TLS
// certificate, which clients trust by its key alone (genesis pins the hash of its SubjectPublicKeyInfo).
#pragma once

#include "crypto/primitive/signature.hpp"
#include "crypto/secret/random.hpp"
#include "crypto/x509/error.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <string_view>

namespace serai::crypto::x509 {

// A PKCS #10 request (DER) that names the identity as its one URI. Only a memory failure can make it fail (openssl_failure).
Result<Bytes> make_certificate_request(const protocol::network::SpiffeId& id,
                                       const SignatureKeyPair& key);

// A self-signed certificate (DER) for TLS server authentication. `host` is a DNS name or an IP address, for tools that look
// at it; malformed if it is neither.
Result<Bytes> make_server_certificate(std::string_view host,
                                      const SignatureKeyPair& key,
                                      UnixSeconds not_before,
                                      UnixSeconds not_after,
                                      Random& random = system_random());

}  // namespace serai::crypto::x509
