// The WebSocket connection to the server (docs/protocol.md): whole binary messages in, whole binary messages out.
#pragma once

#include "client/connection/endpoint.hpp"
#include "client/connection/tls_context.hpp"
#include "client/error.hpp"

#include <chrono>
#include <memory>

namespace serai::client::connection {

// One thread at a time. Blocking: the connection is served (pings answered, data read) only while a call runs.
class WebSocket {
  public:
    // Resolves, connects, shakes hands, and upgrades to kSubprotocol, all within `timeout`. unreachable, timed_out,
    // wrong_server, certificate_refused; the diagnostics say more.
    static Result<WebSocket> connect(const Endpoint& endpoint,
                                     const TlsContext& tls,
                                     std::chrono::milliseconds timeout,
                                     Diagnostics& diagnostics);
    ~WebSocket();
    WebSocket(WebSocket&&) noexcept;
    WebSocket& operator=(WebSocket&&) noexcept;

    // Sends one message of at most limits::kMaxWebSocketMessage bytes. unreachable or timed_out end the connection.
    Result<void> send(ByteView message, std::chrono::milliseconds timeout);

    // The next message. timed_out leaves the connection as it is: a later call may still return it. certificate_refused when
    // the server ends the TLS session because of our certificate (in TLS 1.3 that is heard only here).
    Result<Bytes> receive(std::chrono::milliseconds timeout);

    // Says goodbye, waiting a moment for the answer. The destructor just drops the connection.
    void close();

  private:
    struct Impl;
    explicit WebSocket(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace serai::client::connection
