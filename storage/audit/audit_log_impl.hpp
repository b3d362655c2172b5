// The inside of AuditLog, for the files of this folder.
#pragma once

#include "storage/audit/audit_log.hpp"
#include "storage/audit/right_edge.hpp"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_set>

namespace serai::storage::audit {

class AuditLog::Impl {
  public:
    Impl(kv::Store& the_store, AuditLogOptions the_options)
        : store(the_store), options(std::move(the_options)) {}

    [[nodiscard]] Result<void> load();
    [[nodiscard]] Result<void> compare_with_signed();
    [[nodiscard]] std::shared_ptr<const RightEdge> durable() const;

    // Signs a head that is "signed" in the store, and keeps the note. With `signing` held.
    [[nodiscard]] Result<std::string> sign(const TreeHead& head);

    kv::Store& store;
    AuditLogOptions options;

    // The overlay.
    RightEdge edge;
    UnixSeconds last_time;  // of the newest leaf
    std::map<protocol::network::PartyCode, std::unique_ptr<Sequence>> parties;
    std::vector<Sequence*> touched;  // with a run to write
    std::vector<FullTile> filled;    // to write
    bool changed = false;            // since write()

    // Names taken since the log had once_floor leaves: all that a check as of once_floor or later cannot have seen in the store.
    struct Taken {
        Digest key{};
        std::uint64_t size = 0;  // of the log, with the entry that took it
    };
    std::unordered_set<Strong<struct OnceTag, Digest>> taken;
    std::deque<Taken> taken_order;
    std::uint64_t once_floor = 0;

    // The durable log.
    mutable std::mutex mutex;  // guards what follows
    std::shared_ptr<const RightEdge> durable_edge;
    std::string note;  // of note_size leaves; empty: none signed yet
    TreeSize note_size;

    std::mutex signing;  // held while a checkpoint is made; guards `signed_head`
    TreeHead signed_head;
};

}  // namespace serai::storage::audit
