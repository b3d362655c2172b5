// Where the server is.
#pragma once

#include "protocol/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace serai::client::connection {

struct Endpoint {
    std::string host;  // a DNS name or an IP address, without brackets
    std::uint16_t port = 0;

    // "host:port" or "[v6 address]:port"; bad_argument for anything else.
    static Result<Endpoint> parse(std::string_view text);

    [[nodiscard]] std::string to_string() const;
};

}  // namespace serai::client::connection
