#include "crypto/mls/group/lineage.hpp"

#include "crypto/mls/group/commit_builder.hpp"

#include <algorithm>
#include <set>

namespace serai::crypto::mls {

namespace {

// What the application calls the members.
std::set<Bytes> names_of(const PublicGroup& group, const ValidationPolicy& policy) {
    std::set<Bytes> names;
    group.tree().for_each_member([&](LeafIndex, const LeafNode& leaf) {
        names.insert(policy.credentials.client_name(leaf));
    });
    return names;
}

Result<void> check_includes(const PublicGroup& all,
                            const PublicGroup& some,
                            const ValidationPolicy& policy) {
    const auto larger = names_of(all, policy);
    const auto smaller = names_of(some, policy);
    return std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end())
               ? Result<void>{}
               : Result<void>{MlsError::wrong_members};
}

// Section 12.4.3.1: the last commit of the old group has a ReInit, and the new group is what it announced.
bool is_announced(const Group& predecessor, const GroupContext& successor) {
    const auto& reinit = predecessor.reinit();
    return reinit && reinit->version == ProtocolVersion::mls10 &&
           reinit->group_id == successor.group_id &&
           reinit->cipher_suite == successor.cipher_suite &&
           reinit->extensions == successor.extensions;
}

}  // namespace

ExternalPsk LineageSource::find(const PreSharedKeyId& id) const {
    const auto* lineage = lineage_of(id);
    if (lineage == nullptr) {
        return rest_ == nullptr ? ExternalPsk{} : rest_->find(id);
    }
    return predecessor_ != nullptr && lineage->group_id == predecessor_->view()->group_id()
               ? predecessor_->resumption_psk(lineage->epoch)
               : ExternalPsk{};
}

Result<void> check_lineage(const ResumptionPskId& psk,
                           const Group& predecessor,
                           const PublicGroup& successor,
                           const ValidationPolicy& policy) {
    const PublicGroup& before = *predecessor.view();
    if (psk.group_id != before.group_id() || successor.epoch() != 1) {
        return MlsError::invalid_welcome;
    }
    if (psk.usage == ResumptionPskUsage::reinit) {
        // Section 11.2: the PSK is of the epoch after the commit that had the ReInit.
        if (psk.epoch != before.epoch() || !is_announced(predecessor, successor.context())) {
            return MlsError::invalid_welcome;
        }
        return check_includes(successor, before, policy);
    }
    if (successor.suite().id() != before.suite().id()) {
        return MlsError::invalid_welcome;
    }
    return check_includes(before, successor, policy);
}

Result<FollowOn> Group::found_successor(const CipherSuite& suite,
                                        Bytes group_id,
                                        Extensions extensions,
                                        ResumptionPskUsage usage,
                                        const LeafIdentity& identity,
                                        const FollowOnOptions& options,
                                        const ValidationPolicy& policy,
                                        Random& random) const {
    SERAI_TRY(
        founded,
        create(
            suite, std::move(group_id), identity, options.lifetime, std::move(extensions), random));
    founded.handshake_format_ = handshake_format_;
    founded.resumption_psks_kept_ = resumption_psks_kept_;
    const ResumptionPskId psk{usage, public_->group_id(), epoch()};
    const LineageSource source{this, nullptr};
    CommitOptions commit;
    commit.adds = options.members;
    commit.psks.push_back({psk, {}});
    commit.authenticated_data = options.authenticated_data;
    commit.welcome_info = options.welcome_info;
    commit.published_info = options.published_info;
    commit.psk_source = &source;
    CommitBuilder builder{founded, identity, identity.keys.private_key, commit, policy, random};
    SERAI_TRY(first, builder.run());
    SERAI_CHECK(check_lineage(psk, *this, *first.next.view(), policy));
    return FollowOn{std::move(founded), std::move(first)};
}

Result<FollowOn> Group::reinitialize(const LeafIdentity& identity,
                                     const FollowOnOptions& options,
                                     const ValidationPolicy& policy,
                                     Random& random) const {
    if (!reinit_) {
        return MlsError::invalid_proposal;
    }
    const CipherSuite* suite = CipherSuite::find(reinit_->cipher_suite);
    if (suite == nullptr || reinit_->version != ProtocolVersion::mls10) {
        return MlsError::unsupported;
    }
    SERAI_TRY(made,
              found_successor(*suite,
                              reinit_->group_id,
                              reinit_->extensions,
                              ResumptionPskUsage::reinit,
                              identity,
                              options,
                              policy,
                              random));
    // Section 12.4.1: with the same members, so nobody is added on the way.
    SERAI_CHECK(check_includes(*public_, *made.first.next.view(), policy));
    return std::move(made);
}

Result<FollowOn> Group::branch(Bytes group_id,
                               Extensions extensions,
                               const LeafIdentity& identity,
                               const FollowOnOptions& options,
                               const ValidationPolicy& policy,
                               Random& random) const {
    if (reinit_) {
        return MlsError::group_ended;
    }
    return found_successor(suite(),
                           std::move(group_id),
                           std::move(extensions),
                           ResumptionPskUsage::branch,
                           identity,
                           options,
                           policy,
                           random);
}

}  // namespace serai::crypto::mls
