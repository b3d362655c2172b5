// A TLS connection to the server that says exactly what it is told, byte for byte: for good clients, for bad ones, and for
// load. Believes any server; judging it is what tests/client is for.
#pragma once

#include "crypto/primitive/signature.hpp"
#include "protocol/base/bytes.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace serai::tests {

// Nothing below returns in silence when the server does not answer: after this long it throws std::runtime_error.
inline constexpr std::chrono::seconds kPatience{60};

enum class TlsVersion : std::uint8_t { tls12, tls13 };

// One thread at a time.
class TlsSocket {
  public:
    enum class State : std::uint8_t {
        ok,           // something was done
        would_block,  // nothing could be done now
        ended,        // the peer has closed or reset the connection
    };

    struct Step {
        State state = State::ok;
        std::size_t bytes = 0;
    };

    // Connects to this port of 127.0.0.1 and finishes the handshake. chain: DER, the device's certificate first; empty: no
    // client certificate. nullopt if the server ends the handshake. In TLS 1.3 it may refuse a certificate later.
    static std::optional<TlsSocket> connect(std::uint16_t port,
                                            const std::vector<Bytes>& chain,
                                            const crypto::SignaturePrivateKey& key,
                                            TlsVersion version = TlsVersion::tls13);
    ~TlsSocket();
    TlsSocket(TlsSocket&&) noexcept;
    TlsSocket& operator=(TlsSocket&&) noexcept;

    // Without waiting.
    Step try_read(std::span<std::uint8_t> out);
    Step try_write(ByteView bytes);

    // All of it; false if the connection ended.
    bool write(ByteView bytes);

    // Appends at least one byte; false if the connection ended.
    bool read(Bytes& out);

    // For poll().
    [[nodiscard]] int descriptor() const;

  private:
    struct Impl;
    explicit TlsSocket(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace serai::tests
