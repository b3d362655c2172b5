#include "client/connection/tls_context.hpp"

#include "client/connection/tls_impl.hpp"
#include "client/error.hpp"
#include "crypto/x509/certificate.hpp"
#include "crypto/x509/key_files.hpp"

#include <boost/asio/buffer.hpp>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>

namespace serai::client::connection {

namespace asio = boost::asio;

namespace {

// Decides about the server's certificate in place of OpenSSL's path validation: TLS itself proves that the peer has the key.
int judge_server(X509_STORE_CTX* store, void* argument) {
    const auto* impl = static_cast<const TlsContext::Impl*>(argument);
    X509* certificate = X509_STORE_CTX_get0_cert(store);
    unsigned char* der = nullptr;
    const int size = certificate == nullptr ? -1 : i2d_X509(certificate, &der);
    if (size > 0) {
        const auto parsed =
            crypto::x509::Certificate::parse(ByteView{der, static_cast<std::size_t>(size)});
        OPENSSL_free(der);
        if (parsed && parsed->spki_hash() == impl->server_key) {
            X509_STORE_CTX_set_error(store, X509_V_OK);
            return 1;
        }
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
}

}  // namespace

TlsContext::TlsContext(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

TlsContext::~TlsContext() = default;
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;

Result<TlsContext> TlsContext::make(std::span<const Bytes> chain,
                                    const crypto::SignaturePrivateKey& key,
                                    const Digest& server_key) {
    auto impl = std::make_shared<Impl>();
    impl->server_key = server_key;
    SSL_CTX* native = impl->context.native_handle();
    SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(native, judge_server, impl.get());

    std::string pem;
    for (const Bytes& certificate : chain) {
        pem += crypto::x509::pem_encode("CERTIFICATE", certificate);
    }
    ErrorCode error;
    impl->context.use_certificate_chain(asio::buffer(pem), error);
    if (error) {
        return ClientError::untrusted;
    }
    crypto::x509::pkcs8_der(key).with_bytes(
        crypto::SecretAccess{"OpenSSL signs the TLS handshake with it"}, [&](ByteView der) {
            impl->context.use_private_key(
                asio::buffer(der.data(), der.size()), asio::ssl::context::asn1, error);
        });
    if (error || SSL_CTX_check_private_key(native) != 1) {
        return ClientError::untrusted;
    }
    return TlsContext{std::move(impl)};
}

}  // namespace serai::client::connection
