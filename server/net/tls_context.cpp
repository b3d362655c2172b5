#include "server/net/tls_context.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace serai::server::net {

namespace ssl = boost::asio::ssl;

namespace {

// In the place of OpenSSL's chain building: that the peer holds the key is proved by the handshake itself, and what the
// certificate is worth is judged later. So nothing that a stranger sends is parsed further here than TLS has to.
int take_any_certificate(X509_STORE_CTX* context, void*) {
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

bool restrict_protocol(SSL_CTX* context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // idle connections hold no buffers
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_num_tickets(context, 0) == 1 &&
           SSL_CTX_set_max_early_data(context, 0) == 1 &&
           SSL_CTX_set_ciphersuites(
               context,
               "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1 &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1 &&
           SSL_CTX_set1_sigalgs_list(context, "ed25519") == 1 &&
           // One more than we accept, so that a device with a P-256 key hears why instead of a bare TLS alert.
           SSL_CTX_set1_client_sigalgs_list(context, "ed25519:ECDSA+SHA256") == 1;
}

ErrorCode last_error() {
    return {static_cast<int>(ERR_get_error()), boost::asio::error::get_ssl_category()};
}

}  // namespace

Result<ssl::context> make_tls_context(ByteView certificate_der,
                                      const crypto::SignaturePrivateKey& key) {
    ssl::context context{ssl::context::tlsv13_server};
    auto* native = context.native_handle();
    if (!restrict_protocol(native)) {
        return last_error();
    }
    context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    SSL_CTX_set_cert_verify_callback(native, take_any_certificate, nullptr);
    boost::system::error_code error;
    context.use_certificate(boost::asio::buffer(certificate_der.data(), certificate_der.size()),
                            ssl::context::asn1,
                            error);
    if (error) {
        return error;
    }
    const auto key_der = crypto::x509::pkcs8_der(key);
    key_der.with_bytes(crypto::SecretAccess{"OpenSSL keeps the TLS key"}, [&](ByteView bytes) {
        context.use_private_key(
            boost::asio::buffer(bytes.data(), bytes.size()), ssl::context::asn1, error);
    });
    if (error) {
        return error;
    }
    return context;
}

std::vector<Bytes> presented_chain(ssl_st* connection) {
    std::vector<Bytes> chain;
    const auto add = [&chain](X509* certificate) {
        unsigned char* der = nullptr;
        const int size = i2d_X509(certificate, &der);
        if (size > 0) {
            chain.emplace_back(der, der + size);
            OPENSSL_free(der);
        }
    };
    if (X509* leaf = SSL_get0_peer_certificate(connection)) {
        add(leaf);
    }
    // On the server's side the stack leaves out the peer's own certificate.
    if (STACK_OF(X509)* others = SSL_get_peer_cert_chain(connection)) {
        for (int i = 0; i < sk_X509_num(others); ++i) {
            add(sk_X509_value(others, i));
        }
    }
    return chain;
}

}  // namespace serai::server::net
