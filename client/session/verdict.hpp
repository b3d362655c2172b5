// What a refusal means for whoever asked.
#pragma once

#include "protocol/base/error.hpp"
#include "protocol/base/result.hpp"

namespace serai::client::session {

// Whether the request was refused for good: asking again with the same bytes is pointless, and nothing has happened. Everything
// else (no answer, busy, an unknown outcome) leaves the task where it is, and the next command carries on.
[[nodiscard]] inline bool is_refused_for_good(const ErrorCode& error) {
    if (error.category() != wire_category()) {
        return false;
    }
    switch (static_cast<WireError>(error.value())) {
        case WireError::busy:
        case WireError::rate_limited:
        case WireError::unknown_outcome:
        case WireError::unavailable:
        case WireError::shutting_down:
        case WireError::internal:
            return false;
        default:
            return true;
    }
}

}  // namespace serai::client::session
