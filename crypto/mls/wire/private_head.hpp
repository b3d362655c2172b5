// The readable part of a PrivateMessage in place, for a delivery service, which can read no more of it: nothing is copied.
#pragma once

#include "crypto/mls/wire/framing.hpp"

namespace serai::crypto::mls {

// RFC 9420, section 6.3. The views live as long as what they were read from.
struct PrivateHead {
    ByteView group_id;
    std::uint64_t epoch = 0;
    ContentType content_type{};
    ByteView authenticated_data;
};

// Of an MLSMessage (section 6) that is a PrivateMessage and nothing else; reads what MlsMessage::decode accepts of those. The
// ciphertexts are only measured. CodecError, unknown_value for other versions, wire formats and content types.
[[nodiscard]] Result<PrivateHead> read_private_head(ByteView mls_message);

}  // namespace serai::crypto::mls
