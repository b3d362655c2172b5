// One accepted TCP connection, from the TLS handshake to its end: the gate judges the certificate, then come HTTP/1.1 requests,
// one of which may turn the connection into a WebSocket (ws_connection.hpp).
//
// A refused certificate is told so: whatever the first request was, its answer is 403 with the reason's name, and the
// connection ends.
#pragma once

#include "server/net/connection_context.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>

namespace serai::server::net {

// Serves until the connection ends. `handshake_done` is called once, when the TLS handshake has ended either way. The
// socket's executor is the connection's strand, and the coroutine must run on it. Registered with the registry, which can
// abort it.
boost::asio::awaitable<void> serve_connection(std::shared_ptr<const ConnectionContext> context,
                                              boost::asio::ip::tcp::socket socket,
                                              std::function<void()> handshake_done);

}  // namespace serai::server::net
