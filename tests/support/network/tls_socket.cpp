#include "tests/support/network/tls_socket.hpp"

#include "crypto/x509/key_files.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace serai::tests {
namespace {

template <auto Free>
struct Release {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

using ContextHandle = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, Release<SSL_free>>;
using X509Handle = std::unique_ptr<X509, Release<X509_free>>;

constexpr std::size_t kReadAhead = 128 * 1024;

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::runtime_error{std::string{"test TLS socket: "} + what};
    }
}

void use_chain(SSL_CTX* context, const std::vector<Bytes>& chain) {
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const unsigned char* at = chain[i].data();
        X509Handle certificate{d2i_X509(nullptr, &at, static_cast<long>(chain[i].size()))};
        require(certificate != nullptr, "bad certificate");
        if (i == 0) {
            require(SSL_CTX_use_certificate(context, certificate.get()) == 1, "certificate");
        } else {
            require(SSL_CTX_add1_chain_cert(context, certificate.get()) == 1, "chain");
        }
    }
}

ContextHandle make_context(const std::vector<Bytes>& chain,
                           const crypto::SignaturePrivateKey& key,
                           TlsVersion version) {
    ContextHandle context{SSL_CTX_new(TLS_client_method())};
    const int number = version == TlsVersion::tls12 ? TLS1_2_VERSION : TLS1_3_VERSION;
    SSL_CTX_set_min_proto_version(context.get(), number);
    SSL_CTX_set_max_proto_version(context.get(), number);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // As many records as have come with each system call: a load generator shares the processor with the server.
    SSL_CTX_set_read_ahead(context.get(), 1);
    SSL_CTX_set_default_read_buffer_len(context.get(), kReadAhead);
    // Certificates that a client should never have are what the tests are about.
    SSL_CTX_set_security_level(context.get(), 0);
    if (!chain.empty()) {
        use_chain(context.get(), chain);
        crypto::x509::pkcs8_der(key).with_bytes(
            crypto::SecretAccess{"key of a test device"}, [&](ByteView der) {
                require(SSL_CTX_use_PrivateKey_ASN1(EVP_PKEY_ED25519,
                                                    context.get(),
                                                    der.data(),
                                                    static_cast<long>(der.size())) == 1,
                        "private key");
            });
    }
    return context;
}

// A write to a connection that the server has closed is an answer, not the end of this program.
void ignore_broken_pipes() {
    static const bool once = [] {
        return ::signal(SIGPIPE, SIG_IGN) != SIG_ERR;
    }();
    require(once, "SIGPIPE");
}

int connect_tcp(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        const int error = errno;
        ::close(fd);
        errno = error;
        return -1;
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

void wait_for(int fd, short what) {
    pollfd waited{fd, what, 0};
    int ready = 0;
    do {
        ready = ::poll(&waited, 1, static_cast<int>(std::chrono::milliseconds{kPatience}.count()));
    } while (ready < 0 && errno == EINTR);
    require(ready > 0, "the server does not answer");
}

}  // namespace

struct TlsSocket::Impl {
    int fd = -1;
    ContextHandle context;
    SslHandle ssl;
    short wants = 0;  // what the last operation that would block waits for

    ~Impl() {
        ssl.reset();
        if (fd >= 0) {
            ::close(fd);
        }
    }

    // What an OpenSSL call that did not succeed means.
    State judge(int result) {
        const int error = SSL_get_error(ssl.get(), result);
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
            wants = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
            return State::would_block;
        }
        return State::ended;
    }

    template <class Operation>
    Step run(Operation&& operation) {
        ERR_clear_error();
        const int result = operation();
        if (result > 0) {
            return {State::ok, static_cast<std::size_t>(result)};
        }
        return {judge(result), 0};
    }
};

TlsSocket::TlsSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

TlsSocket::~TlsSocket() = default;
TlsSocket::TlsSocket(TlsSocket&&) noexcept = default;
TlsSocket& TlsSocket::operator=(TlsSocket&&) noexcept = default;

std::optional<TlsSocket> TlsSocket::connect(std::uint16_t port,
                                            const std::vector<Bytes>& chain,
                                            const crypto::SignaturePrivateKey& key,
                                            TlsVersion version) {
    ignore_broken_pipes();
    auto impl = std::make_unique<Impl>();
    impl->context = make_context(chain, key, version);
    impl->fd = connect_tcp(port);
    if (impl->fd < 0) {
        return std::nullopt;
    }
    impl->ssl.reset(SSL_new(impl->context.get()));
    require(SSL_set_fd(impl->ssl.get(), impl->fd) == 1, "SSL_set_fd");
    for (;;) {
        const Step step = impl->run([&] { return SSL_connect(impl->ssl.get()); });
        if (step.state == State::ok) {
            return TlsSocket{std::move(impl)};
        }
        if (step.state == State::ended) {
            return std::nullopt;
        }
        wait_for(impl->fd, impl->wants);
    }
}

TlsSocket::Step TlsSocket::try_read(std::span<std::uint8_t> out) {
    return impl_->run(
        [&] { return SSL_read(impl_->ssl.get(), out.data(), static_cast<int>(out.size())); });
}

TlsSocket::Step TlsSocket::try_write(ByteView bytes) {
    return impl_->run(
        [&] { return SSL_write(impl_->ssl.get(), bytes.data(), static_cast<int>(bytes.size())); });
}

bool TlsSocket::write(ByteView bytes) {
    while (!bytes.empty()) {
        const Step step = try_write(bytes);
        if (step.state == State::ended) {
            return false;
        }
        if (step.state == State::would_block) {
            wait_for(impl_->fd, impl_->wants);
        }
        bytes = bytes.subspan(step.bytes);
    }
    return true;
}

bool TlsSocket::read(Bytes& out) {
    std::array<std::uint8_t, 16 * 1024> buffer;
    for (;;) {
        const Step step = try_read(buffer);
        if (step.state == State::ended) {
            return false;
        }
        if (step.state == State::ok) {
            append(out, ByteView{buffer}.first(step.bytes));
            return true;
        }
        wait_for(impl_->fd, impl_->wants);
    }
}

int TlsSocket::descriptor() const {
    return impl_->fd;
}

}  // namespace serai::tests
