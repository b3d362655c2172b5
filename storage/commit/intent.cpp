#include "storage/commit/intent.hpp"

namespace serai::storage::commit {

void Effects::clear() {
    rows.clear();
    entry.reset();
    claims.clear();
    changes.clear();
    events.clear();
}

}  // namespace serai::storage::commit
