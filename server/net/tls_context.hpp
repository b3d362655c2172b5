// The TLS of the listening port: 1.3 only, a client certificate demanded and taken as it comes. Judging it is the gate's
// (server/session/gate.hpp), after the handshake, so that every refusal has its reason and its record.
//
// No tickets, no resumption, no early data: each of them would skip the certificate.
#pragma once

#include "crypto/x509/key_files.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <boost/asio/ssl/context.hpp>

#include <vector>

namespace serai::server::net {

// Certificate in DER and its Ed25519 key. The error is OpenSSL's.
Result<boost::asio::ssl::context> make_tls_context(ByteView certificate_der,
                                                   const crypto::SignaturePrivateKey& key);

// The certificates that the peer of an established connection presented, DER, its own first.
[[nodiscard]] std::vector<Bytes> presented_chain(ssl_st* connection);

}  // namespace serai::server::net
