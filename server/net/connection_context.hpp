// What every connection of the listening port shares.
#pragma once

#include "server/admin/metrics.hpp"
#include "server/config.hpp"
#include "server/net/http.hpp"
#include "server/runtime/log.hpp"
#include "server/runtime/task_group.hpp"
#include "server/runtime/worker_pool.hpp"
#include "server/session/caller.hpp"
#include "server/session/gate.hpp"
#include "server/session/registry.hpp"
#include "server/session/session.hpp"

#include <boost/asio/ssl/context.hpp>

#include <string>

namespace serai::server::net {

// References to what outlives every connection.
struct ConnectionContext {
    boost::asio::ssl::context& tls;
    session::Gate& gate;
    session::Registry& registry;
    session::RequestHandler& requests;
    HttpService& http;
    runtime::WorkerPool& blocking;
    runtime::TaskGroup& tasks;
    admin::Metrics& metrics;
    const runtime::Log& log;
    LimitConfig limits;
};

}  // namespace serai::server::net
