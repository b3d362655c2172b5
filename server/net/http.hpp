// HTTP as the services see it: plain values, no Beast. Everything here is called on the blocking pool.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"
#include "protocol/base/result.hpp"
#include "server/session/caller.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace serai::server::net {

enum class HttpMethod : std::uint8_t { get, head, post, patch, options, other };

// The head of a request, with the header fields that somebody here reads; empty when absent.
struct HttpRequest {
    HttpMethod method = HttpMethod::other;
    std::string target;  // as sent, without a fragment
    std::string authorization;
    std::string range;
    std::string content_type;
    std::string tus_resumable;
    std::string upload_length;
    std::string upload_offset;
    std::string upload_metadata;
    std::optional<std::uint64_t> content_length;  // nullopt for a chunked body
};

// Bytes of a response body that do not fit into memory. One thread at a time.
class BodySource {
  public:
    BodySource() = default;
    BodySource(const BodySource&) = delete;
    BodySource& operator=(const BodySource&) = delete;
    virtual ~BodySource() = default;

    // The next part, at most 256 KiB; empty: no more. An error ends the connection in the middle of the body, which a client
    // sees as a short read.
    virtual Result<Bytes> next() = 0;
};

struct HttpResponse {
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::shared_ptr<BodySource> source;  // instead of `body`
    std::uint64_t length = 0;  // of `source`, or of what a HEAD would be told; else unused

    static HttpResponse text(unsigned status, std::string body) {
        return {
            status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body), nullptr, 0};
    }

    // An error of the wire: its status, its name as the header Serai-Error and as the body.
    static HttpResponse failure(WireError error);
};

// Takes a request's body. One thread at a time.
class BodySink {
  public:
    BodySink() = default;
    BodySink(const BodySink&) = delete;
    BodySink& operator=(const BodySink&) = delete;
    virtual ~BodySink() = default;

    // A part in order. The error is what finish() will answer; no more parts come after one.
    virtual Result<void> write(ByteView part) = 0;

    // After the last part, a failed write, or (complete = false) a connection that broke: what did come is kept.
    virtual HttpResponse finish(bool complete) = 0;
};

// An answer, or something to put the body into first.
using HttpOutcome = std::variant<HttpResponse, std::shared_ptr<BodySink>>;

// Thread-safe.
class HttpService {
  public:
    HttpService() = default;
    HttpService(const HttpService&) = delete;
    HttpService& operator=(const HttpService&) = delete;
    virtual ~HttpService() = default;

    virtual HttpOutcome handle(const session::Caller& caller, const HttpRequest& request) = 0;
};

}  // namespace serai::server::net
