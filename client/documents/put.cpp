#include "client/channel/sealing.hpp"
#include "client/channel/sending.hpp"
#include "client/channel/task.hpp"
#include "client/crash_point.hpp"
#include "client/documents/transfer.hpp"
#include "client/files.hpp"
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
using protocol::codec::Reader;
using protocol::codec::Writer;

constexpr int kMaxBreaks = 8;  // connections that may break during one upload
constexpr std::size_t kMaxPath = 4096;
constexpr std::string_view kSpoolExtension = ".sealed";

// An upload under way, in the vault. The manifest has no object yet while `begun` is false.
// struct { uint16 version = 1; opaque group[32]; opaque source<V>; uint64 size; uint64 changed; uint8 begun; Manifest manifest; }
struct Upload {
    GroupId group;
    std::string source;         // the file's path
    std::uint64_t size = 0;     // bytes
    std::uint64_t changed = 0;  // its modification time
    bool begun = false;
    document::Manifest manifest;

    void encode(Writer& writer) const {
        writer.u16(1);
        writer.strong(group);
        writer.vector(as_bytes(source));
        writer.u64(size);
        writer.u64(changed);
        writer.flag(begun);
        manifest.encode(writer);
    }

    static Result<Upload> decode(Reader& reader) {
        SERAI_TRY(version, reader.u16());
        SERAI_TRY(group, reader.strong<GroupId>());
        SERAI_TRY(source, reader.vector(kMaxPath));
        SERAI_TRY(size, reader.u64());
        SERAI_TRY(changed, reader.u64());
        SERAI_TRY(begun, reader.flag());
        SERAI_TRY(manifest, document::Manifest::decode(reader));
        if (version != 1) {
            return protocol::codec::CodecError::unknown_value;
        }
        return Upload{
            group, std::string{as_text(source)}, size, changed, begun, std::move(manifest)};
    }
};

// Reads `size` bytes of plaintext and writes the ciphertext, padding included; fills in what the manifest says of it.
class Spooler {
  public:
    Spooler(const std::filesystem::path& from, const std::filesystem::path& to)
        : in_(from, std::ios::binary), out_(to, std::ios::binary | std::ios::trunc) {}

    Result<void> run(document::Encryptor encryptor, document::Manifest& manifest) {
        if (!in_ || !out_) {
            return ClientError::file_failed;
        }
        const std::uint64_t padded = document::padded_length(manifest.true_length);
        Bytes plaintext(static_cast<std::size_t>(kTransferStep));
        Bytes ciphertext;
        for (std::uint64_t done = 0; done < padded;) {
            const std::uint64_t step = std::min(kTransferStep, padded - done);
            const std::span part = std::span{plaintext}.first(static_cast<std::size_t>(step));
            std::ranges::fill(part, std::uint8_t{0});
            if (done < manifest.true_length) {
                const auto wanted =
                    static_cast<std::streamsize>(std::min(step, manifest.true_length - done));
                in_.read(reinterpret_cast<char*>(part.data()), wanted);
                if (in_.gcount() != wanted) {
                    return ClientError::file_failed;
                }
            }
            SERAI_CHECK(encryptor.update(part, ciphertext));
            SERAI_CHECK(write(ciphertext));
            done += step;
        }
        crypto::wipe(plaintext);
        SERAI_CHECK(encryptor.finish(ciphertext));
        SERAI_CHECK(write(ciphertext));
        manifest.ciphertext_length = length_;
        manifest.ciphertext_digest = digest_.finish();
        out_.close();
        return out_ ? Result<void>{} : Result<void>{ClientError::file_failed};
    }

  private:
    Result<void> write(Bytes& ciphertext) {
        digest_.update(ciphertext);
        length_ += ciphertext.size();
        out_.write(reinterpret_cast<const char*>(ciphertext.data()),
                   static_cast<std::streamsize>(ciphertext.size()));
        ciphertext.clear();
        return out_ ? Result<void>{} : Result<void>{ClientError::file_failed};
    }

    std::ifstream in_;
    std::ofstream out_;
    crypto::Sha256 digest_;
    std::uint64_t length_ = 0;
};

class Put {
  public:
    Put(const Context& context,
        ObjectStore& objects,
        const std::filesystem::path& spool,
        const PutInput& input,
        const OnProgress& on_progress)
        : context_(context),
          objects_(objects),
          spool_(spool),
          input_(input),
          on_progress_(on_progress) {}

    Result<channel::HistoryEntry> run() {
        SERAI_CHECK(look_at_file());
        SERAI_CHECK(find_or_begin());
        SERAI_CHECK(upload());
        SERAI_TRY(entry, seal_and_announce());
        std::error_code ignored;
        std::filesystem::remove(spool_file(), ignored);
        return std::move(entry);
    }

  private:
    [[nodiscard]] std::filesystem::path spool_file() const {
        return spool_ / (to_hex(upload_.manifest.document.value()) + std::string{kSpoolExtension});
    }

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
            if (same && std::filesystem::exists(spool_file())) {
                return {};
            }
            // What was begun of another content, or under another marking, is not what is wanted now.
            SERAI_CHECK(forget());
        }
        return begin();
    }

    // Ciphertext that no upload names any more: the process ended between sealing it and removing the file.
    void remove_leftovers(const std::vector<Upload>& uploads) const {
        std::set<std::string> named;
        for (const Upload& upload : uploads) {
            named.insert(to_hex(upload.manifest.document.value()));
        }
        std::error_code error;
        for (const auto& file : std::filesystem::directory_iterator{spool_, error}) {
            if (file.path().extension() == kSpoolExtension &&
                !named.contains(file.path().stem().string())) {
                std::filesystem::remove(file.path(), error);
            }
        }
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
        std::error_code ignored;
        std::filesystem::create_directories(spool_, ignored);
        if (!Spooler{source_, spool_file()}.run(std::move(encryptor), manifest) ||
            !make_durable(spool_file())) {
            return context_.diagnostics.fail(ClientError::file_failed,
                                             source_ + " cannot be encrypted into " +
                                                 spool_.string() +
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
        std::error_code ignored;
        std::filesystem::remove(spool_file(), ignored);
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
        std::ifstream in{spool_file(), std::ios::binary};
        const std::uint64_t total = upload_.manifest.ciphertext_length;
        Bytes part;
        for (std::uint64_t offset = from; offset < total;) {
            part.resize(static_cast<std::size_t>(std::min(kTransferStep, total - offset)));
            in.seekg(static_cast<std::streamoff>(offset));
            in.read(reinterpret_cast<char*>(part.data()),
                    static_cast<std::streamsize>(part.size()));
            if (!in) {
                return context_.diagnostics.fail(ClientError::file_failed,
                                                 spool_file().string() + " cannot be read");
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
    const std::filesystem::path& spool_;
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
