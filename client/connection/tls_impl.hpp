// What is behind TlsContext; for the files of this folder alone.
#pragma once

#include "client/connection/tls_context.hpp"

#include <boost/asio/ssl/context.hpp>

namespace serai::client::connection {

struct TlsContext::Impl {
    boost::asio::ssl::context context{boost::asio::ssl::context::tlsv13_client};
    Digest server_key{};
};

}  // namespace serai::client::connection
