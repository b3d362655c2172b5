// Dense sequences: every entry that concerns a party, a channel or a document has the next number of that sequence and names
// the leaf before it, so that an entry withheld is a gap that can be seen (docs/audit-log-format.md).
#pragma once

#include "protocol/base/strong_id.hpp"
#include "protocol/message/audit.hpp"
#include "protocol/network/party.hpp"
#include "protocol/network/statement.hpp"

#include <cstdint>
#include <vector>

namespace serai::storage::audit {

// In keys of the store: never renumber. The values are those of OpeningScope.
enum class Scope : std::uint8_t { party = 1, channel = 2, document = 3 };

// id: SHA-256 of the party's code; the group id; the document id followed by zero bytes.
struct SequenceId {
    Scope scope = Scope::party;
    Digest id{};

    [[nodiscard]] static SequenceId of(const protocol::network::PartyCode& party);
    [[nodiscard]] static SequenceId of(const GroupId& group);
    [[nodiscard]] static SequenceId of(const protocol::network::DocumentId& document);

    friend bool operator==(const SequenceId&, const SequenceId&) = default;
};

// The overlay's end of one sequence: what is durable and what the batch in the making adds. Belongs to the committer's
// thread once the pipeline runs; AuditLog::load_sequence makes it.
class Sequence {
  public:
    Sequence(SequenceId id, std::uint64_t next, std::uint64_t last)
        : id_(id), next_(next), last_(last) {}

    [[nodiscard]] const SequenceId& id() const { return id_; }

    // What the next entry's counter field holds.
    [[nodiscard]] protocol::message::Counter upcoming() const { return {next_, last_}; }

  private:
    friend class AuditLog;

    SequenceId id_;
    std::uint64_t next_;              // counter of the next entry
    std::uint64_t last_;              // leaf index of the entry before it, or kNoPrevious
    std::vector<std::uint64_t> run_;  // leaves that this batch added, not yet written
};

}  // namespace serai::storage::audit
