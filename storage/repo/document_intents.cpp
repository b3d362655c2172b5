#include "crypto/primitive/hash.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/device_intent.hpp"
#include "storage/repo/document_rows.hpp"
#include "storage/repo/documents.hpp"

#include <algorithm>

namespace serai::storage::repo {
namespace {

namespace keyspace = kv::keyspace;
using audit::AuditLog;
using commit::Asked;
using commit::Effects;
using commit::View;
using kv::make_key;
using kv::Space;
using protocol::codec::decode_exact;

Result<void> judge_member(const ChannelHead& head, const protocol::network::SpiffeId& device) {
    if (!head.established()) {
        return WireError::not_found;
    }
    return head.roster->find(device) == nullptr ? Result<void>{WireError::forbidden}
                                                : Result<void>{};
}

class BeginUploadIntent final : public DeviceIntent {
  public:
    BeginUploadIntent(Repositories& repositories, Asked asked, BeginUpload input)
        : DeviceIntent(repositories, std::move(asked)), input_(std::move(input)) {}

    [[nodiscard]] std::size_t bytes() const override { return 512; }

  private:
    Result<Bytes> decide_device(const View& view, Effects& effects) const override {
        SERAI_CHECK(judge_member(input_.channel->overlay().head, who().device));
        Documents::Uploads* uploads = &repositories().documents().uploads();
        if (uploads->contains(input_.object)) {
            return WireError::exists;
        }
        const auto mine = std::ranges::count_if(
            *uploads, [&](const auto& item) { return item.second.device == who().device; });
        if (static_cast<std::size_t>(mine) >= kMaxUploads) {
            return WireError::rate_limited;
        }
        const Upload upload{
            input_.object, input_.channel->group(), who().device, input_.length, view.now};
        effects.rows.put_encoded(Space::state, make_key(keyspace::kUpload, upload.object), upload);
        effects.changes.push_back(
            change([uploads, upload] { uploads->emplace(upload.object, upload); }));
        return Bytes{};
    }

    BeginUpload input_;
};

// The upload is no longer under way.
void end_upload(Repositories& repositories, const ObjectId& object, Effects& effects) {
    effects.rows.erase(Space::state, make_key(keyspace::kUpload, object));
    effects.changes.push_back(change(
        [uploads = &repositories.documents().uploads(), object] { uploads->erase(object); }));
}

class AbandonUploadIntent final : public commit::Intent {
  public:
    AbandonUploadIntent(Repositories& repositories, ObjectId object)
        : repositories_(repositories), object_(object) {}

    [[nodiscard]] const commit::Asking* asking() const override { return nullptr; }

    [[nodiscard]] std::size_t bytes() const override { return 64; }

    [[nodiscard]] Result<Bytes> decide(const View&, Effects& effects) const override {
        if (!repositories_.documents().uploads().contains(object_)) {
            return WireError::not_found;
        }
        end_upload(repositories_, object_, effects);
        return Bytes{};
    }

  private:
    Repositories& repositories_;
    ObjectId object_;
};

// Acts about a document of a channel.
template <class Input>
class DocumentIntent : public ActIntent {
  protected:
    DocumentIntent(Repositories& repositories, Asked asked, Input input, AuditLog::OnceCheck once)
        : ActIntent(repositories, std::move(asked), input.act, once, 0), input_(std::move(input)) {}

    [[nodiscard]] const Input& input() const { return input_; }

    [[nodiscard]] const ChannelHead& head() const { return input_.channel->overlay().head; }

    [[nodiscard]] const Document::Overlay& document() const { return input_.document->overlay(); }

    // The version that the statement names, if it is one of this channel.
    [[nodiscard]] const Version* version() const {
        const std::uint32_t number = input_.statement.version;
        if (number > document().versions.size() || document().group != input_.channel->group()) {
            return nullptr;
        }
        return &document().versions[number - 1];
    }

    void assemble(const View& view, Effects& effects) const {
        const auto parties = concerned(head(), {who().party});
        effects.entry = view.log.assemble(draft(),
                                          view.now,
                                          {},
                                          input_.channel->overlay().sequence.get(),
                                          document().sequence.get(),
                                          parties);
    }

  private:
    Input input_;
};

class SealDocumentIntent final : public DocumentIntent<SealDocument> {
  public:
    SealDocumentIntent(Repositories& repositories,
                       Asked asked,
                       SealDocument input,
                       AuditLog::OnceCheck once)
        : DocumentIntent(repositories, std::move(asked), std::move(input), once) {}

  private:
    Result<void> judge_upload() const {
        const auto& uploads = repositories().documents().uploads();
        const auto found = uploads.find(input().statement.object);
        if (found == uploads.end()) {
            return WireError::not_found;
        }
        const Upload& upload = found->second;
        if (upload.device != who().device || upload.group != input().channel->group()) {
            return WireError::forbidden;
        }
        return upload.length == input().statement.length
                   ? Result<void>{}
                   : Result<void>{WireError::upload_incomplete};
    }

    Result<void> judge_version() const {
        const auto& present = document().versions;
        if (!present.empty() && document().group != input().channel->group()) {
            return WireError::exists;
        }
        if (input().statement.version <= present.size()) {
            return WireError::exists;
        }
        if (input().statement.version != present.size() + 1) {
            return WireError::not_found;
        }
        if (!present.empty() &&
            present.front().originator.person.trust_domain != who().device.person.trust_domain) {
            return WireError::forbidden;
        }
        return {};
    }

    Result<Bytes> decide_act(const View& view, Effects& effects) const override {
        SERAI_CHECK(judge_member(head(), who().device));
        SERAI_CHECK(judge_upload());
        SERAI_CHECK(judge_version());
        assemble(view, effects);
        const auto& statement = input().statement;
        const GroupId group = input().channel->group();
        const Version version{statement.object,
                              who().device,
                              statement.length,
                              statement.digest,
                              statement.marking,
                              effects.entry->receipt.index};
        effects.rows.put_encoded(
            Space::state,
            make_key(keyspace::kVersion, statement.document, statement.version),
            version);
        effects.rows.put(
            Space::state, make_key(keyspace::kDocument, statement.document), group.value());
        effects.rows.put_encoded(Space::state,
                                 make_key(keyspace::kSealedObject, statement.object),
                                 SealedRow{statement.document, statement.version});
        end_upload(repositories(), statement.object, effects);
        effects.changes.push_back(change(
            [document = input().document, group, version] {
                document->overlay().group = group;
                document->overlay().versions.push_back(version);
            },
            [document = input().document] { document->publish(); }));
        effects.events.emplace_back(
            commit::DocumentSealed{group, statement.document, statement.version, statement.object});
        return protocol::codec::encode(effects.entry->receipt);
    }
};

class OpenDocumentIntent final : public DocumentIntent<OpenDocument> {
  public:
    OpenDocumentIntent(Repositories& repositories,
                       Asked asked,
                       OpenDocument input,
                       AuditLog::OnceCheck once)
        : DocumentIntent(repositories, std::move(asked), std::move(input), once),
          token_(repositories.random().array<32>()) {}

  private:
    Result<Bytes> decide_act(const View& view, Effects& effects) const override {
        SERAI_CHECK(judge_member(head(), who().device));
        const Version* opened = version();
        if (opened == nullptr) {
            return WireError::not_found;
        }
        assemble(view, effects);
        const auto& statement = input().statement;
        const LogIndex leaf = effects.entry->receipt.index;
        const Digest token_hash = crypto::sha256(token_);
        effects.rows.put_encoded(Space::state,
                                 make_key(keyspace::kGrant, ByteView{token_hash}),
                                 GrantState{who().device,
                                            input().channel->group(),
                                            statement.document,
                                            statement.version,
                                            opened->object,
                                            opened->length,
                                            input().expires,
                                            leaf});
        effects.rows.put_encoded(Space::state,
                                 make_key(keyspace::kAccess, leaf),
                                 AccessRow{who_key(), statement.document, statement.version});
        return protocol::codec::encode(protocol::message::Grant{effects.entry->receipt,
                                                                opened->object,
                                                                token_,
                                                                input().expires,
                                                                opened->length,
                                                                opened->digest});
    }

    Digest token_;
};

class CompleteDocumentIntent final : public DocumentIntent<CompleteDocument> {
  public:
    CompleteDocumentIntent(Repositories& repositories,
                           Asked asked,
                           CompleteDocument input,
                           AuditLog::OnceCheck once,
                           std::optional<AccessRow> access,
                           AuditLog::OnceCheck completed)
        : DocumentIntent(repositories, std::move(asked), std::move(input), once),
          access_(std::move(access)),
          completed_(completed) {}

  private:
    Result<Bytes> decide_act(const View& view, Effects& effects) const override {
        SERAI_CHECK(judge_member(head(), who().device));
        const auto& statement = input().statement;
        const Version* opened = version();
        const AccessRow expected{who_key(), statement.document, statement.version};
        if (opened == nullptr || !access_ || *access_ != expected) {
            return WireError::not_found;
        }
        SERAI_CHECK(judge_once(view, completed_, WireError::exists));
        if (statement.digest != opened->digest) {
            return WireError::verification_failed;
        }
        assemble(view, effects);
        effects.claims.push_back(completed_.key);
        return protocol::codec::encode(effects.entry->receipt);
    }

    std::optional<AccessRow> access_;
    AuditLog::OnceCheck completed_;
};

}  // namespace

Prepared prepare(Repositories& repositories, Asked asked, BeginUpload input) {
    return std::make_unique<const BeginUploadIntent>(
        repositories, std::move(asked), std::move(input));
}

Prepared prepare(Repositories& repositories, AbandonUpload input) {
    return std::make_unique<const AbandonUploadIntent>(repositories, input.object);
}

Prepared prepare(Repositories& repositories, Asked asked, SealDocument input) {
    SERAI_TRY(once, check_act(repositories, input.act));
    return std::make_unique<const SealDocumentIntent>(
        repositories, std::move(asked), std::move(input), once);
}

Prepared prepare(Repositories& repositories, Asked asked, OpenDocument input) {
    SERAI_TRY(once, check_act(repositories, input.act));
    return std::make_unique<const OpenDocumentIntent>(
        repositories, std::move(asked), std::move(input), once);
}

Prepared prepare(Repositories& repositories, Asked asked, CompleteDocument input) {
    SERAI_TRY(once, check_act(repositories, input.act));
    const LogIndex opened_at = input.statement.opened_at;
    const kv::Key key = make_key(keyspace::kAccess, opened_at);
    SERAI_TRY(row, repositories.store().get(Space::state, key));
    std::optional<AccessRow> access;
    if (row) {
        SERAI_TRY(decoded, decode_exact<AccessRow>(*row));
        access = decoded;
    }
    SERAI_TRY(completed, repositories.log().check_once(AuditLog::once_key("completion", key)));
    return std::make_unique<const CompleteDocumentIntent>(
        repositories, std::move(asked), std::move(input), once, std::move(access), completed);
}

}  // namespace serai::storage::repo
