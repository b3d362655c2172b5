// Checking a commit in public: RFC 9420, section 12.4.2 without the steps that take secrets.
#include "crypto/mls/group/leaf_validation.hpp"
#include "crypto/mls/group/message_protection.hpp"
#include "crypto/mls/group/proposal_list.hpp"
#include "crypto/mls/group/public_group.hpp"
#include "crypto/mls/schedule/epoch_secrets.hpp"

namespace serai::crypto::mls {

class CommitStager {
  public:
    CommitStager(const PublicGroup& group,
                 WireFormat format,
                 const FramedContent& content,
                 const FramedContentAuthData& auth,
                 const ValidationPolicy& policy)
        : group_(group), format_(format), content_(content), auth_(auth), policy_(policy) {}

    Result<StagedPublicCommit> run(std::span<const CachedProposal> cached) {
        SERAI_CHECK(group_.check_addressed_here(content_));
        commit_ = std::get_if<Commit>(&content_.content);
        if (commit_ == nullptr) {
            return MlsError::wrong_content;
        }
        SERAI_CHECK(identify_committer());
        // The signature first: nothing else is worth doing for a stranger.
        encoded_content_ = protocol::codec::encode(content_);
        SERAI_CHECK(group_.suite().verify(
            signature_key_,
            "FramedContentTBS",
            content_to_be_signed(
                format_, encoded_content_, content_.sender.type, group_.encoded_context()),
            auth_.signature));

        SERAI_TRY(list, resolve(*commit_, content_.sender, cached));
        SERAI_TRY(applied, apply_proposals(group_, committer_, list, policy_));
        for (const auto& entry : list) {
            if (entry.ref != nullptr) {
                staged_.references.push_back(*entry.ref);
            }
        }
        if (!commit_->path && (applied.path_required || !committer_)) {
            return MlsError::invalid_path;
        }
        if (commit_->path) {
            SERAI_CHECK(apply_path(applied, *commit_->path));
        } else {
            SERAI_CHECK(check_across_group(applied, nullptr, {}));
            staged_.committer = *committer_;
        }
        if (!applied.tree.credential_types_compatible()) {
            return MlsError::invalid_leaf;
        }
        return finish(std::move(applied));
    }

  private:
    Result<void> identify_committer() {
        if (content_.sender.type == SenderType::member) {
            const LeafIndex leaf{content_.sender.index};
            before_ = group_.tree().leaf(leaf);
            if (before_ == nullptr) {
                return MlsError::not_a_member;
            }
            committer_ = leaf;
            signature_key_ = before_->signature_key;
            return {};
        }
        // Section 12.4.3.2: an external commit has a path and comes as PublicMessage.
        if (content_.sender.type != SenderType::new_member_commit || !commit_->path ||
            format_ != WireFormat::public_message) {
            return MlsError::wrong_content;
        }
        signature_key_ = commit_->path->leaf_node.signature_key;
        staged_.external = true;
        return {};
    }

    // Section 7.3, for a leaf that comes by a path.
    Result<void> check_path_leaf(const AppliedProposals& applied,
                                 const LeafNode& leaf,
                                 LeafIndex index) const {
        if (!leaf.is<FromCommit>()) {
            return MlsError::invalid_leaf;
        }
        SERAI_CHECK(check_leaf_form(group_.suite(), leaf));
        SERAI_CHECK(verify_leaf_signature(group_.suite(), leaf, group_.group_id(), index));
        const LeafNode* predecessor = before_.get();
        if (!committer_ && !applied.removes.empty()) {
            predecessor = applied.removes.front().leaf.get();
            // Section 12.2: as strict as an Update of the leaf that is replaced. The tree no longer holds that key.
            if (leaf.encryption_key == predecessor->encryption_key) {
                return MlsError::invalid_path;
            }
        }
        return policy_.credentials.validate(
            {leaf, committer_ ? LeafOrigin::commit : LeafOrigin::external_commit, predecessor});
    }

    Result<void> apply_path(AppliedProposals& applied, const UpdatePath& path) {
        const LeafIndex index = committer_ ? *committer_ : applied.tree.next_free_leaf();
        SERAI_CHECK(check_path_leaf(applied, path.leaf_node, index));
        SERAI_CHECK(check_across_group(applied, &path, index));
        const auto leaf = std::make_shared<const LeafNode>(path.leaf_node);
        if (!committer_) {
            if (index.value() >= kMaxLeafSlots) {
                return MlsError::invalid_proposal_list;
            }
            applied.tree.add(leaf);
        }
        auto steps = applied.tree.filtered_direct_path(index, applied.new_leaves());
        SERAI_CHECK(check_shape(path, steps));
        std::vector<Bytes> keys;
        for (const auto& node : path.nodes) {
            keys.push_back(node.encryption_key);
        }
        // Section 7.9.2: the leaf's parent hash MUST be the one that the path gives.
        if (applied.tree.merge_path(index, steps, keys) != to_bytes(leaf->parent_hash())) {
            return MlsError::invalid_path;
        }
        applied.tree.set_leaf(index, leaf);
        staged_.committer = index;
        staged_.committer_update = UpdatedMember{index, before_, leaf};
        staged_.path = std::move(steps);
        staged_.update_path = path;
        return {};
    }

    // Section 7.6: one node for each step, one ciphertext for each node of its resolution.
    Result<void> check_shape(const UpdatePath& path, const std::vector<PathStep>& steps) const {
        if (path.nodes.size() != steps.size()) {
            return MlsError::invalid_path;
        }
        for (std::size_t i = 0; i < steps.size(); ++i) {
            if (path.nodes[i].encrypted_path_secret.size() != steps[i].resolution.size() ||
                !group_.suite().is_hpke_public_key(path.nodes[i].encryption_key)) {
                return MlsError::invalid_path;
            }
        }
        return {};
    }

    StagedPublicCommit finish(AppliedProposals applied) {
        const CipherSuite& suite = group_.suite();
        GroupContext context = group_.context();
        ++context.epoch;
        context.tree_hash = applied.tree.root_hash();
        context.extensions = std::move(applied.extensions);
        if (commit_->path) {
            staged_.provisional_context = protocol::codec::encode(context);
        }
        context.confirmed_transcript_hash = confirmed_transcript_hash(
            suite, group_.interim_transcript_hash(), format_, encoded_content_, auth_.signature);
        staged_.authenticated_data = content_.authenticated_data;
        staged_.adds = std::move(applied.adds);
        staged_.removes = std::move(applied.removes);
        staged_.updates = std::move(applied.updates);
        staged_.psks = std::move(applied.psks);
        staged_.external_init = std::move(applied.external_init);
        staged_.reinit = std::move(applied.reinit);
        staged_.extensions_changed = applied.extensions_changed;
        staged_.changed_nodes = applied.tree.changed_since(group_.tree());
        staged_.next =
            PublicGroup::make(std::move(context), std::move(applied.tree), auth_.confirmation_tag);
        return std::move(staged_);
    }

    const PublicGroup& group_;
    WireFormat format_;
    const FramedContent& content_;
    const FramedContentAuthData& auth_;
    const ValidationPolicy& policy_;

    const Commit* commit_ = nullptr;
    std::optional<LeafIndex> committer_;  // nullopt: external
    std::shared_ptr<const LeafNode> before_;
    Bytes signature_key_;
    Bytes encoded_content_;
    StagedPublicCommit staged_;
};

Result<StagedPublicCommit> PublicGroup::stage(const PublicMessage& commit,
                                              std::span<const CachedProposal> proposals,
                                              const ValidationPolicy& policy,
                                              const GroupInfo* group_info) const {
    CommitStager stager{*this, WireFormat::public_message, commit.content, commit.auth, policy};
    SERAI_TRY(staged, stager.run(proposals));
    if (group_info != nullptr) {
        if (group_info->signer != staged.committer) {
            return MlsError::invalid_group_info;
        }
        SERAI_CHECK(staged.next->check_group_info(*group_info));
    }
    return std::move(staged);
}

Result<StagedPublicCommit> PublicGroup::stage(const MlsMessage& commit,
                                              std::span<const CachedProposal> proposals,
                                              const ValidationPolicy& policy,
                                              const GroupInfo* group_info) const {
    const auto* open = commit.get<PublicMessage>();
    return open != nullptr ? stage(*open, proposals, policy, group_info)
                           : Result<StagedPublicCommit>{MlsError::wrong_content};
}

Result<StagedPublicCommit> PublicGroup::stage(const AuthenticatedContent& commit,
                                              std::span<const CachedProposal> proposals,
                                              const ValidationPolicy& policy) const {
    return CommitStager{*this, commit.wire_format, commit.content, commit.auth, policy}.run(
        proposals);
}

}  // namespace serai::crypto::mls
