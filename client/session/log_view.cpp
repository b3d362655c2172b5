#include "client/session/log_view.hpp"

#include "client/session/verdict.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/merkle/proof.hpp"

namespace serai::client::session {
namespace {

namespace merkle = crypto::merkle;
namespace message = protocol::message;

}  // namespace

Result<LogView> LogView::load(const merkle::VerifierKey& log_key,
                              vault::Vault& vault,
                              EvidenceLocker& evidence) {
    LogView view{log_key, vault, evidence};
    SERAI_TRY(kept, vault.get_decoded<KeptCheckpoint>(vault::Place::only(vault::Table::log_view)));
    if (kept) {
        auto checkpoint = merkle::open_checkpoint(kept->note, log_key);
        if (!checkpoint) {
            return ClientError::vault_damaged;
        }
        view.newest_ = std::move(*checkpoint);
        view.note_ = std::move(kept->note);
    }
    return view;
}

Result<void> LogView::advance(Session& session, std::string_view note) {
    if (note == note_) {
        return {};
    }
    auto next = merkle::open_checkpoint(note, *log_key_);
    if (!next) {
        return session.diagnostics().fail(
            ClientError::untrusted,
            "the server's checkpoint is not signed by the log: " + next.error().message());
    }
    if (newest_) {
        SERAI_CHECK(check_consistent(session, *next, note));
    }
    vault::Batch batch = vault_->batch();
    batch.put_encoded(vault::Place::only(vault::Table::log_view),
                      KeptCheckpoint{std::string{note}});
    SERAI_CHECK(vault_->commit(std::move(batch)));
    newest_ = std::move(*next);
    note_ = note;
    return {};
}

Result<void> LogView::check_consistent(Session& session,
                                       const merkle::Checkpoint& next,
                                       std::string_view note) {
    if (next.size < newest_->size) {
        return accuse("the server signed a log of " + std::to_string(next.size.value()) +
                          " entries after one of " + std::to_string(newest_->size.value()),
                      note,
                      {});
    }
    if (next.size == newest_->size) {
        if (next.root != newest_->root) {
            return accuse("the server signed two different logs of " +
                              std::to_string(next.size.value()) + " entries",
                          note,
                          {});
        }
        return {};
    }
    auto proof = session.call(message::ProveConsistency{newest_->size, next.size});
    if (!proof) {
        if (!is_refused_for_good(proof.error())) {
            return proof.error();
        }
        return accuse(
            "the server cannot prove that its log grew out of the one it showed before", note, {});
    }
    if (!merkle::verify_consistency(
            newest_->size, next.size, proof->hashes, newest_->root, next.root)) {
        return accuse(
            "the server's log is not a continuation of the one it showed before: it was forked",
            note,
            proof->hashes);
    }
    return {};
}

Result<void> LogView::cover(Session& session, TreeSize size) {
    if (newest_ && newest_->size >= size) {
        return {};
    }
    const auto answer = session.call(message::GetCheckpoint{});
    if (!answer) {
        return is_refused_for_good(answer.error())
                   ? session.diagnostics().fail(ClientError::protocol_violation,
                                                "the server does not give its checkpoint")
                   : answer.error();
    }
    SERAI_CHECK(advance(session, answer->note));
    if (newest_->size < size) {
        return accuse("the server acknowledged entry " + std::to_string(size.value() - 1) +
                          " and signs a log without it",
                      answer->note,
                      {});
    }
    return {};
}

Result<void> LogView::check_included(Session& session, LogIndex index, const message::Leaf& leaf) {
    SERAI_CHECK(cover(session, TreeSize{index.value() + 1}));
    auto proof = session.call(message::ProveInclusion{index, newest_->size});
    // Busy is no lie: whoever asked asks again.
    if (!proof && !is_refused_for_good(proof.error())) {
        return proof.error();
    }
    const std::vector<Digest> hashes = proof ? std::move(proof->hashes) : std::vector<Digest>{};
    if (!proof || !merkle::verify_inclusion(
                      crypto::act::leaf_hash(leaf), index, newest_->size, hashes, newest_->root)) {
        EvidenceFile file{"an entry that the server showed is not in its log"};
        file.text("checkpoint", note_)
            .text("index", std::to_string(index.value()))
            .bytes("leaf", protocol::codec::encode(leaf));
        for (const Digest& hash : hashes) {
            file.bytes("proof hash", hash);
        }
        return evidence_->accuse("entry " + std::to_string(index.value()) +
                                     " that the server showed is not in the log that it signed",
                                 file);
    }
    return {};
}

ErrorCode LogView::accuse(std::string accusation,
                          std::string_view note,
                          const std::vector<Digest>& proof) const {
    EvidenceFile file{accusation};
    file.text("checkpoint seen before", note_).text("checkpoint now", note);
    for (const Digest& hash : proof) {
        file.bytes("proof hash", hash);
    }
    return evidence_->accuse(std::move(accusation), file);
}

}  // namespace serai::client::session
