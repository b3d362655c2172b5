#include "client/channel/sealing.hpp"
#include "client/channel/sending.hpp"
#include "client/channel/task.hpp"
#include "client/crash_point.hpp"
#include "client/documents/spool.hpp"
#include "client/documents/transfer.hpp"
#include "client/documents/upload.hpp"
#include "crypto/document/chunked_encryption.hpp"
#include "crypto/document/padding.hpp"
#include "crypto/primitive/hash.hpp"
#include "protocol/base/limits.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <thread>

namespace serai::client::documents {
namespace {

namespace document = crypto::document;
namespace message = protocol::message;
namespace network = protocol::network;

constexpr int kMaxBreaks = 8;  // connections that may break during one upload

class Put {
  public:
    Put(const Context& context,
        ObjectStore& objects,
        const std::filesystem::path& spool,
        const PutInput& input,
        const OnProgress& on_progress)
        : context_(context),
          objects_(objects),
          spool_(context.files, spool),
          input_(input),
          on_progress_(on_progress) {}

    Result<channel::HistoryEntry> run() {
        SERAI_CHECK(look_at_file());
        SERAI_CHECK(find_or_begin());
        SERAI_CHECK(upload());
        SERAI_TRY(entry, seal_and_announce());
        spool_.remove(upload_.manifest.document);
        return std::move(entry);
    }

  private:
    Result<void> look_at_file() {
        std::error_code error;
        const auto path = std::filesystem::canonical(input_.file, error);
        size_ = error ? 0 : std::filesystem::file_size(path, error);
        const auto changed = error ? std::filesystem::file_time_type{}
                                   : std::filesystem::last_write_time(path, error);
        if (error || !std::filesystem::is_regular_file(path)) {
            return context_.diagnostics.fail(
                ClientError::file_failed,
                input_.file.string() + ": " + (error ? error.message() : "not a regular file"));
        }
        if (document::ciphertext_size(document::padded_length(size_)) > limits::kMaxDocument) {
            return context_.diagnostics.fail(make_error_code(WireError::too_large),
                                             input_.file.string() + " is larger than 64 MiB");
        }
        source_ = path.string();
        changed_ = static_cast<std::uint64_t>(changed.time_since_epoch().count());
        return {};
    }

    // The same put, interrupted before; or a new one.
    Result<void> find_or_begin() {
        SERAI_TRY(uploads, context_.vault.all_decoded<Upload>(vault::Table::transfer));
        remove_leftovers(uploads);
        for (Upload& upload : uploads) {
            const bool same_place = upload.group == input_.group && upload.source == source_ &&
                                    upload.manifest.name == input_.name;
            if (!same_place) {
                continue;
            }
            const bool same = upload.size == size_ && upload.changed == changed_ &&
                              upload.manifest.marking == input_.marking;
            upload_ = std::move(upload);
            if (same && spool_.holds(upload_.manifest.document)) {
                return {};
            }
            // What was begun of another content, or under another marking, is not what is wanted now.
            SERAI_CHECK(forget());
        }
        return begin();
    }

    // Ciphertext that no upload names any more: the process ended between sealing it and removing the file.
    void remove_leftovers(const std::vector<Upload>& uploads) {
        std::set<std::string> named;
        for (const Upload& upload : uploads) {
            named.insert(to_hex(upload.manifest.document.value()));
        }
        spool_.remove_others(named);
    }

    Result<void> begin() {
        upload_ = Upload{input_.group, source_, size_, changed_, false, {}};
        document::Manifest& manifest = upload_.manifest;
        manifest.document = network::DocumentId{crypto::system_random().array<16>()};
        manifest.name = input_.name;
        manifest.media_type = input_.media_type;
        manifest.true_length = size_;
        manifest.marking = input_.marking;
        manifest.key = document::DocumentKey::random(document::kDocumentKeySize);
        document::DocumentContext place;
        place.network = context_.network.genesis().network_id;
        place.channel = input_.group;
        place.document = manifest.document;
        place.marking = document::marking_hash(manifest.marking);
        SERAI_TRY(encryptor, document::Encryptor::start(manifest.key, place.bytes()));
        if (!spool_.fill(source_, std::move(encryptor), manifest)) {
            return context_.diagnostics.fail(ClientError::file_failed,
                                             source_ + " cannot be encrypted into " +
                                                 spool_.file(manifest.document).string() +
                                                 " (is it being changed, or the disk full?)");
        }
        return save();
    }

    Result<void> save() {
        vault::Batch batch = context_.vault.batch();
        batch.put_encoded(place(), upload_);
        return context_.vault.commit(std::move(batch));
    }

    Result<void> forget() {
        vault::Batch batch = context_.vault.batch();
        batch.erase(place());
        SERAI_CHECK(context_.vault.commit(std::move(batch)));
        spool_.remove(upload_.manifest.document);
        return {};
    }

    [[nodiscard]] vault::Place place() const {
        return vault::Place::named(vault::Table::transfer, upload_.manifest.document);
    }

    Result<void> upload() {
        for (int breaks = 0;; ++breaks) {
            auto done = upload_once();
            const bool broken = !done && (done.error() == ClientError::unreachable ||
                                          done.error() == ClientError::timed_out);
            if (!broken || breaks == kMaxBreaks) {
                return done;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{200 << breaks});
        }
    }

    Result<void> upload_once() {
        SERAI_TRY(from, place_to_begin());
        std::ifstream in{spool_.file(upload_.manifest.document), std::ios::binary};
        const std::uint64_t total = upload_.manifest.ciphertext_length;
        Bytes part;
        for (std::uint64_t offset = from; offset < total;) {
            part.resize(static_cast<std::size_t>(std::min(kTransferStep, total - offset)));
            in.seekg(static_cast<std::streamoff>(offset));
            in.read(reinterpret_cast<char*>(part.data()),
                    static_cast<std::streamsize>(part.size()));
            if (!in) {
                return context_.diagnostics.fail(
                    ClientError::file_failed,
                    spool_.file(upload_.manifest.document).string() + " cannot be read");
            }
            SERAI_TRY(durable, objects_.append(upload_.manifest.object, offset, part));
            if (durable <= offset) {
                return context_.diagnostics.fail(ClientError::protocol_violation,
                                                 "the server takes none of the upload");
            }
            offset = durable;
            context_.session.keep_alive();
            on_progress_(offset, total);
            SERAI_CRASH_POINT("client.put.uploading");
        }
        return {};
    }

    // Where the server stands; a new object if it has none of ours (any more).
    Result<std::uint64_t> place_to_begin() {
        if (upload_.begun) {
            auto durable = objects_.durable_bytes(upload_.manifest.object);
            if (durable || durable.error() != WireError::not_found) {
                return durable;
            }
        }
        SERAI_TRY(object, objects_.begin(upload_.group, upload_.manifest.ciphertext_length));
        upload_.manifest.object = object;
        upload_.begun = true;
        SERAI_CHECK(save());
        return std::uint64_t{0};
    }

    Result<channel::HistoryEntry> seal_and_announce() {
        const document::Manifest& manifest = upload_.manifest;
        network::SealDocumentStatement statement;
        statement.group = input_.group;
        statement.document = manifest.document;
        statement.version = manifest.document_version;
        statement.object = manifest.object;
        statement.length = manifest.ciphertext_length;
        statement.digest = manifest.ciphertext_digest;
        statement.marking = document::marking_hash(manifest.marking);
        const message::Content content{
            message::ContentType::document, context_.clock(), protocol::codec::encode(manifest)};
        SERAI_TRY(number, channel::next_task_number(context_.vault));
        channel::Task task{
            number,
            channel::TaskKind::seal,
            input_.group,
            std::nullopt,
            protocol::codec::encode(channel::SealPayload{protocol::codec::encode(content)})};
        task.frame = message::make_request(session::Session::fresh_request_id(),
                                           message::SealDocument{context_.sign(statement)});
        vault::Batch batch = context_.vault.batch();
        task.save(batch);
        batch.erase(place());
        SERAI_CHECK(context_.vault.commit(std::move(batch)));
        SERAI_CRASH_POINT("client.seal.saved");
        SERAI_TRY(announcement, channel::carry_on_seal(context_, task));
        return channel::carry_on_send(context_, std::move(announcement));
    }

    const Context& context_;
    ObjectStore& objects_;
    Spool spool_;
    const PutInput& input_;
    const OnProgress& on_progress_;
    std::string source_;
    std::uint64_t size_ = 0;
    std::uint64_t changed_ = 0;
    Upload upload_;
};

}  // namespace

Result<channel::HistoryEntry> put(const Context& context,
                                  ObjectStore& objects,
                                  const std::filesystem::path& spool,
                                  const PutInput& input,
                                  const OnProgress& on_progress) {
    return Put{context, objects, spool, input, on_progress}.run();
}

}  // namespace serai::client::documents
