#include "client/documents/object_store.hpp"

#include "crypto/merkle/base64.hpp"
#include "protocol/base/error.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace serai::client::documents {
namespace {

using connection::HttpRequest;
using connection::HttpResponse;

constexpr std::string_view kFolder = "/documents/";
constexpr unsigned kOk = 200;
constexpr unsigned kCreated = 201;
constexpr unsigned kNoContent = 204;
constexpr unsigned kPartial = 206;

std::string target_of(const ObjectId& object) {
    return std::string{kFolder} + to_hex(object.value());
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

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
    request.target = "/documents";
    request.headers = {
        {"Tus-Resumable", "1.0.0"},
        {"Upload-Length", std::to_string(length)},
        {"Upload-Metadata", "channel " + crypto::merkle::base64_encode(group.value())}};
    SERAI_TRY(response, exchange(request, {kCreated}));
    const std::string_view location = response.header("Location");
    const std::size_t place = location.find(kFolder);
    const auto id = place == std::string_view::npos
                        ? std::nullopt
                        : array_from_hex<16>(location.substr(place + kFolder.size()));
    if (!id) {
        return diagnostics_->fail(ClientError::protocol_violation,
                                  "an upload without a usable location");
    }
    return ObjectId{*id};
}

Result<std::uint64_t> ObjectStore::durable_bytes(const ObjectId& object) {
    HttpRequest request;
    request.method = "HEAD";
    request.target = target_of(object);
    request.headers = {{"Tus-Resumable", "1.0.0"}};
    SERAI_TRY(response, exchange(request, {kOk}));
    const auto offset = number(response.header("Upload-Offset"));
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
    request.target = target_of(object);
    request.headers = {{"Tus-Resumable", "1.0.0"},
                       {"Content-Type", "application/offset+octet-stream"},
                       {"Upload-Offset", std::to_string(offset)}};
    request.body = bytes;
    SERAI_TRY(response, exchange(request, {kNoContent}));
    const auto durable = number(response.header("Upload-Offset"));
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
    request.target = target_of(object);
    request.headers = {
        {"Authorization", "Bearer " + to_hex(token)},
        {"Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + n - 1)}};
    SERAI_TRY(response, exchange(request, {kPartial}));
    if (response.body.size() != n) {
        return diagnostics_->fail(ClientError::protocol_violation,
                                  "another part of the document than was asked for");
    }
    return std::move(response.body);
}

}  // namespace serai::client::documents
