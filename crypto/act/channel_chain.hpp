// The hashes that tie a channel's records into a chain and name its group (DESIGN, section 5).
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/strong_id.hpp"
#include "protocol/message/record.hpp"

namespace serai::crypto::act {

// h_n = SHA-256("serai/chan/v1" | group id | uint64 n | h_{n-1} | record); h before record 0 is 32 zero bytes.
[[nodiscard]] Digest chain_hash(const GroupId& group,
                                RecordNumber n,
                                const Digest& previous,
                                ByteView record);

// SHA-256(network id | leaf hash of the founding act)
[[nodiscard]] GroupId group_id_of(const NetworkId& network, const Digest& founding_leaf_hash);

}  // namespace serai::crypto::act
