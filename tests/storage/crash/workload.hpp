// What a store and an object store are put through before they die, and what must be there afterwards. One step is one
// commit, which depends on all before it; every tenth step first uploads and seals an object, which the commit then names.
#pragma once

#include "storage/kv/store.hpp"
#include "storage/objects/object_store.hpp"

#include <cstdint>
#include <string>

namespace serai::tests::crash {

// Step `n`, from 1 on. Objects left sealed by a run that died before its commit are taken over.
Result<void> run_step(storage::kv::Store& store,
                      storage::objects::ObjectStore& objects,
                      std::uint64_t n);

// The newest step that the store holds; 0 for a fresh one.
Result<std::uint64_t> last_step(const storage::kv::Store& store);

// Empty if everything of the steps 1 to last_step is there and right, last_step is at least `acknowledged`, and nothing of a
// later step is there; otherwise a sentence.
std::string find_fault(const storage::kv::Store& store,
                       storage::objects::ObjectStore& objects,
                       std::uint64_t acknowledged);

// The number of deaths that a test should cause: SERAI_CRASH_RUNS, else `otherwise`.
int crash_runs(int otherwise);

}  // namespace serai::tests::crash
