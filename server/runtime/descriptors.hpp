// The process's limit of open files, which connections, the store's tables and documents share.
#pragma once

#include <cstddef>

namespace serai::server::runtime {

// Kept for everything but connections: RocksDB holds each of its tables open, a document that moves is a file, and a store
// that cannot open a file stops writing.
inline constexpr std::size_t kReservedDescriptors = 512;

// Raises the soft limit of this process to the hard one, and returns what it is then.
[[nodiscard]] std::size_t raise_descriptor_limit();

// How many of `wanted` connections such a limit has room for beside what is reserved; 0 if none.
[[nodiscard]] std::size_t connections_within(std::size_t descriptors, std::size_t wanted);

}  // namespace serai::server::runtime
