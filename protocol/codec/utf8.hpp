#pragma once

#include "protocol/base/bytes.hpp"

namespace serai::protocol::codec {

// Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF) without control characters (C0, DEL, C1),
// so that a name can be shown on a terminal or written to a log line as it is.
[[nodiscard]] bool is_printable_utf8(ByteView bytes);

}  // namespace serai::protocol::codec
