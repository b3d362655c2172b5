#pragma once

#include "crypto/mls/wire/framing.hpp"
#include "crypto/mls/wire/group_info.hpp"
#include "crypto/mls/wire/welcome.hpp"

#include <variant>

namespace serai::crypto::mls {

// MLSMessage, RFC 9420, section 6: what travels. Decode with protocol::codec::decode_exact<MlsMessage>.
struct MlsMessage {
    // In the order of WireFormat.
    std::variant<PublicMessage, PrivateMessage, Welcome, GroupInfo, KeyPackage> value;

    [[nodiscard]] WireFormat wire_format() const {
        return static_cast<WireFormat>(value.index() + 1);
    }

    template <class T>
    [[nodiscard]] const T* get() const {
        return std::get_if<T>(&value);
    }

    void encode(Writer& writer) const;
    static Result<MlsMessage> decode(Reader& reader);
    friend bool operator==(const MlsMessage&, const MlsMessage&) = default;
};

}  // namespace serai::crypto::mls
