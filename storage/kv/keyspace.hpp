// Every key, every log and every record of the server's store, as one table. Nothing else in the program spells a key.
//
// How to read it: a key is its table's byte and then the parts, each of a fixed size, integers big-endian, so that keys of
// one table sort by their parts. No part is ever a plaintext name: names enter as SHA-256 digests or random ids. Logs are
// named the same way; the store keeps them apart from keys, so a log may use the byte of a table.
//
// How to change it: take a new byte for a new or changed record, never reuse one, and write the row here and in
// docs/storage-format.md in the same change.
#pragma once

#include "storage/kv/key.hpp"
#include "storage/kv/write_batch.hpp"

#include <cstdint>

namespace serai::storage::kv::keyspace {

// The first byte of a key or log name.
using Table = std::uint8_t;

// space | byte | key parts | record | owner
// ------+------+-----------+--------+------

}  // namespace serai::storage::kv::keyspace
