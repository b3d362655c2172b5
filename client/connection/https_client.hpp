// Plain HTTPS requests to the same port with the same certificate: how documents' bytes move.
#pragma once

#include "client/connection/endpoint.hpp"
#include "client/connection/tls_context.hpp"
#include "client/error.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace serai::client::connection {

inline constexpr std::size_t kMaxHttpBody = 4 * 1024 * 1024;  // bytes, of a request or a response

struct HttpRequest {
    std::string method;  // "GET", "HEAD", "POST", "PATCH"
    std::string target;  // path and query
    std::vector<std::pair<std::string, std::string>> headers;
    ByteView body;  // must live until exchange returns
};

struct HttpResponse {
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    Bytes body;

    // The first header of that name, in any case; empty if there is none. Lives as long as *this.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

// Connects when first needed, keeps the connection for the next request, and connects anew after it broke. One thread at a
// time. A request is never repeated by itself.
class HttpsClient {
  public:
    HttpsClient(Endpoint endpoint, const TlsContext& tls, std::chrono::milliseconds timeout);
    ~HttpsClient();
    HttpsClient(HttpsClient&&) noexcept;
    HttpsClient& operator=(HttpsClient&&) noexcept;

    // Any status is a success here. Errors as of WebSocket::connect; protocol_violation for what is no HTTP or too large.
    Result<HttpResponse> exchange(const HttpRequest& request, Diagnostics& diagnostics);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace serai::client::connection
