// Processing another's commit: the steps of RFC 9420, section 12.4.2 that take secrets.
#include "crypto/mls/group/group.hpp"
#include "crypto/mls/group/message_protection.hpp"

#include <algorithm>

namespace serai::crypto::mls {

namespace {

// PSKs in the order given; unknown_psk if `find` has none.
template <class Find>
Result<PskSecret> combine(const CipherSuite& suite,
                          const std::vector<PreSharedKeyId>& ids,
                          const Find& find) {
    std::vector<ExternalPsk> keys;
    std::vector<SecretView> views;
    keys.reserve(ids.size());
    for (const auto& id : ids) {
        keys.push_back(find(id));
        if (keys.back().empty()) {
            return MlsError::unknown_psk;
        }
        views.push_back(keys.back());
    }
    return combine_psks(suite, ids, views);
}

}  // namespace

Result<PskSecret> combine_psks_from(const CipherSuite& suite,
                                    const std::vector<PreSharedKeyId>& ids,
                                    const PskSource* source) {
    return combine(suite, ids, [&](const PreSharedKeyId& id) {
        return source == nullptr ? ExternalPsk{} : source->find(id);
    });
}

ExternalPsk Group::resumption_psk(std::uint64_t epoch) const {
    const ResumptionPsk* found = nullptr;
    if (epoch == this->epoch()) {
        found = &epoch_.resumption_psk;
    } else if (const auto it = resumption_psks_.find(epoch); it != resumption_psks_.end()) {
        found = &it->second;
    }
    return found == nullptr
               ? ExternalPsk{}
               : found->clone("PSK into another epoch").retag<ExternalPskTag>("section 8.6");
}

Result<PskSecret> Group::psk_secret(const std::vector<PreSharedKeyId>& ids,
                                    const PskSource* source) const {
    return combine(suite(), ids, [&](const PreSharedKeyId& id) {
        const auto* resumption = std::get_if<ResumptionPskId>(&id.key);
        if (resumption != nullptr && resumption->group_id == public_->group_id()) {
            if (auto own = resumption_psk(resumption->epoch); !own.empty()) {
                return own;
            }
        }
        return source == nullptr ? ExternalPsk{} : source->find(id);
    });
}

// Our own Update proposal, committed by another: its key becomes ours now.
Result<void> Group::adopt_own_update(const StagedPublicCommit& change, TreeKemPrivate& keys) const {
    for (const auto& update : change.updates) {
        if (update.index != own_leaf()) {
            continue;
        }
        const auto key = std::find_if(
            pending_updates_.begin(), pending_updates_.end(), [&](const HpkeKeyPair& candidate) {
                return candidate.public_key == update.after->encryption_key;
            });
        if (key == pending_updates_.end()) {
            return MlsError::unknown_proposal;
        }
        keys.set_leaf_key(key->clone("the proposal may yet be superseded by another commit"));
    }
    return {};
}

Result<InitSecret> Group::next_init_secret(const StagedPublicCommit& change) const {
    if (!change.external_init) {
        return epoch_.init.clone("this epoch lives until the next one is merged");
    }
    SERAI_TRY(
        exported,
        suite().external_init(suite().derive_key_pair(epoch_.external), *change.external_init));
    return std::move(exported).retag<InitSecretTag>("external init secret, section 8.3");
}

void Group::inherit(const Group& before) {
    handshake_format_ = before.handshake_format_;
    resumption_psks_kept_ = before.resumption_psks_kept_;
    if (resumption_psks_kept_ == 0) {
        return;
    }
    for (const auto& [epoch, psk] : before.resumption_psks_) {
        resumption_psks_.emplace(epoch, psk.clone("kept on request"));
    }
    resumption_psks_.emplace(before.epoch(), before.epoch_.resumption_psk.clone("kept on request"));
    while (resumption_psks_.size() > resumption_psks_kept_) {
        resumption_psks_.erase(resumption_psks_.begin());
    }
}

Result<Group> Group::advance(const StagedPublicCommit& change, const PskSource* psks) const {
    const PublicGroup& next = *change.next;
    auto keys = tree_secrets_.clone("this epoch lives until the next one is merged");
    SERAI_CHECK(adopt_own_update(change, keys));
    keys.prune(next.tree());

    auto commit_secret = CommitSecret::zero(suite().hash_size());
    if (change.update_path) {
        SERAI_TRY(
            opened,
            keys.open_path(suite(), change.path, *change.update_path, change.provisional_context));
        commit_secret = std::move(opened);
    }
    if (!keys.consistent_with(next.tree())) {
        return MlsError::invalid_path;
    }
    SERAI_TRY(psk, psk_secret(change.psks, psks));
    SERAI_TRY(init, next_init_secret(change));
    auto joiner = joiner_secret(suite(), std::move(init), commit_secret, next.encoded_context());
    auto joined = joined_secrets(suite(), std::move(joiner), psk, next.encoded_context());
    const Bytes tag =
        suite().mac(joined.epoch.confirmation_key, next.context().confirmed_transcript_hash);
    if (!ct_equal(ByteView{tag}, next.confirmation_tag())) {
        return CryptoError::verification_failed;
    }
    Group group{change.next, std::move(keys), std::move(joined.epoch)};
    group.inherit(*this);
    group.reinit_ = change.reinit;
    return group;
}

Result<StagedCommit> Group::stage(const MlsMessage& message,
                                  const ValidationPolicy& policy,
                                  const PskSource* psks) {
    if (reinit_) {
        return MlsError::group_ended;
    }
    std::optional<StagedPublicCommit> change;
    std::optional<OpenedMessage> opened;
    if (const auto* open = message.get<PublicMessage>()) {
        if (open->content.sender == Sender::member(own_leaf()) && open->content.epoch == epoch()) {
            return MlsError::own_message;
        }
        SERAI_CHECK(check_membership(*open));
        SERAI_TRY(staged, public_->stage(*open, proposals_, policy));
        change = std::move(staged);
    } else if (const auto* sealed = message.get<PrivateMessage>();
               sealed != nullptr && sealed->content_type == ContentType::commit) {
        SERAI_TRY(content, open_member_message(*sealed));
        SERAI_TRY(staged, public_->stage(content.content, proposals_, policy));
        change = std::move(staged);
        opened = std::move(content);
    } else {
        return MlsError::wrong_content;
    }
    const bool removed = std::any_of(
        change->removes.begin(), change->removes.end(), [&](const RemovedMember& member) {
            return member.index == own_leaf();
        });
    StagedCommit staged{std::move(*change), std::nullopt};
    if (!removed) {
        SERAI_TRY(next, advance(staged.change, psks));
        staged.next = std::move(next);
    }
    if (opened) {
        consume_key_of(*opened);
    }
    return staged;
}

}  // namespace serai::crypto::mls
