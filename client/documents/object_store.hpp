// The server's store of ciphertext, over HTTPS (docs/protocol.md, section 8): tus uploads, ranged downloads.
#pragma once

#include "client/connection/https_client.hpp"
#include "client/error.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/strong_id.hpp"

#include <cstdint>

namespace serai::client::documents {

inline constexpr std::uint64_t kTransferStep = 1024 * 1024;  // bytes of one request

// One thread. Errors of HttpsClient::exchange, and the server's refusals as WireError.
class ObjectStore {
  public:
    ObjectStore(connection::HttpsClient& https, Diagnostics& diagnostics)
        : https_(&https), diagnostics_(&diagnostics) {}

    // Begins an upload of that many bytes for a channel.
    Result<ObjectId> begin(const GroupId& group, std::uint64_t length);

    // Bytes that are durable; not_found if the server has no such unfinished upload of ours.
    Result<std::uint64_t> durable_bytes(const ObjectId& object);

    // Appends at `offset`; returns the durable bytes after it.
    Result<std::uint64_t> append(const ObjectId& object, std::uint64_t offset, ByteView bytes);

    // Bytes [offset, offset + n) of a sealed object, all of them.
    Result<Bytes> read(const ObjectId& object,
                       const Digest& token,
                       std::uint64_t offset,
                       std::uint64_t n);

  private:
    Result<connection::HttpResponse> exchange(const connection::HttpRequest& request,
                                              std::initializer_list<unsigned> expected);

    connection::HttpsClient* https_;
    Diagnostics* diagnostics_;
};

}  // namespace serai::client::documents
