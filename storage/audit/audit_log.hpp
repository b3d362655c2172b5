// The audit log: leaves, their Merkle tree, the openings beside them, and signed checkpoints (DESIGN, section 7).
//
// Two sides. The overlay side (assemble, append, write, publish) is the committer's: one thread, called by the pipeline. The
// durable side (everything const but assemble) is for any thread, and sees only what a finished batch made durable.
//
// The store holds: each leaf, each opening, each tile when it is full, one (size, root) record, the packed indices of the
// dense sequences, the ids of acts, and the newest "signed" record. docs/storage-format.md has the rows.
#pragma once

#include "crypto/primitive/signature.hpp"
#include "protocol/base/result.hpp"
#include "protocol/message/audit.hpp"
#include "protocol/network/party.hpp"
#include "storage/audit/entry_draft.hpp"
#include "storage/audit/sequence.hpp"
#include "storage/kv/store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace serai::storage::audit {

enum class AuditError {
    wrong_origin = 1,   // the store's log has another origin, or its genesis names another key
    root_mismatch = 2,  // the tree that the store's leaves make is not the tree that was recorded
    signed_beyond = 3,  // a checkpoint was signed for more than the store holds: it was rolled back
    not_in_log = 4,  // an index or size beyond the log's end, or a size of zero where none can be
    not_a_tile = 5,  // a tile that a log of this size does not have
    erased = 6,      // the opening was erased
};

const boost::system::error_category& audit_category();
boost::system::error_code make_error_code(AuditError error);

// A value that Decide adds to an entry, in the order of protocol::message::field.
struct LateField {
    std::string_view name;
    ByteView value;
};

// An entry with its place. The views of nothing: it owns what it holds.
struct AssembledEntry {
    protocol::message::Receipt receipt;
    Digest leaf_hash{};  // RFC 6962
    std::vector<Digest>
        server_hashes;  // of every server field, in order: what an ActReceipt carries
    Bytes opening;      // encoded Opening, every field shown
    std::vector<Sequence*> sequences;  // that it takes the next number of
    bool is_act = false;               // its id must never be used again
};

struct AuditLogOptions {
    std::string origin;                                 // genesis' log_origin, the log key's name
    crypto::SignatureKeyPair log_key;                   // Ed25519, of genesis' log_key
    std::vector<protocol::network::PartyCode> parties;  // whose sequences there are; from genesis
};

class AuditLog {
  public:
    // Rebuilds the right edge from full tiles and at most 255 leaves and compares it with the recorded root. An empty store is an
    // empty log. Errors: the store's, root_mismatch, signed_beyond.
    static Result<std::unique_ptr<AuditLog>> open(kv::Store& store, AuditLogOptions options);

    AuditLog(const AuditLog&) = delete;
    AuditLog& operator=(const AuditLog&) = delete;
    ~AuditLog();

    [[nodiscard]] const std::string& origin() const;

    // ---- preparing: any thread ----

    // The end of a channel's or document's sequence, from the store; the party's sequences are loaded by open(). The caller keeps
    // one object per sequence for as long as any intent may use it, and loads it only while none is under way.
    [[nodiscard]] Result<std::unique_ptr<Sequence>> load_sequence(const SequenceId& id) const;

    // A note that something named by `key` has or has not happened yet, as of the durable log, so that Decide need not ask the disk:
    // see claims_once().
    struct OnceCheck {
        Digest key{};
        bool taken = false;
        std::uint64_t as_of = 0;  // size of the durable log before the store was asked
    };

    // Acts by their id; key packages, objects and completions by names that their owners derive (once_key).
    [[nodiscard]] Result<OnceCheck> check_once(const Digest& key) const;

    // SHA-256("serai/once/v1" | lp(domain) | id).
    [[nodiscard]] static Digest once_key(std::string_view domain, ByteView id);

    // ---- the overlay: the committer's thread ----

    // Of the next entry.
    [[nodiscard]] LogIndex next_index() const;

    // The sequence of a party of the network; nullptr if there is no such party.
    [[nodiscard]] Sequence* party(const protocol::network::PartyCode& code) const;

    // Gives a draft its place at the overlay's end: late fields, then the counters of `channel`, of `document` and of each party
    // (any of them may be absent; unknown parties are left out, duplicates too), the time (rounded down to 60 s, never below that of
    // the leaf before), the commitment. Pure: takes no place until append().
    [[nodiscard]] AssembledEntry assemble(
        const EntryDraft& draft,
        UnixMillis now,
        std::span<const LateField> late,
        Sequence* channel,
        Sequence* document,
        std::span<const protocol::network::PartyCode> parties) const;

    // Outcome of a OnceCheck at the overlay's end: free, taken, or too long ago to tell (check again; practically never).
    enum class Once : std::uint8_t { free, taken, stale };
    [[nodiscard]] Once once(const OnceCheck& check) const;

    // Takes the place: the entry must have been assembled at the present end. Rows go to `batch` now, those of the tree with write().
    void append(AssembledEntry entry, kv::WriteBatch& batch);

    // Takes a name for good, for the entry that was just appended.
    void claim_once(const Digest& key, kv::WriteBatch& batch);

    // Rows of the whole batch: full tiles, (size, root), sequences. Nothing if nothing was appended.
    void write(kv::WriteBatch& batch);

    // The batch is durable: readers see it from now on.
    void publish();

    // ---- the durable log: any thread ----

    [[nodiscard]] TreeSize size() const;
    [[nodiscard]] Digest root() const;

    // Hash of a leaf: RFC 6962.
    [[nodiscard]] Result<protocol::message::Leaf> leaf(LogIndex index) const;

    // A page from `from` on, at most `max` and limits::kMaxPage bytes. Empty at the end; not_in_log beyond it.
    [[nodiscard]] Result<std::vector<protocol::message::Leaf>> leaves(LogIndex from,
                                                                      std::size_t max) const;

    // RFC 6962 proofs, in any tree of the durable log: not_in_log unless index < size <= size(), and 1 <= from <= to <= size().
    [[nodiscard]] Result<std::vector<Digest>> prove_inclusion(LogIndex index, TreeSize size) const;
    [[nodiscard]] Result<std::vector<Digest>> prove_consistency(TreeSize from, TreeSize to) const;

    // C2SP tlog-tiles: the concatenated hashes of a tile of `width` 1 to 256; partial tiles of any width up to what there is.
    // not_a_tile for what the log has not. Views into nothing: the caller owns the bytes.
    [[nodiscard]] Result<Bytes> tile(std::uint8_t level,
                                     std::uint64_t index,
                                     std::uint16_t width) const;

    // C2SP tlog-tiles entry bundle: each leaf with its uint16 length.
    [[nodiscard]] Result<Bytes> entries(std::uint64_t index, std::uint16_t width) const;

    // A signed note for at least the durable log of now (C2SP tlog-checkpoint). Writes (size, root) as "signed", synced, before it signs; the
    // same size is signed once and the note kept. Concurrent callers share the work. Blocks. not_in_log while the log is empty;
    // the store's error if "signed" could not be written, and then nothing was signed.
    [[nodiscard]] Result<std::string> checkpoint();

    // A note for the newest "signed", which may be older than the log: what can be said without a write. not_in_log if nothing
    // was ever signed.
    [[nodiscard]] Result<std::string> newest_checkpoint() const;

    // The opening of a leaf with every field; erased if it is no longer there.
    [[nodiscard]] Result<protocol::message::OpenedEntry> opened(LogIndex index) const;

    // Leaf indices of a sequence from a counter on, ascending, dense, at most `max`.
    [[nodiscard]] Result<std::vector<LogIndex>> sequence(const SequenceId& id,
                                                         std::uint64_t from,
                                                         std::size_t max) const;

  private:
    class Impl;
    explicit AuditLog(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace serai::storage::audit

template <>
struct boost::system::is_error_code_enum<serai::storage::audit::AuditError> : std::true_type {};
