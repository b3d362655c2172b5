// Small judgements about pieces of MLS that arrive in requests.
#pragma once

#include "crypto/mls/wire/message.hpp"
#include "protocol/base/error.hpp"
#include "protocol/codec/reader.hpp"

#include <variant>

namespace serai::server::service {

// The MLSMessage of this kind in `bytes`. A codec error, or invalid_commit for another kind.
template <class T>
Result<T> decode_mls(ByteView bytes) {
    SERAI_TRY(decoded, protocol::codec::decode_exact<crypto::mls::MlsMessage>(bytes));
    auto* value = std::get_if<T>(&decoded.value);
    if (value == nullptr) {
        return WireError::invalid_commit;
    }
    return std::move(*value);
}

// Who loses its way comes back by the key of this extension (RFC 9420, section 12.4.3.2), so it has to be there in every epoch:
// invalid_commit otherwise.
Result<void> check_external_pub(const crypto::mls::GroupInfo& info);

}  // namespace serai::server::service
