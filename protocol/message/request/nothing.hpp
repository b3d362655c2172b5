#pragma once

#include "protocol/base/result.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

namespace serai::protocol::message {

// A request or response without content.
struct Nothing {
    void encode(codec::Writer&) const {}

    static Result<Nothing> decode(codec::Reader&) { return Nothing{}; }

    friend bool operator==(const Nothing&, const Nothing&) = default;
};

}  // namespace serai::protocol::message
