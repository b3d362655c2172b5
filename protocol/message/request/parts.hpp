// What several requests hold.
#pragma once

#include "protocol/codec/reader.hpp"

#include <cstdint>
#include <string>

namespace serai::protocol::message {

// A vector with one MLSMessage, at most limits::kMaxMlsMessage.
Result<Bytes> read_mls_message(codec::Reader& reader);

// A checkpoint, a C2SP signed note, at most 128 KiB.
Result<std::string> read_note(codec::Reader& reader);

// How many entries are wanted: 1 to limits::kMaxPageEntries.
Result<std::uint16_t> read_page_size(codec::Reader& reader);

}  // namespace serai::protocol::message
