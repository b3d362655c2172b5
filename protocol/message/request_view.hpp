// A RequestFrame in place, for whoever reads many and keeps none: nothing is copied.
#pragma once

#include "protocol/message/frame.hpp"

namespace serai::protocol::message {

// As RequestFrame; the body lives as long as what it was read from.
struct RequestView {
    RequestId id;
    RequestType type = RequestType::hello;
    ByteView body;
};

// Reads what RequestFrame::decode reads, with the same errors.
[[nodiscard]] Result<RequestView> read_request(ByteView payload);

}  // namespace serai::protocol::message
