// What this client knows of the audit log: the newest checkpoint it has verified, kept for good. Every other one must be
// consistent with it; a server that shows two histories, or a shorter one, is caught here and the evidence kept.
#pragma once

#include "client/session/evidence.hpp"
#include "client/session/session.hpp"
#include "client/vault/vault.hpp"
#include "crypto/merkle/checkpoint.hpp"
#include "protocol/message/audit.hpp"

#include <optional>
#include <string>

namespace serai::client::session {

// A checkpoint with the note that proves who signed it.
struct KeptCheckpoint {
    std::string note;

    void encode(protocol::codec::Writer& writer) const { writer.vector(as_bytes(note)); }

    static Result<KeptCheckpoint> decode(protocol::codec::Reader& reader);
};

// One thread. Everything it is given must outlive it.
class LogView {
  public:
    // Loads the kept checkpoint, if there is one.
    static Result<LogView> load(const crypto::merkle::VerifierKey& log_key,
                                vault::Vault& vault,
                                EvidenceLocker& evidence);

    // Takes in a note: signature, and consistency with the newest one (which asks the server for a proof). Saves it before it
    // returns. server_lied with evidence; untrusted if no valid signature of the log is on it (that proves nothing against the
    // log's key, so it is no evidence).
    Result<void> advance(Session& session, std::string_view note);

    // Makes sure that the view covers at least `size` leaves, asking for a newer checkpoint if need be. server_lied if the server
    // signs a log that is too short for what it has already acknowledged.
    Result<void> cover(Session& session, TreeSize size);

    // Whether the leaf stands at that index, by an inclusion proof. server_lied with evidence if not.
    Result<void> check_included(Session& session,
                                LogIndex index,
                                const protocol::message::Leaf& leaf);

    // nullptr before the first one. Lives until the next change.
    [[nodiscard]] const crypto::merkle::Checkpoint* newest() const {
        return newest_ ? &*newest_ : nullptr;
    }

    [[nodiscard]] const std::string& note() const { return note_; }

  private:
    LogView(const crypto::merkle::VerifierKey& log_key,
            vault::Vault& vault,
            EvidenceLocker& evidence)
        : log_key_(&log_key), vault_(&vault), evidence_(&evidence) {}

    Result<void> check_consistent(Session& session,
                                  const crypto::merkle::Checkpoint& next,
                                  std::string_view note);
    [[nodiscard]] ErrorCode accuse(std::string accusation,
                                   std::string_view note,
                                   const std::vector<Digest>& proof) const;

    const crypto::merkle::VerifierKey* log_key_;
    vault::Vault* vault_;
    EvidenceLocker* evidence_;
    std::optional<crypto::merkle::Checkpoint> newest_;
    std::string note_;
};

}  // namespace serai::client::session
