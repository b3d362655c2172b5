// How people name things, and how things are named to people.
#pragma once

#include "client/channel/state.hpp"
#include "client/client.hpp"
#include "protocol/network/genesis.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <string>
#include <string_view>

namespace serai::client::cli {

// A channel by its title (or a part of it that fits no other), or by the beginning of its id, 4 hexadecimal digits or more.
// not_found, ambiguous.
Result<channel::ChannelState> find_channel(Client& client, std::string_view name);

// "spiffe://domain/role/person", or shorter "KZ/person" and "KZ/role/person"; the role is focal-point unless said otherwise.
// A device after the person is left out. bad_argument.
Result<protocol::network::PersonId> parse_person(const protocol::network::Genesis& genesis,
                                                 std::string_view text,
                                                 Diagnostics& diagnostics);

// The same with the device's name behind it: "KZ/person-1/laptop". bad_argument.
Result<protocol::network::SpiffeId> parse_device(const protocol::network::Genesis& genesis,
                                                 std::string_view text,
                                                 Diagnostics& diagnostics);

// "KZ person-1" of a SPIFFE id of a person or device; with_device: "KZ person-1 (laptop)". An auditor, registrar or expert is
// named as such. What is no SPIFFE id comes back as it is.
[[nodiscard]] std::string person_text(const protocol::network::Genesis& genesis,
                                      std::string_view spiffe_id,
                                      bool with_device = false);

// The first 8 digits of an id.
[[nodiscard]] std::string short_id(ByteView id);

}  // namespace serai::client::cli
