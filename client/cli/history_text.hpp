// Records of a channel as people and scripts see them.
#pragma once

#include "client/channel/state.hpp"
#include "client/cli/output.hpp"
#include "protocol/message/audit.hpp"
#include "protocol/message/document.hpp"
#include "protocol/network/genesis.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace serai::client::cli {

// "10:12:03  KZ person-1: Good morning", or a sentence about who came and went. Empty for records that say nothing to a person
// (the title said again).
[[nodiscard]] std::string entry_text(const protocol::network::Genesis& genesis,
                                     const channel::HistoryEntry& entry);

[[nodiscard]] boost::json::object entry_json(const channel::HistoryEntry& entry);

// When an entry of the log happened: the time that its device signed, or else the leaf's, which is rounded down to a minute.
[[nodiscard]] UnixMillis time_of(const protocol::message::OpenedEntry& entry);

// The same for people, without seconds that nobody knows.
[[nodiscard]] std::string time_text(const protocol::message::OpenedEntry& entry);

// "TLP:AMBER, H0, X4"
[[nodiscard]] std::string marking_text(const protocol::message::Marking& marking);

[[nodiscard]] boost::json::object marking_json(const protocol::message::Marking& marking);

}  // namespace serai::client::cli
