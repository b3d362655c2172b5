#include "server/session/trust.hpp"

#include "crypto/act/commitment.hpp"

#include <utility>

namespace serai::server::session {

UnixSeconds end_of_leaf_minute(UnixSeconds leaf_time) {
    return UnixSeconds{leaf_time.value() + crypto::act::kLeafTimeStep - 1};
}

Trust::Trust(std::shared_ptr<const protocol::network::Genesis> genesis,
             crypto::x509::TrustStore bundles,
             const runtime::Log& log)
    : genesis_(std::move(genesis)),
      bundles_(std::move(bundles)),
      log_(log),
      store_(std::make_shared<const crypto::x509::TrustStore>(bundles_)) {}

std::shared_ptr<const crypto::x509::TrustStore> Trust::store() const {
    const std::lock_guard lock{mutex_};
    return store_;
}

void Trust::refresh(const storage::repo::Network& network) {
    const std::lock_guard refreshing{refreshing_};
    auto fresh = std::make_shared<crypto::x509::TrustStore>(bundles_);
    for (const auto& recorded : network.crls()) {
        const auto added = fresh->add_crl(
            recorded.trust_domain, recorded.crl, end_of_leaf_minute(recorded.leaf_time));
        if (!added) {
            log_.error("crl_unusable",
                       {{"party", recorded.party.text()}, {"reason", added.error().message()}});
        }
    }
    const std::lock_guard lock{mutex_};
    store_ = std::move(fresh);
}

}  // namespace serai::server::session
