#include "server/service/documents.hpp"

#include "server/service/errors.hpp"
#include "server/service/submit.hpp"
#include "server/service/verify.hpp"

#include <algorithm>
#include <utility>

namespace serai::server::service {

namespace message = protocol::message;
namespace network = protocol::network;
namespace repo = storage::repo;
using storage::commit::Verdict;
using storage::objects::ObjectError;

namespace {

constexpr std::size_t kCollectAtOnce = 256;
constexpr std::size_t kAllUploads = 100'000;

std::string decimal(std::uint64_t value) {
    return std::to_string(value);
}

// Appends the parts of one PATCH.
class UploadSink final : public net::BodySink {
  public:
    UploadSink(storage::objects::ObjectStore& objects, repo::Upload upload, std::uint64_t offset)
        : objects_(objects), upload_(std::move(upload)), offset_(offset) {}

    Result<void> write(ByteView part) override {
        const auto room = static_cast<std::size_t>(
            std::min<std::uint64_t>(part.size(), upload_.length - offset_));
        const auto written =
            objects_.append(upload_.object, offset_, part.first(room), upload_.length);
        if (!written) {
            error_ = wire_error(written.error());
            return written;
        }
        offset_ += room;
        if (room < part.size()) {
            error_ = WireError::too_large;
            return WireError::too_large;
        }
        return {};
    }

    net::HttpResponse finish(bool) override {
        const auto durable = objects_.durable_size(upload_.object);
        if (!durable && !error_) {
            error_ = wire_error(durable.error());
        }
        auto response = error_ ? net::HttpResponse::failure(*error_)
                               : net::HttpResponse{204, {}, {}, nullptr, 0};
        response.headers.emplace_back("Tus-Resumable", "1.0.0");
        if (durable) {
            response.headers.emplace_back("Upload-Offset", decimal(*durable));
        }
        return response;
    }

  private:
    storage::objects::ObjectStore& objects_;
    const repo::Upload upload_;
    std::uint64_t offset_;
    std::optional<WireError> error_;
};

Result<repo::OpenDocument> check(const Context& context,
                                 const Call& call,
                                 message::OpenDocument request) {
    SERAI_TRY(
        statement,
        verify_statement<network::OpenDocumentStatement>(context, call.caller(), request.act));
    SERAI_TRY(channel, context.repositories.channels().load(statement.group));
    SERAI_TRY(document, context.repositories.documents().load(statement.document));
    const UnixSeconds expires{context.clock.now_seconds().value() + kGrantSeconds};
    return repo::OpenDocument{std::move(request.act), statement, channel, document, expires};
}

Result<repo::CompleteDocument> check(const Context& context,
                                     const Call& call,
                                     message::CompleteDocument request) {
    SERAI_TRY(
        statement,
        verify_statement<network::CompleteDocumentStatement>(context, call.caller(), request.act));
    SERAI_TRY(channel, context.repositories.channels().load(statement.group));
    SERAI_TRY(document, context.repositories.documents().load(statement.document));
    return repo::CompleteDocument{std::move(request.act), statement, channel, document};
}

}  // namespace

Documents::Documents(const Context& context, storage::objects::ObjectStore& objects)
    : context_(context),
      objects_(objects),
      uploads_(std::make_shared<Uploads>(context.limits.uploads_per_party,
                                         context.limits.upload_bytes_per_party)) {
    const UnixMillis ever{~std::uint64_t{0}};
    const auto unfinished = context.repositories.documents().uploads_before(ever, kAllUploads);
    if (!unfinished) {
        return;
    }
    for (const auto& upload : *unfinished) {
        const auto* party = context.genesis().party_of_domain(upload.device.person.trust_domain);
        // Over a ceiling that was lowered meanwhile: not counted, and collected in time.
        if (party != nullptr && !uploads_->take(upload.object, party->code, upload.length)) {
            context.log.warning("upload_over_ceiling", {{"party", party->code.text()}});
        }
    }
}

// ---- requests ----

Result<repo::SealDocument> Documents::check_seal(const Call& call,
                                                 message::SealDocument request) const {
    SERAI_TRY(
        statement,
        verify_statement<network::SealDocumentStatement>(context_, call.caller(), request.act));
    SERAI_TRY(upload, own_upload(call.caller(), statement.object));
    if (upload.group != statement.group) {
        return WireError::not_found;
    }
    if (upload.length != statement.length || statement.marking == Digest{}) {
        return WireError::upload_incomplete;
    }
    SERAI_TRY(channel, context_.repositories.channels().load(statement.group));
    SERAI_TRY(document, context_.repositories.documents().load(statement.document));
    SERAI_CHECK(objects_.seal(statement.object, statement.length, statement.digest));
    return repo::SealDocument{std::move(request.act), statement, channel, document};
}

void Documents::handle(const Call& call, message::SealDocument request) const {
    auto checked = check_seal(call, std::move(request));
    if (!checked) {
        refuse(context_, call, checked.error());
        return;
    }
    const auto object = checked->statement.object;
    auto intent = repo::prepare(context_.repositories, call.asked(), std::move(*checked));
    if (!intent) {
        refuse(context_, call, intent.error());
        return;
    }
    auto own = std::make_shared<Call>(call);
    const auto waiter =
        call.reply().waiter([own, object, uploads = uploads_](const Verdict& verdict) {
            if (verdict.error) {
                own->fail(make_error_code(*verdict.error));
                return;
            }
            uploads->give_back(object);
            own->reply().ok(*verdict.body);
        });
    if (const auto taken = context_.pipeline.submit(std::move(*intent), waiter); !taken) {
        call.fail(taken.error());
    }
}

void Documents::handle(const Call& call, message::OpenDocument request) const {
    auto checked = check(context_, call, std::move(request));
    if (!checked) {
        refuse(context_, call, checked.error());
        return;
    }
    submit(context_, call, repo::prepare(context_.repositories, call.asked(), std::move(*checked)));
}

void Documents::handle(const Call& call, message::CompleteDocument request) const {
    auto checked = check(context_, call, std::move(request));
    if (!checked) {
        refuse(context_, call, checked.error());
        return;
    }
    submit(context_, call, repo::prepare(context_.repositories, call.asked(), std::move(*checked)));
}

// ---- bytes ----

Result<ObjectId> Documents::begin_upload(const session::Caller& caller,
                                         const GroupId& group,
                                         std::uint64_t length) {
    if (length == 0 || length > limits::kMaxDocument) {
        return WireError::too_large;
    }
    SERAI_TRY(channel, context_.repositories.channels().load(group));
    if (channel->head()->roster->find(caller.identity.id) == nullptr) {
        return WireError::not_found;
    }
    auto& random = context_.repositories.random();
    const ObjectId object{random.array<16>()};
    if (!uploads_->take(object, caller.party, length)) {
        return WireError::rate_limited;
    }
    const storage::commit::Asked asked{caller.identity.id,
                                       caller.party,
                                       caller.identity.serial,
                                       RequestId{random.array<16>()},
                                       random.array<32>(),
                                       caller.identity.not_after};
    auto intent =
        repo::prepare(context_.repositories, asked, repo::BeginUpload{channel, object, length});
    if (!intent) {
        uploads_->give_back(object);
        return intent.error();
    }
    const auto verdict = submit_and_block(context_.pipeline, std::move(*intent));
    if (verdict.error) {
        uploads_->give_back(object);
        return *verdict.error;
    }
    if (const auto begun = objects_.begin(object); !begun) {
        static_cast<void>(forget(object));  // if that fails too, the collector comes by
        uploads_->give_back(object);
        return begun.error();
    }
    return object;
}

Result<repo::Upload> Documents::own_upload(const session::Caller& caller,
                                           const ObjectId& object) const {
    SERAI_TRY(upload, context_.repositories.documents().upload(object));
    if (!upload || upload->device != caller.identity.id) {
        return WireError::not_found;
    }
    return *upload;
}

Result<Documents::Progress> Documents::progress(const session::Caller& caller,
                                                const ObjectId& object) const {
    SERAI_TRY(upload, own_upload(caller, object));
    const auto durable = objects_.durable_size(object);
    if (!durable && durable.error() == make_error_code(ObjectError::not_found)) {
        return Progress{0, upload.length};  // begun, and then the server died
    }
    SERAI_TRY(offset, durable);
    return Progress{offset, upload.length};
}

Result<std::shared_ptr<net::BodySink>> Documents::append(const session::Caller& caller,
                                                         const ObjectId& object,
                                                         std::uint64_t offset) const {
    SERAI_TRY(upload, own_upload(caller, object));
    auto end = objects_.size(object);
    if (!end && end.error() == make_error_code(ObjectError::not_found)) {
        SERAI_CHECK(objects_.begin(object));
        end = std::uint64_t{0};
    }
    if (!end) {
        return end.error();
    }
    if (*end != offset) {
        return WireError::exists;
    }
    return std::shared_ptr<net::BodySink>{
        std::make_shared<UploadSink>(objects_, std::move(upload), offset)};
}

Result<Documents::Download> Documents::download(const session::Caller& caller,
                                                const ObjectId& object,
                                                const Digest& token) const {
    SERAI_TRY(grant, context_.repositories.documents().grant(token, context_.clock.now()));
    if (grant.device != caller.identity.id || grant.object != object) {
        return WireError::grant_expired;
    }
    SERAI_TRY(channel, context_.repositories.channels().load(grant.group));
    SERAI_TRY(reader, objects_.open_sealed(object));
    Download download;
    download.object = reader;
    download.still_allowed = [this,
                              channel,
                              expires = std::min(grant.expires, caller.identity.not_after),
                              device = caller.identity.id,
                              serial = caller.identity.serial] {
        return channel->head()->roster->find(device) != nullptr &&
               context_.clock.now_seconds() <= expires &&
               !context_.repositories.network().is_revoked(device.person.trust_domain, serial);
    };
    if (!download.still_allowed()) {
        return WireError::grant_expired;
    }
    return download;
}

// ---- collecting ----

bool Documents::forget(const ObjectId& object) const {
    auto intent = repo::prepare(context_.repositories, repo::AbandonUpload{object});
    return intent && !submit_and_block(context_.pipeline, std::move(*intent)).error;
}

void Documents::abandon(const ObjectId& object) const {
    if (forget(object) && objects_.remove(object)) {
        uploads_->give_back(object);
    }
}

// An upload's row is there before its file and gone after the sealing, whose row is then there: a file with neither was left
// by a server that died between forgetting an upload and removing its file.
void Documents::remove_leftovers() const {
    std::vector<ObjectId> found;
    if (const auto uploads = objects_.list_uploads()) {
        for (const auto& upload : *uploads) {
            found.push_back(upload.id);
        }
    }
    if (const auto sealed = objects_.list_sealed()) {
        found.insert(found.end(), sealed->begin(), sealed->end());
    }
    std::uint64_t removed = 0;
    for (const auto& object : found) {
        const auto upload = context_.repositories.documents().upload(object);
        const auto sealed = context_.repositories.documents().is_sealed(object);
        if (upload && !*upload && sealed && !*sealed && objects_.remove(object)) {
            ++removed;
        }
    }
    if (removed > 0) {
        context_.log.info("leftovers_removed", {{"count", removed}});
    }
}

void Documents::collect() const {
    const auto now = context_.clock.now().value();
    const UnixMillis limit{now > kUploadMillis ? now - kUploadMillis : 0};
    const auto old = context_.repositories.documents().uploads_before(limit, kCollectAtOnce);
    if (!old || old->empty()) {
        return;
    }
    for (const auto& upload : *old) {
        abandon(upload.object);
    }
    context_.log.info("uploads_abandoned", {{"count", std::uint64_t{old->size()}}});
}

}  // namespace serai::server::service
