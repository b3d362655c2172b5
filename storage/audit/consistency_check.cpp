#include "storage/audit/consistency_check.hpp"

#include "storage/audit/check_facts.hpp"

namespace serai::storage::audit {

Result<CheckReport> check_consistency(const kv::Store& store) {
    CheckReport report;
    Problems problems{report};
    Facts facts;
    SERAI_CHECK(check_log(store, problems, facts));
    SERAI_CHECK(check_channels(store, problems, facts));
    SERAI_CHECK(check_effects(store, problems, facts));
    return report;
}

}  // namespace serai::storage::audit
