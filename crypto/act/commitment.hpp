// The arithmetic of audit entries: fields, act root, commitment, leaf. docs/audit-log-format.md has the bytes.
//
// All functions are pure and thread-safe. A field hash costs about eight SHA-256 blocks for a short value and allocates nothing.
#pragma once

#include "crypto/secret/random.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/strong_id.hpp"
#include "protocol/message/audit.hpp"
#include "protocol/network/act.hpp"
#include "protocol/network/statement.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace serai::crypto::act {

inline constexpr std::uint64_t kLeafTimeStep = 60;  // seconds; leaf times are multiples of it

using LeafBytes = ByteArray<protocol::message::kLeafSize>;

// What every field of one entry shares. The origin must outlive it.
struct EntryContext {
    std::string_view origin;  // of the log
    EntryId entry_id;
};

// HMAC-SHA256(salt, "serai/field/v1" | lp(origin) | entry_id | u16 index | lp(name) | lp(value)). The act's fields have the
// indexes from 0 on, the server's fields go on counting after them.
[[nodiscard]] Digest field_hash(const EntryContext& entry,
                                std::uint16_t index,
                                const protocol::network::Field& field);

// The hashes of consecutive fields, the first with the index `first`.
[[nodiscard]] std::vector<Digest> field_hashes(const EntryContext& entry,
                                               std::uint16_t first,
                                               std::span<const protocol::network::Field> fields);

// SHA-256("serai/act/v1" | u16 count | field_0 | ...). An entry without an act has the act root of no fields.
[[nodiscard]] Digest act_root(std::span<const Digest> field_hashes);

// SHA-256("serai/commit/v1" | lp(origin) | entry_id | act_root | the server's field hashes)
[[nodiscard]] Digest commitment(const EntryContext& entry,
                                const Digest& act_root,
                                std::span<const Digest> server_field_hashes);

// Gives each value a salt of 32 random bytes of its own; one draw for all of them.
[[nodiscard]] std::vector<protocol::network::Field> with_salts(
    protocol::network::NamedValues values, Random& random = system_random());

// `time` rounded down to kLeafTimeStep.
[[nodiscard]] UnixSeconds leaf_time(UnixSeconds time);

[[nodiscard]] LeafBytes leaf_bytes(const protocol::message::Leaf& leaf);

// The RFC 6962 hash of the leaf's bytes: what stands in the tree.
[[nodiscard]] Digest leaf_hash(const protocol::message::Leaf& leaf);

}  // namespace serai::crypto::act
