// One proposal by itself: RFC 9420, section 12.1.
#include "crypto/mls/group/external_proposal.hpp"
#include "crypto/mls/group/identity.hpp"
#include "crypto/mls/group/leaf_validation.hpp"
#include "crypto/mls/group/proposal_list.hpp"

namespace serai::crypto::mls {

namespace {

// Whether this may be the first commit of a group that follows from another (sections 11.2 and 11.3): by its founder, still alone.
bool may_begin(const PublicGroup& group, const Sender& sender) {
    return group.epoch() == 0 && group.tree().member_count() == 1 &&
           sender.type == SenderType::member;
}

// Section 12.1.4.
Result<void> check_psk(const PublicGroup& group, const Sender& sender, const PreSharedKeyId& psk) {
    const bool fits = psk.nonce.size() == group.suite().hash_size() &&
                      (lineage_of(psk) == nullptr || may_begin(group, sender));
    return fits ? Result<void>{} : Result<void>{MlsError::invalid_proposal};
}

// Section 12.1.2.
Result<void> check_update(const PublicGroup& group, const Sender& sender, const Update& update) {
    const LeafIndex index{sender.index};
    const auto before = group.tree().leaf(index);
    if (sender.type != SenderType::member || before == nullptr ||
        !update.leaf_node.is<FromUpdate>() ||
        update.leaf_node.encryption_key == before->encryption_key) {
        return MlsError::invalid_proposal;
    }
    SERAI_CHECK(check_leaf_form(group.suite(), update.leaf_node));
    return verify_leaf_signature(group.suite(), update.leaf_node, group.group_id(), index);
}

}  // namespace

Result<void> check_group_extensions(const Extensions& extensions) {
    if (!external_senders(extensions)) {
        return MlsError::invalid_proposal;
    }
    if (const Bytes* required = extensions.find(ExtensionType::required_capabilities)) {
        if (!protocol::codec::decode_exact<RequiredCapabilities>(*required)) {
            return MlsError::invalid_proposal;
        }
    }
    // These describe one GroupInfo, never a group (sections 12.4.3.2 and 12.4.3.3).
    if (extensions.find(ExtensionType::ratchet_tree) != nullptr ||
        extensions.find(ExtensionType::external_pub) != nullptr) {
        return MlsError::invalid_proposal;
    }
    return {};
}

Result<void> check_external_senders(const Extensions& extensions,
                                    const Extensions* before,
                                    const ValidationPolicy& policy) {
    const auto type = ExtensionType::external_senders;
    const Bytes* data = extensions.find(type);
    const Bytes* old = before == nullptr ? nullptr : before->find(type);
    if (data != nullptr && old != nullptr && *data == *old) {
        return {};
    }
    SERAI_TRY(senders, external_senders(extensions));
    for (const auto& sender : senders) {
        SERAI_CHECK(policy.credentials.validate_external_sender(sender));
    }
    return {};
}

Result<void> check_single(const PublicGroup& group,
                          const Sender& sender,
                          const Proposal& proposal,
                          const ValidationPolicy& policy) {
    const auto type = proposal.type();
    if ((sender.type == SenderType::external && !allowed_from_outside(type)) ||
        (sender.type == SenderType::new_member_proposal && type != ProposalType::add)) {
        return MlsError::invalid_proposal;
    }
    if (const auto* add = proposal.get<Add>()) {
        if (add->key_package.cipher_suite != group.suite().id()) {
            return MlsError::invalid_key_package;
        }
        return validate_key_package(add->key_package, policy);
    }
    if (const auto* update = proposal.get<Update>()) {
        return check_update(group, sender, *update);
    }
    if (const auto* remove = proposal.get<Remove>()) {
        return group.tree().leaf(remove->removed) != nullptr
                   ? Result<void>{}
                   : Result<void>{MlsError::invalid_proposal};
    }
    if (const auto* psk = proposal.get<PreSharedKey>()) {
        return check_psk(group, sender, psk->psk);
    }
    if (const auto* change = proposal.get<GroupContextExtensions>()) {
        SERAI_CHECK(check_group_extensions(change->extensions));
        return check_external_senders(change->extensions, &group.context().extensions, policy);
    }
    if (const auto* reinit = proposal.get<ReInit>()) {
        // Section 12.1.5: not back to an older version. One that this code does not speak may follow all the same.
        return reinit->version >= ProtocolVersion::mls10 ? Result<void>{}
                                                         : Result<void>{MlsError::invalid_proposal};
    }
    return {};  // ExternalInit: see ListRules
}

}  // namespace serai::crypto::mls
