#include "server/service/web.hpp"

#include "crypto/merkle/tile.hpp"
#include "protocol/message/web.hpp"
#include "server/service/errors.hpp"

#include <algorithm>
#include <chrono>

namespace serai::server::service {

namespace merkle = crypto::merkle;
namespace message = protocol::message;
using net::HttpMethod;
using net::HttpOutcome;
using net::HttpRequest;
using net::HttpResponse;

namespace {

constexpr std::string_view kTusVersion = "1.0.0";
constexpr std::size_t kPart = 128 * 1024;

HttpResponse failure(const ErrorCode& error) {
    return HttpResponse::failure(wire_error(error));
}

HttpResponse with_tus(HttpResponse response) {
    response.headers.emplace_back("Tus-Resumable", kTusVersion);
    return response;
}

HttpResponse empty(unsigned status) {
    return {status, {}, {}, nullptr, 0};
}

// The bytes of a download, part by part; asks before each whether it may go on.
class DownloadSource final : public net::BodySource {
  public:
    DownloadSource(Documents::Download download, message::ByteRange range)
        : download_(std::move(download)), offset_(range.offset), left_(range.length) {}

    Result<Bytes> next() override {
        if (left_ == 0) {
            return Bytes{};
        }
        if (!download_.still_allowed()) {
            return WireError::grant_expired;
        }
        Bytes part(static_cast<std::size_t>(std::min<std::uint64_t>(left_, kPart)));
        SERAI_CHECK(download_.object->read(offset_, part));
        offset_ += part.size();
        left_ -= part.size();
        return part;
    }

  private:
    const Documents::Download download_;
    std::uint64_t offset_;
    std::uint64_t left_;
};

}  // namespace

HttpOutcome Web::handle(const session::Caller& caller, const HttpRequest& request) {
    if (!caller.allowance.take(std::chrono::steady_clock::now())) {
        return HttpResponse::failure(WireError::rate_limited);
    }
    if (caller.is_expired(context_.clock.now_seconds())) {
        return HttpResponse::failure(WireError::invalid_certificate);
    }
    const std::string_view target{request.target};
    if (target == message::kDocumentsPath || target.starts_with("/documents/")) {
        return documents(caller, request);
    }
    if (request.method != HttpMethod::get && request.method != HttpMethod::head) {
        auto response = HttpResponse::text(405, "method not allowed\n");
        response.headers.emplace_back("Allow", "GET, HEAD");
        return response;
    }
    if (target == "/checkpoint") {
        return checkpoint();
    }
    if (target.starts_with("/tile/")) {
        return tile(target.substr(1));
    }
    if (target == "/healthz") {
        return health();
    }
    return HttpResponse::failure(WireError::not_found);
}

HttpResponse Web::checkpoint() const {
    auto note = context_.repositories.log().checkpoint();
    return note ? HttpResponse::text(200, std::move(*note))
                : HttpResponse::failure(WireError::unavailable);
}

HttpResponse Web::tile(std::string_view path) const {
    const auto id = merkle::TileId::parse(path);
    if (!id) {
        return HttpResponse::failure(WireError::not_found);
    }
    const auto& log = context_.repositories.log();
    const auto bytes =
        id->level ? log.tile(*id->level, id->index, id->width) : log.entries(id->index, id->width);
    if (!bytes) {
        return failure(bytes.error());
    }
    HttpResponse response;
    response.headers.emplace_back("Content-Type", "application/octet-stream");
    response.body = std::string{as_text(*bytes)};
    return response;
}

HttpResponse Web::health() const {
    const bool writable = !context_.pipeline.counters().read_only && documents_.is_writable();
    return writable ? HttpResponse::text(200, "ok\n") : HttpResponse::text(503, "read-only\n");
}

// ---- documents ----

HttpOutcome Web::documents(const session::Caller& caller, const HttpRequest& request) {
    const std::string_view target{request.target};
    const bool collection = target == message::kDocumentsPath;
    if (request.method == HttpMethod::options && collection) {
        auto response = with_tus(empty(204));
        response.headers.emplace_back("Tus-Version", kTusVersion);
        response.headers.emplace_back("Tus-Extension", "creation");
        response.headers.emplace_back("Tus-Max-Size", std::to_string(limits::kMaxDocument));
        return response;
    }
    if (request.method != HttpMethod::get && request.tus_resumable != kTusVersion) {
        auto response = HttpResponse::text(412, "Tus-Resumable: 1.0.0 is needed\n");
        response.headers.emplace_back("Tus-Version", kTusVersion);
        return response;
    }
    if (collection) {
        return request.method == HttpMethod::post ? create(caller, request)
                                                  : HttpResponse::text(405, "method not allowed\n");
    }
    const auto id = message::parse_object_path(target);
    if (!id) {
        return HttpResponse::failure(WireError::not_found);
    }
    return object(caller, request, *id);
}

HttpResponse Web::create(const session::Caller& caller, const HttpRequest& request) {
    const auto length = message::parse_number(request.upload_length);
    const auto group = message::parse_upload_channel(request.upload_metadata);
    if (!length || !group) {
        return with_tus(HttpResponse::failure(WireError::malformed));
    }
    const auto object = documents_.begin_upload(caller, *group, *length);
    if (!object) {
        return with_tus(failure(object.error()));
    }
    auto response = with_tus(empty(201));
    response.headers.emplace_back("Location", message::object_path(*object));
    response.headers.emplace_back("Upload-Offset", "0");
    return response;
}

HttpOutcome Web::object(const session::Caller& caller,
                        const HttpRequest& request,
                        const ObjectId& id) {
    switch (request.method) {
        case HttpMethod::get:
            return fetch(caller, request, id);
        case HttpMethod::patch:
            return append(caller, request, id);
        case HttpMethod::head: {
            const auto progress = documents_.progress(caller, id);
            if (!progress) {
                return with_tus(failure(progress.error()));
            }
            auto response = with_tus(empty(200));
            response.headers.emplace_back("Upload-Offset", std::to_string(progress->offset));
            response.headers.emplace_back("Upload-Length", std::to_string(progress->length));
            return response;
        }
        default:
            return HttpResponse::text(405, "method not allowed\n");
    }
}

HttpOutcome Web::append(const session::Caller& caller,
                        const HttpRequest& request,
                        const ObjectId& id) {
    if (request.content_type != "application/offset+octet-stream") {
        return with_tus(HttpResponse::text(415, "malformed\n"));
    }
    const auto offset = message::parse_number(request.upload_offset);
    if (!offset) {
        return with_tus(HttpResponse::failure(WireError::malformed));
    }
    auto sink = documents_.append(caller, id, *offset);
    if (sink) {
        return std::move(*sink);
    }
    auto response = with_tus(failure(sink.error()));
    if (sink.error() == make_error_code(WireError::exists)) {
        if (const auto progress = documents_.progress(caller, id)) {
            response.headers.emplace_back("Upload-Offset", std::to_string(progress->offset));
        }
    }
    return response;
}

HttpResponse Web::fetch(const session::Caller& caller,
                        const HttpRequest& request,
                        const ObjectId& id) {
    const auto token = message::parse_bearer(request.authorization);
    if (!token) {
        return HttpResponse::failure(WireError::grant_expired);
    }
    auto download = documents_.download(caller, id, *token);
    if (!download) {
        return failure(download.error());
    }
    const auto size = download->object->size();
    const auto range = message::parse_range(request.range, size);
    if (!range) {
        auto response = HttpResponse::text(416, "range not satisfiable\n");
        response.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
        return response;
    }
    auto response = empty(range->partial ? 206 : 200);
    response.headers.emplace_back("Content-Type", "application/octet-stream");
    response.headers.emplace_back("Accept-Ranges", "bytes");
    response.headers.emplace_back("ETag", "\"" + to_hex(id.value()) + "\"");
    if (range->partial) {
        const auto last = range->offset + range->length - 1;
        response.headers.emplace_back("Content-Range",
                                      "bytes " + std::to_string(range->offset) + "-" +
                                          std::to_string(last) + "/" + std::to_string(size));
    }
    response.length = range->length;
    response.source = std::make_shared<DownloadSource>(std::move(*download), *range);
    return response;
}

}  // namespace serai::server::service
