// An audit entry before it has its place: made in Prepare, off the committer's thread, so that Decide only hashes what depends
// on the order. Holds its salts, so it is as secret as the opening that it becomes; never log one.
#pragma once

#include "crypto/secret/random.hpp"
#include "protocol/message/audit.hpp"
#include "protocol/network/act.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace serai::storage::audit {

// `random` must outlive the draft. Immutable once it is in an intent.
class EntryDraft {
  public:
    // An entry without an act. `type` is one of protocol::message::entry_type.
    EntryDraft(std::string origin,
               protocol::message::LeafKind kind,
               std::string_view type,
               crypto::Random& random);

    // The entry of an act whose signature has been verified; its id is the act's. The kind is event.
    EntryDraft(std::string origin, const protocol::network::Act& act, crypto::Random& random);

    // A server field that does not depend on the order, with a salt of its own. Fields of this kind come first in the entry, in
    // the order of the calls, which must be the order of protocol::message::field. "type" and "seal" are there already.
    EntryDraft& add(std::string_view name, ByteView value);

    // Draws salts for `count` fields that Decide will add; more are a broken invariant. The counters of the channel, of the
    // document and of each party are such fields too.
    EntryDraft& reserve_late(std::size_t count);

    [[nodiscard]] const EntryId& entry_id() const { return entry_id_; }

    // About as many bytes as the opening will have.
    [[nodiscard]] std::size_t estimated_bytes() const;

  private:
    friend class AuditLog;

    // A few hundred random bytes at a time: a system call for each salt would cost more than all the hashing.
    void draw(std::span<std::uint8_t> out);

    [[nodiscard]] EntryId draw_id();

    std::string origin_;
    protocol::message::LeafKind kind_;
    crypto::Random* random_;
    Bytes
        pool_;  // random bytes that were not used yet; taken from the end, and gone from here then
    EntryId entry_id_;
    Bytes opening_head_;          // the encoded Opening up to its server fields
    Digest act_root_{};           // over the act's fields, or over none
    std::size_t act_fields_ = 0;  // the server's fields go on counting after them
    bool is_act_ = false;
    Bytes fixed_fields_;          // encoded ShownFields
    std::vector<Digest> hashes_;  // of the fixed fields
    std::vector<Digest> salts_;   // for late fields
};

}  // namespace serai::storage::audit
