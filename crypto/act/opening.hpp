// Openings: the fields beside a leaf, shown or withheld one by one, and the proof that they are what the leaf committed to.
#pragma once

#include "crypto/act/commitment.hpp"
#include "crypto/act/error.hpp"
#include "protocol/base/result.hpp"
#include "protocol/message/audit.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace serai::crypto::act {

// The opening of an entry that a signed act caused: its fields, and the server's own. All are shown.
[[nodiscard]] protocol::message::Opening open_act(const protocol::network::Act& act,
                                                  std::vector<protocol::network::Field> server);

// The opening of an entry without an act.
[[nodiscard]] protocol::message::Opening open_event(const EntryId& entry_id,
                                                    std::vector<protocol::network::Field> server);

// The value of the server field "seal": SHA-256 of the encoded ActSeal.
[[nodiscard]] Digest seal_hash(const protocol::network::ActSeal& seal);

// The commitment that an opening leads to; withheld fields count with the hashes that stand in their place.
[[nodiscard]] Digest commitment_of(std::string_view origin,
                                   const protocol::message::Opening& opening);

// The hashes of the server's fields of an opening.
[[nodiscard]] std::vector<Digest> server_field_hashes(std::string_view origin,
                                                      const protocol::message::Opening& opening);

// The same opening with those fields replaced by their hashes for which `withholds` says so. It still leads to the same leaf.
enum class FieldOwner : std::uint8_t { act, server };
using Withholds = std::function<bool(FieldOwner, const protocol::network::Field&)>;
[[nodiscard]] protocol::message::Opening withhold(std::string_view origin,
                                                  const protocol::message::Opening& opening,
                                                  const Withholds& withholds);

// Whether the opening is that of the leaf: entry_mismatch, commitment_mismatch, or seal_mismatch when the act beside it is not
// the one whose hash the server's field "seal" holds (or that field is withheld while the act is shown). It says nothing of the
// act's signature: see signed_act.hpp.
Result<void> verify_opening(std::string_view origin,
                            const protocol::message::Leaf& leaf,
                            const protocol::message::Opening& opening);

// Whether the act's fields and the given hashes lead to the receipt's leaf: entry_mismatch or commitment_mismatch otherwise.
Result<void> verify_act_receipt(std::string_view origin,
                                const protocol::message::ActReceipt& receipt);

}  // namespace serai::crypto::act
