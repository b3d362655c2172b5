#include "crypto/act/channel_chain.hpp"

#include "crypto/primitive/hash.hpp"
#include "protocol/codec/writer.hpp"

namespace serai::crypto::act {

Digest chain_hash(const GroupId& group, RecordNumber n, const Digest& previous, ByteView record) {
    constexpr std::string_view kLabel = "serai/chan/v1";
    Bytes number;
    protocol::codec::Writer{number}.u64(n.value());
    return sha256({as_bytes(kLabel), group.value(), number, previous, record});
}

GroupId group_id_of(const NetworkId& network, const Digest& founding_leaf_hash) {
    return GroupId{sha256({network.value(), founding_leaf_hash})};
}

}  // namespace serai::crypto::act
