#pragma once

#include "protocol/base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace serai::protocol::codec {

// RFC 4648, section 4: the standard alphabet, padded.
[[nodiscard]] std::string base64_encode(ByteView bytes);

// Exactly what base64_encode writes, so that no two texts mean the same bytes; nullopt otherwise.
[[nodiscard]] std::optional<Bytes> base64_decode(std::string_view text);

}  // namespace serai::protocol::codec
