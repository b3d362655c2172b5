// Documents: the accountable requests (seal, open, complete), and the bytes, which come and go over HTTPS.
#pragma once

#include "protocol/message/request.hpp"
#include "server/net/http.hpp"
#include "server/service/context.hpp"
#include "server/service/uploads.hpp"
#include "storage/objects/object_store.hpp"

#include <memory>

namespace serai::server::service {

inline constexpr std::uint64_t kGrantSeconds = 3600;              // from the opening
inline constexpr std::uint64_t kUploadMillis = 24 * 3600 * 1000;  // for an upload to be sealed

// Runs on the worker pools; thread-safe.
class Documents {
  public:
    // Reads which uploads are unfinished.
    Documents(const Context& context, storage::objects::ObjectStore& objects);

    void handle(const Call& call, protocol::message::SealDocument request) const;
    void handle(const Call& call, protocol::message::OpenDocument request) const;
    void handle(const Call& call, protocol::message::CompleteDocument request) const;

    // The HTTP side; docs/protocol.md, section 8. Errors as errors.hpp translates them.
    struct Progress {
        std::uint64_t offset = 0;  // bytes that are durable
        std::uint64_t length = 0;  // bytes announced
    };

    Result<ObjectId> begin_upload(const session::Caller& caller,
                                  const GroupId& group,
                                  std::uint64_t length);
    Result<Progress> progress(const session::Caller& caller, const ObjectId& object) const;

    // `exists` if `offset` is not where the upload ends.
    Result<std::shared_ptr<net::BodySink>> append(const session::Caller& caller,
                                                  const ObjectId& object,
                                                  std::uint64_t offset) const;

    // What a grant gives to read. It stops giving once the device is no member any more, revoked, or the grant has expired.
    struct Download {
        std::shared_ptr<const storage::objects::ObjectReader> object;
        std::function<bool()> still_allowed;  // cheap
    };

    Result<Download> download(const session::Caller& caller,
                              const ObjectId& object,
                              const Digest& token) const;

    // False after a failed write of a file: until the next start nothing can be uploaded, sealed or removed.
    [[nodiscard]] bool is_writable() const { return objects_.is_writable(); }

    // Removes files that stand for nothing. Before anything is served.
    void remove_leftovers() const;

    // Gives up uploads that are older than kUploadMillis.
    void collect() const;

  private:
    Result<storage::repo::Upload> own_upload(const session::Caller& caller,
                                             const ObjectId& object) const;
    Result<storage::repo::SealDocument> check_seal(const Call& call,
                                                   protocol::message::SealDocument request) const;
    [[nodiscard]] bool forget(const ObjectId& object) const;
    void abandon(const ObjectId& object) const;

    const Context& context_;
    storage::objects::ObjectStore& objects_;
    const std::shared_ptr<Uploads> uploads_;
};

}  // namespace serai::server::service
