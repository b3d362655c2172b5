// Re-derives everything that can be derived from the raw records of a store and compares: behind `serai-server check`, and what
// both crash harnesses run after each death.
#pragma once

#include "storage/kv/store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace serai::storage::objects {
class ObjectStore;
}

namespace serai::storage::audit {

struct CheckReport {
    std::uint64_t leaves = 0;
    std::uint64_t openings = 0;
    std::uint64_t erased = 0;   // leaves without an opening
    std::uint64_t records = 0;  // of all channels
    std::uint64_t channels = 0;
    std::uint64_t effects = 0;    // rows that must have a leaf, and have
    std::uint64_t documents = 0;  // sealed versions whose ciphertext was read
    Digest root{};
    std::vector<std::string> problems;  // sentences; empty means consistent. At most kMaxProblems

    [[nodiscard]] bool consistent() const { return problems.empty(); }
};

inline constexpr std::size_t kMaxProblems = 100;

// Reads all of the store, which nobody may be writing to. What is checked:
// - leaves are dense, decode, and their time never falls; the tree that they make has the recorded root, every full tile holds
//   the hashes of its leaves, no tile is missing, and "signed" is a prefix of it;
// - every opening recomputes its leaf's commitment, all its fields being shown; counters are dense, name their predecessor, and
//   stand in the index of their sequence; no index names a leaf that does not say so;
// - every channel's records are dense, chained, and each record's leaf commits to (group, n, h_n); the public group loads, its
//   epoch is the number of commits, its members are the rows of members;
// - every effect has its leaf: act, record, key package, sealed version, CRL, certificate seen, kept verdict.
// The store's error only when it cannot be read; everything else is a problem in the report.
Result<CheckReport> check_consistency(const kv::Store& store);

// Adds to the report: of every sealed version the ciphertext is there, with the length and SHA-256 of its record. Reads all of
// it. The store's error only when it cannot be read.
Result<void> check_objects(const kv::Store& store,
                           objects::ObjectStore& objects,
                           CheckReport& report);

}  // namespace serai::storage::audit
