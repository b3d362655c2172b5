// What the peer hears of each layer's errors; docs/errors.md has the table.
#pragma once

#include "protocol/base/error.hpp"
#include "protocol/base/result.hpp"

#include <string_view>

namespace serai::server::service {

[[nodiscard]] WireError wire_error(const ErrorCode& error);

// A sentence that may be told to the peer: the reason's name where the peer can do something about it, else nothing. Failures
// of signatures, MACs and decryption have none.
[[nodiscard]] std::string_view detail_of(const ErrorCode& error);

}  // namespace serai::server::service
