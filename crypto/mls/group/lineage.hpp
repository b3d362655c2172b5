// Private to the sources of Group: groups that follow from another, RFC 9420, sections 11.2 (reinitialization) and 11.3 (branching).
#pragma once

#include "crypto/mls/group/group.hpp"

namespace serai::crypto::mls {

// Adds what ties a group to its predecessor to what `rest` knows. Both are borrowed and may be null.
class LineageSource final : public PskSource {
  public:
    LineageSource(const Group* predecessor, const PskSource* rest)
        : predecessor_(predecessor), rest_(rest) {}

    [[nodiscard]] ExternalPsk find(const PreSharedKeyId& id) const override;

  private:
    const Group* predecessor_;
    const PskSource* rest_;
};

// Whether `successor`, which used that PSK, may be what it claims to be. invalid_welcome if its parameters do not follow from the
// predecessor's, wrong_members if its members do not.
Result<void> check_lineage(const ResumptionPskId& psk,
                           const Group& predecessor,
                           const PublicGroup& successor,
                           const ValidationPolicy& policy);

}  // namespace serai::crypto::mls
