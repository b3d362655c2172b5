// What somebody wants to happen, prepared so far that deciding it takes microseconds. storage/repo has one class for each kind.
//
// An intent is immutable after it was made. It pins (by shared_ptr) every head that its decision looks at, so decide reads
// nothing from the disk.
#pragma once

#include "protocol/base/result.hpp"
#include "storage/audit/audit_log.hpp"
#include "storage/commit/event.hpp"
#include "storage/commit/request.hpp"
#include "storage/kv/write_batch.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace serai::storage::commit {

// A change to heads in memory. enter() puts it into the overlay right after its intent was decided; publish() makes it
// visible to readers once the batch is durable. Both on the committer's thread, in order; neither may fail.
class Change {
  public:
    Change() = default;
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;
    virtual ~Change() = default;
    virtual void enter() noexcept = 0;
    virtual void publish() noexcept = 0;
};

// What a decision does. Nothing of it has happened when decide returns: the pipeline takes it over as a whole, or not at all.
struct Effects {
    kv::WriteBatch rows;  // besides those of the entry and of the kept verdict
    std::optional<audit::AssembledEntry> entry;  // its audit entry; everything accountable has one
    std::vector<Digest>
        claims;  // names that it takes for good (AuditLog::claim_once); only with an entry
    std::vector<std::unique_ptr<Change>> changes;
    std::vector<Event> events;

    void clear();
};

// What a decision may look at besides the heads that its intent pins: the overlay, that is, everything durable and this batch
// so far.
struct View {
    const audit::AuditLog& log;
    UnixMillis now;  // one time for the whole batch
};

class Intent {
  public:
    Intent() = default;
    Intent(const Intent&) = delete;
    Intent& operator=(const Intent&) = delete;
    virtual ~Intent() = default;

    // Nothing for what the server itself records (certificates seen, refusals, genesis).
    [[nodiscard]] virtual const Asking* asking() const = 0;

    // About as many bytes as it will add to the batch.
    [[nodiscard]] virtual std::size_t bytes() const = 0;

    // Judges against the overlay. Success: the encoded response, and `effects` (empty when called) says what happens.
    // Otherwise a WireError, and `effects` is thrown away. Pure: changes nothing, reads no disk, asks no clock.
    [[nodiscard]] virtual Result<Bytes> decide(const View& view, Effects& effects) const = 0;
};

}  // namespace serai::storage::commit
