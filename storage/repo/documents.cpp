#include "storage/repo/documents.hpp"

#include "crypto/primitive/hash.hpp"
#include "protocol/base/limits.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/scan.hpp"

namespace serai::storage::repo {
namespace {

namespace keyspace = kv::keyspace;
using kv::make_key;
using kv::Space;
using protocol::codec::decode_exact;
using protocol::network::DocumentId;

}  // namespace

Document::Document(DocumentId id, Overlay overlay) : id_(id), overlay_(std::move(overlay)) {
    publish();
}

std::shared_ptr<const Document::Durable> Document::durable() const {
    const std::lock_guard lock{mutex_};
    return durable_;
}

void Document::publish() {
    auto durable = std::make_shared<Durable>();
    if (!overlay_.versions.empty()) {
        durable->group = overlay_.group;
    }
    durable->versions = overlay_.versions;
    const std::lock_guard lock{mutex_};
    durable_ = std::move(durable);
}

Documents::Documents(kv::Store& store, audit::AuditLog& log, std::size_t keep_loaded)
    : store_(store), log_(log), loaded_(keep_loaded) {}

Result<DocumentPtr> Documents::load(const DocumentId& id) {
    return loaded_.load(id, [&]() -> Result<DocumentPtr> {
        Document::Overlay overlay;
        SERAI_TRY(group, store_.get(Space::state, make_key(keyspace::kDocument, id)));
        if (group) {
            SERAI_CHECK(for_each_row(store_,
                                     make_key(keyspace::kVersion, id),
                                     [&](ByteView, ByteView value) -> Result<void> {
                                         SERAI_TRY(version, decode_exact<Version>(value));
                                         overlay.versions.push_back(std::move(version));
                                         return {};
                                     }));
            overlay.group = GroupId{bytes_at<32>(*group, 0)};
        }
        SERAI_TRY(sequence, log_.load_sequence(audit::SequenceId::of(id)));
        overlay.sequence = std::move(sequence);
        return std::make_shared<Document>(id, std::move(overlay));
    });
}

Result<void> Documents::load_uploads() {
    return for_each_row(
        store_, make_key(keyspace::kUpload), [&](ByteView, ByteView value) -> Result<void> {
            SERAI_TRY(upload, decode_exact<Upload>(value));
            const ObjectId object = upload.object;
            uploads_.emplace(object, std::move(upload));
            return {};
        });
}

Result<std::optional<Upload>> Documents::upload(const ObjectId& object) const {
    SERAI_TRY(row, store_.get(Space::state, make_key(keyspace::kUpload, object)));
    if (!row) {
        return std::optional<Upload>{};
    }
    SERAI_TRY(upload, decode_exact<Upload>(*row));
    return std::optional{std::move(upload)};
}

Result<std::vector<Upload>> Documents::uploads_before(UnixMillis time, std::size_t max) const {
    std::vector<Upload> out;
    SERAI_CHECK(for_each_row(
        store_, make_key(keyspace::kUpload), [&](ByteView, ByteView value) -> Result<void> {
            SERAI_TRY(upload, decode_exact<Upload>(value));
            if (upload.begun < time && out.size() < max) {
                out.push_back(std::move(upload));
            }
            return {};
        }));
    return out;
}

Result<bool> Documents::is_sealed(const ObjectId& object) const {
    SERAI_TRY(row, store_.get(Space::state, make_key(keyspace::kSealedObject, object)));
    return row.has_value();
}

Result<GrantState> Documents::grant(const Digest& token, UnixMillis now) const {
    const Digest hash = crypto::sha256(token);
    SERAI_TRY(row, store_.get(Space::state, make_key(keyspace::kGrant, ByteView{hash})));
    if (!row) {
        return WireError::grant_expired;
    }
    SERAI_TRY(grant, decode_exact<GrantState>(*row));
    if (grant.expires.value() * 1000 < now.value()) {
        return WireError::grant_expired;
    }
    return std::move(grant);
}

}  // namespace serai::storage::repo
