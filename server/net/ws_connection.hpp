// The WebSocket half of a connection: one reader and one writer, and a session between them.
#pragma once

#include "server/net/connection_context.hpp"
#include "server/net/stream.hpp"
#include "server/session/registry.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace serai::server::net {

// Answers the upgrade (the head of an HTTP request, as it came) and serves until the connection ends. Runs on the stream's strand. The writer is a task of its own, so
// that a peer who does not read cannot keep us from reading, until its requests in flight are used up.
boost::asio::awaitable<void> serve_websocket(std::shared_ptr<const ConnectionContext> context,
                                             TlsStream stream,
                                             std::string upgrade_request,
                                             session::CallerPtr caller,
                                             std::shared_ptr<session::Abortable> place);

}  // namespace serai::server::net
