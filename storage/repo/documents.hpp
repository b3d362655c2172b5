// Documents: which ciphertext objects there are, which version of which document each is, and who may fetch one.
//
// The bytes are in storage/objects; an object's life here: begun (by one device, for one channel), then sealed as a version of
// a document, or abandoned. Versions of a document are dense, from 1.
#pragma once

#include "protocol/message/request.hpp"
#include "storage/audit/audit_log.hpp"
#include "storage/kv/store.hpp"
#include "storage/repo/channel.hpp"
#include "storage/repo/lru.hpp"
#include "storage/repo/prepare.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace serai::storage::repo {

// An upload that is under way.
struct Upload {
    ObjectId object;
    GroupId group;
    protocol::network::SpiffeId device;  // the only one that may append to it or seal it
    std::uint64_t length = 0;            // bytes of ciphertext announced
    UnixMillis begun;

    void encode(protocol::codec::Writer& writer) const;
    static Result<Upload> decode(protocol::codec::Reader& reader);
};

struct Version {
    ObjectId object;
    protocol::network::SpiffeId originator;
    std::uint64_t length = 0;  // bytes of ciphertext
    Digest digest{};           // SHA-256 of the ciphertext
    Digest marking{};
    LogIndex leaf;  // of the sealing

    void encode(protocol::codec::Writer& writer) const;
    static Result<Version> decode(protocol::codec::Reader& reader);
};

// A document in memory, pinned by its intents. The overlay belongs to the committer's thread.
class Document {
  public:
    struct Overlay {
        GroupId group;  // set with the first version
        std::vector<Version> versions;
        std::unique_ptr<audit::Sequence> sequence;
    };

    Document(protocol::network::DocumentId id, Overlay overlay);

    [[nodiscard]] const protocol::network::DocumentId& id() const { return id_; }

    [[nodiscard]] const Overlay& overlay() const { return overlay_; }

    [[nodiscard]] Overlay& overlay() { return overlay_; }

    // What is durable: the channel (unset: no version is sealed) and the versions. Any thread.
    struct Durable {
        std::optional<GroupId> group;
        std::vector<Version> versions;
    };

    [[nodiscard]] std::shared_ptr<const Durable> durable() const;

    // The committer's: makes the overlay durable.
    void publish();

  private:
    protocol::network::DocumentId id_;
    Overlay overlay_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Durable> durable_;
};

using DocumentPtr = std::shared_ptr<Document>;

// What a grant's token stands for.
struct GrantState {
    protocol::network::SpiffeId device;
    GroupId group;
    protocol::network::DocumentId document;
    std::uint32_t version = 1;
    ObjectId object;
    std::uint64_t length = 0;  // bytes of ciphertext
    UnixSeconds expires;
    LogIndex leaf;  // of the opening

    void encode(protocol::codec::Writer& writer) const;
    static Result<GrantState> decode(protocol::codec::Reader& reader);
};

class Documents {
  public:
    Documents(kv::Store& store, audit::AuditLog& log, std::size_t keep_loaded);

    // A document, also one that has no version yet. Holding the result pins it.
    [[nodiscard]] Result<DocumentPtr> load(const protocol::network::DocumentId& id);

    // An upload under way; nullopt when it was never begun, is sealed or was abandoned. Reads the store.
    [[nodiscard]] Result<std::optional<Upload>> upload(const ObjectId& object) const;

    // Uploads begun before a time, for the collector; at most `max`.
    [[nodiscard]] Result<std::vector<Upload>> uploads_before(UnixMillis time,
                                                             std::size_t max) const;

    // Whether an object is sealed as a version of a document.
    [[nodiscard]] Result<bool> is_sealed(const ObjectId& object) const;

    // What a durable grant stands for; grant_expired for an unknown or expired token. The caller also asks, for each request and
    // while a transfer runs, that the device is still a member (Channel::head) and not revoked (Network::is_revoked).
    [[nodiscard]] Result<GrantState> grant(const Digest& token, UnixMillis now) const;

    // The overlay: uploads that are under way. The committer's thread.
    using Uploads = std::map<ObjectId, Upload>;

    [[nodiscard]] Uploads& uploads() { return uploads_; }

    // Fills the overlay; once, when the store is opened.
    Result<void> load_uploads();

  private:
    kv::Store& store_;
    audit::AuditLog& log_;
    Uploads uploads_;
    Lru<protocol::network::DocumentId, Document> loaded_;
};

inline constexpr std::size_t kMaxUploads = 64;  // under way, of one device

// An upload begins: the object id is new (drawn at random by the server); storage/objects may begin it once this is durable. Has
// no entry: nothing is visible yet. Response: Nothing. Refusals: forbidden (no member of the channel), not_found (not
// established), exists (the object id), rate_limited (kMaxUploads).
struct BeginUpload {
    ChannelPtr channel;
    ObjectId object;
    std::uint64_t length = 0;
};

// Gives up an upload; the caller then removes the object. By the server's collector, so nobody asks. Response: Nothing. not_found
// if it is sealed or gone.
struct AbandonUpload {
    ObjectId object;
};

// Makes an uploaded object a version of a document, after storage/objects has sealed it: content and entry are durable. Response:
// Receipt. Its entry concerns the channel's parties and the document. Refusals: not_found (no such upload under way, or a version
// whose predecessor is not there), forbidden (another device's upload, another channel's, no member, or a new version by
// another party than the first), exists (this version is there, or the document belongs to another channel), upload_incomplete
// (a length other than the upload's).
struct SealDocument {
    protocol::network::Act act;
    protocol::network::SealDocumentStatement statement;
    ChannelPtr channel;
    DocumentPtr document;
};

// The opening's entry, then a grant. Response: Grant. Concerns the channel's parties and the document. Refusals: not_found (no such
// version in this channel), forbidden (no member).
struct OpenDocument {
    protocol::network::Act act;
    protocol::network::OpenDocumentStatement statement;
    ChannelPtr channel;
    DocumentPtr document;
    UnixSeconds expires;
};

// Every byte arrived. Response: Receipt. Concerns the channel's parties and the document. Refusals: not_found (opened_at is no
// opening of this version by this device), exists (completed before), verification_failed (another digest), forbidden (no
// member).
struct CompleteDocument {
    protocol::network::Act act;
    protocol::network::CompleteDocumentStatement statement;
    ChannelPtr channel;
    DocumentPtr document;
};

[[nodiscard]] Prepared prepare(Repositories& repositories, commit::Asked asked, BeginUpload input);
[[nodiscard]] Prepared prepare(Repositories& repositories, AbandonUpload input);
[[nodiscard]] Prepared prepare(Repositories& repositories, commit::Asked asked, SealDocument input);
[[nodiscard]] Prepared prepare(Repositories& repositories, commit::Asked asked, OpenDocument input);
[[nodiscard]] Prepared prepare(Repositories& repositories,
                               commit::Asked asked,
                               CompleteDocument input);

}  // namespace serai::storage::repo
