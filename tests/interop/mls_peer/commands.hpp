// The peer's language: README.md in the folder above has the table.
#pragma once

#include "tests/interop/mls_peer/peer.hpp"

#include <string>
#include <string_view>

namespace serai::tests::interop {

// Carries out one line and gives the reply, one line of JSON without its end. Whatever the line is, this returns: a command that
// cannot be carried out gets {"ok":false,"error":...} and changes nothing.
[[nodiscard]] std::string answer(Peer& peer, std::string_view line);

}  // namespace serai::tests::interop
