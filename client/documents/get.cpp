#include "client/channel/plain.hpp"
#include "client/channel/task.hpp"
#include "client/crash_point.hpp"
#include "client/documents/transfer.hpp"
#include "client/documents/unfinished_file.hpp"
#include "crypto/document/chunked_encryption.hpp"
#include "crypto/document/padding.hpp"
#include "crypto/primitive/hash.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace serai::client::documents {
namespace {

namespace document = crypto::document;
namespace message = protocol::message;
namespace network = protocol::network;

constexpr int kMaxBreaks = 8;  // connections that may break during one download

// Ciphertext in, file out, everything checked on the way.
class Sink {
  public:
    Sink(document::Decryptor decryptor, const document::Manifest& manifest, UnfinishedFile& file)
        : decryptor_(std::move(decryptor)),
          padding_(manifest.true_length),
          manifest_(manifest),
          file_(file) {}

    Result<void> take(ByteView ciphertext) {
        digest_.update(ciphertext);
        SERAI_CHECK(decryptor_.update(ciphertext, plaintext_));
        return flush();
    }

    Result<void> finish() {
        SERAI_CHECK(decryptor_.finish(plaintext_));
        SERAI_CHECK(flush());
        SERAI_CHECK(padding_.finish());
        if (digest_.finish() != manifest_.ciphertext_digest) {
            return document::DocumentError::damaged;
        }
        return file_.keep();
    }

  private:
    Result<void> flush() {
        SERAI_TRY(content, padding_.take(plaintext_));
        SERAI_CHECK(file_.write(content));
        crypto::wipe(plaintext_);
        plaintext_.clear();
        return {};
    }

    document::Decryptor decryptor_;
    document::PaddingRemover padding_;
    const document::Manifest& manifest_;
    UnfinishedFile& file_;
    crypto::Sha256 digest_;
    Bytes plaintext_;
};

class Get {
  public:
    Get(const Context& context,
        ObjectStore& objects,
        const GroupId& group,
        const Announced& announced,
        const OnProgress& on_progress)
        : context_(context),
          objects_(objects),
          group_(group),
          announced_(announced),
          manifest_(announced.manifest),
          on_progress_(on_progress) {}

    Result<Got> run(const std::filesystem::path& target) {
        SERAI_CHECK(check_originator());
        UnfinishedFile file{context_.files, target, manifest_.document};
        if (!file.ok()) {
            return context_.diagnostics.fail(ClientError::file_failed,
                                             target.string() + " cannot be written");
        }
        SERAI_TRY(grant, open());
        SERAI_CRASH_POINT("client.get.opened");
        document::DocumentContext place;
        place.network = context_.network.genesis().network_id;
        place.channel = group_;
        place.document = manifest_.document;
        place.version = manifest_.document_version;
        place.marking = document::marking_hash(manifest_.marking);
        SERAI_TRY(decryptor, document::Decryptor::start(manifest_.key, place.bytes()));
        Sink sink{std::move(decryptor), manifest_, file};
        SERAI_CHECK(download(grant, sink));
        SERAI_TRY(completed, complete(grant));
        return Got{target, grant.receipt.index, completed};
    }

  private:
    ErrorCode damaged(const std::string& what) {
        return context_.diagnostics.fail(ClientError::damaged_content,
                                         "'" + manifest_.name + "' " + what);
    }

    // Nobody marks material in another party's name.
    Result<void> check_originator() {
        const auto sender = network::SpiffeId::parse(announced_.sender);
        if (!sender ||
            context_.network.party_of(sender->person) != manifest_.marking.originator.text()) {
            return damaged("is marked in the name of " + manifest_.marking.originator.text() +
                           " and was not sent by it");
        }
        return {};
    }

    Result<message::Grant> open() {
        network::OpenDocumentStatement statement;
        statement.group = group_;
        statement.document = manifest_.document;
        statement.version = manifest_.document_version;
        const network::Act act = context_.sign(statement);
        SERAI_TRY(grant, context_.session.call(message::OpenDocument{act}));
        if (grant.receipt.leaf.entry_id != act.seal.header.act_id) {
            return context_.diagnostics.fail(ClientError::protocol_violation,
                                             "the receipt is of another act than ours");
        }
        SERAI_CHECK(
            context_.log.check_included(context_.session, grant.receipt.index, grant.receipt.leaf));
        if (grant.object != manifest_.object || grant.length != manifest_.ciphertext_length ||
            grant.digest != manifest_.ciphertext_digest) {
            return damaged("was sealed with other bytes than its originator announced");
        }
        return grant;
    }

    Result<void> download(const message::Grant& grant, Sink& sink) {
        int breaks = 0;
        for (std::uint64_t offset = 0; offset < grant.length;) {
            const std::uint64_t step = std::min(kTransferStep, grant.length - offset);
            const auto part = objects_.read(grant.object, grant.token, offset, step);
            if (!part) {
                const bool broken = part.error() == ClientError::unreachable ||
                                    part.error() == ClientError::timed_out;
                if (!broken || ++breaks > kMaxBreaks) {
                    return part.error();
                }
                std::this_thread::sleep_for(std::chrono::milliseconds{200 << breaks});
                continue;
            }
            SERAI_CHECK(judge(sink.take(*part)));
            offset += step;
            context_.session.keep_alive();
            on_progress_(offset, grant.length);
        }
        return judge(sink.finish());
    }

    Result<void> judge(Result<void> result) {
        if (!result && result.error() != ClientError::file_failed) {
            return damaged("does not decrypt to what was announced: " + result.error().message());
        }
        return result;
    }

    // A task, so that it is said even if this process ends now.
    Result<LogIndex> complete(const message::Grant& grant) {
        network::CompleteDocumentStatement statement;
        statement.group = group_;
        statement.document = manifest_.document;
        statement.version = manifest_.document_version;
        statement.opened_at = grant.receipt.index;
        statement.digest = manifest_.ciphertext_digest;
        SERAI_TRY(number, channel::next_task_number(context_.vault));
        channel::Task task{number, channel::TaskKind::plain, group_, std::nullopt, {}};
        task.frame = message::make_request(session::Session::fresh_request_id(),
                                           message::CompleteDocument{context_.sign(statement)});
        vault::Batch saved = context_.vault.batch();
        task.save(saved);
        SERAI_CHECK(context_.vault.commit(std::move(saved)));
        SERAI_CRASH_POINT("client.complete.saved");
        SERAI_TRY(receipt, channel::carry_on_plain(context_, task));
        return receipt.index;
    }

    const Context& context_;
    ObjectStore& objects_;
    const GroupId& group_;
    const Announced& announced_;
    const document::Manifest& manifest_;
    const OnProgress& on_progress_;
};

}  // namespace

Result<Got> get(const Context& context,
                ObjectStore& objects,
                const GroupId& group,
                const Announced& announced,
                const std::filesystem::path& target,
                const OnProgress& on_progress) {
    return Get{context, objects, group, announced, on_progress}.run(target);
}

}  // namespace serai::client::documents
