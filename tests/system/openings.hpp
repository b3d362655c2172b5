// What an auditor of a party reads.
#pragma once

#include "tests/support/network/protocol_client.hpp"

#include <string>
#include <vector>

namespace serai::tests {

// Every entry that concerns the device's party, in the order of its counter, verified against its leaf. Throws
// std::runtime_error if the server refuses, leaves a gap, or gives an opening that does not fit.
[[nodiscard]] std::vector<protocol::message::OpenedEntry> party_entries(const TestNetwork& network,
                                                                        const TestDevice& auditor,
                                                                        ProtocolClient& client);

// The type of an entry.
[[nodiscard]] std::string type_of(const protocol::message::OpenedEntry& entry);

// The reasons of the refusals among them.
[[nodiscard]] std::vector<std::string> recorded_refusals(const TestNetwork& network,
                                                         const TestDevice& auditor,
                                                         ProtocolClient& client);

}  // namespace serai::tests
