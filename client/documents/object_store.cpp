#include "client/documents/object_store.hpp"

#include "protocol/base/error.hpp"
#include "protocol/message/web.hpp"

#include <algorithm>
#include <optional>

namespace serai::client::documents {
namespace {

namespace message = protocol::message;
using connection::HttpRequest;
using connection::HttpResponse;

constexpr unsigned kOk = 200;
constexpr unsigned kCreated = 201;
constexpr unsigned kNoContent = 204;
constexpr unsigned kPartial = 206;

// The error that a refusal names in its header.
std::optional<WireError> refusal(const HttpResponse& response) {
    const std::string_view named = response.header("Serai-Error");
    for (std::uint16_t value = kFirstWireError; value <= kLastWireError; ++value) {
        if (name(static_cast<WireError>(value)) == named) {
            return static_cast<WireError>(value);
        }
    }
    return std::nullopt;
}

}  // namespace

Result<HttpResponse> ObjectStore::exchange(const HttpRequest& request,
                                           std::initializer_list<unsigned> expected) {
    SERAI_TRY(response, https_->exchange(request, *diagnostics_));
    if (std::ranges::find(expected, response.status) != expected.end()) {
        return std::move(response);
    }
    const std::string words =
        request.method + " " + request.target + " was answered " + std::to_string(response.status);
    if (const auto error = refusal(response)) {
        return diagnostics_->fail(make_error_code(*error), words);
    }
    return diagnostics_->fail(ClientError::protocol_violation, words);
}

Result<ObjectId> ObjectStore::begin(const GroupId& group, std::uint64_t length) {
    HttpRequest request;
    request.method = "POST";
    request.target = message::kDocumentsPath;
    request.headers = {{"Tus-Resumable", "1.0.0"},
                       {"Upload-Length", std::to_string(length)},
                       {"Upload-Metadata", message::upload_metadata(group)}};
    SERAI_TRY(response, exchange(request, {kCreated}));
    const std::string_view location = response.header("Location");
    // An absolute address is allowed too (tus 1.0).
    const auto id = message::parse_object_path(
        location.substr(std::min(location.find(message::kDocumentsPath), location.size())));
    if (!id) {
        return diagnostics_->fail(ClientError::protocol_violation,
                                  "an upload without a usable location");
    }
    return *id;
}

Result<std::uint64_t> ObjectStore::durable_bytes(const ObjectId& object) {
    HttpRequest request;
    request.method = "HEAD";
    request.target = message::object_path(object);
    request.headers = {{"Tus-Resumable", "1.0.0"}};
    SERAI_TRY(response, exchange(request, {kOk}));
    const auto offset = message::parse_number(response.header("Upload-Offset"));
    if (!offset) {
        return diagnostics_->fail(ClientError::protocol_violation, "an upload without an offset");
    }
    return *offset;
}

Result<std::uint64_t> ObjectStore::append(const ObjectId& object,
                                          std::uint64_t offset,
                                          ByteView bytes) {
    HttpRequest request;
    request.method = "PATCH";
    request.target = message::object_path(object);
    request.headers = {{"Tus-Resumable", "1.0.0"},
                       {"Content-Type", "application/offset+octet-stream"},
                       {"Upload-Offset", std::to_string(offset)}};
    request.body = bytes;
    SERAI_TRY(response, exchange(request, {kNoContent}));
    const auto durable = message::parse_number(response.header("Upload-Offset"));
    if (!durable || *durable > offset + bytes.size()) {
        return diagnostics_->fail(ClientError::protocol_violation, "an upload without an offset");
    }
    return *durable;
}

Result<Bytes> ObjectStore::read(const ObjectId& object,
                                const Digest& token,
                                std::uint64_t offset,
                                std::uint64_t n) {
    HttpRequest request;
    request.method = "GET";
    request.target = message::object_path(object);
    request.headers = {
        {"Authorization", message::bearer(token)},
        {"Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + n - 1)}};
    SERAI_TRY(response, exchange(request, {kPartial}));
    if (response.body.size() != n) {
        return diagnostics_->fail(ClientError::protocol_violation,
                                  "another part of the document than was asked for");
    }
    return std::move(response.body);
}

}  // namespace serai::client::documents
