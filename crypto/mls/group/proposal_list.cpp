#include "crypto/mls/group/proposal_list.hpp"

#include "crypto/mls/group/identity.hpp"
#include "crypto/mls/group/leaf_validation.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace serai::crypto::mls {

namespace {

bool requires_path(ProposalType type) {
    return type != ProposalType::add && type != ProposalType::psk && type != ProposalType::reinit;
}

// Section 12.2, as far as it does not take the tree after the commit.
class ListRules {
  public:
    explicit ListRules(std::optional<LeafIndex> committer) : committer_(committer) {}

    Result<void> check(std::span<const ListedProposal> list) {
        for (const auto& entry : list) {
            SERAI_CHECK(committer_ ? regular(entry) : external(entry));
        }
        const bool reinit_alone = reinits_ == 0 || list.size() == 1;
        const bool counts_fit = committer_ ? external_inits_ == 0 : external_inits_ == 1;
        if (!reinit_alone || !counts_fit || context_extensions_ > 1 || lineages_ > 1) {
            return MlsError::invalid_proposal_list;
        }
        return {};
    }

  private:
    Result<void> regular(const ListedProposal& entry) {
        const Proposal& proposal = *entry.proposal;
        if (proposal.get<Update>() != nullptr) {
            const LeafIndex leaf{entry.sender.index};
            return leaf != *committer_ ? claim(leaf) : MlsError::invalid_proposal_list;
        }
        if (const auto* remove = proposal.get<Remove>()) {
            return remove->removed != *committer_ ? claim(remove->removed)
                                                  : MlsError::invalid_proposal_list;
        }
        return any(proposal);
    }

    Result<void> external(const ListedProposal& entry) {
        const Proposal& proposal = *entry.proposal;
        if (entry.ref != nullptr) {
            return MlsError::invalid_proposal_list;
        }
        if (const auto* remove = proposal.get<Remove>()) {
            return touched_.empty() ? claim(remove->removed) : MlsError::invalid_proposal_list;
        }
        if (proposal.get<PreSharedKey>() == nullptr && proposal.get<ExternalInit>() == nullptr) {
            return MlsError::invalid_proposal_list;
        }
        return any(proposal);
    }

    Result<void> any(const Proposal& proposal) {
        if (const auto* psk = proposal.get<PreSharedKey>()) {
            lineages_ += lineage_of(psk->psk) != nullptr ? 1 : 0;
            const bool fresh = psks_.insert(protocol::codec::encode(psk->psk)).second;
            return fresh ? Result<void>{} : MlsError::invalid_proposal_list;
        }
        external_inits_ += proposal.get<ExternalInit>() != nullptr ? 1 : 0;
        context_extensions_ += proposal.get<GroupContextExtensions>() != nullptr ? 1 : 0;
        reinits_ += proposal.get<ReInit>() != nullptr ? 1 : 0;
        return {};
    }

    // At most one Update or Remove per leaf.
    Result<void> claim(LeafIndex leaf) {
        return touched_.insert(leaf).second ? Result<void>{} : MlsError::invalid_proposal_list;
    }

    std::optional<LeafIndex> committer_;
    std::set<LeafIndex> touched_;
    std::set<Bytes> psks_;
    int external_inits_ = 0;
    int context_extensions_ = 0;
    int reinits_ = 0;
    int lineages_ = 0;
};

template <class T>
std::vector<std::pair<const ListedProposal*, const T*>> all_of_type(
    std::span<const ListedProposal> list) {
    std::vector<std::pair<const ListedProposal*, const T*>> found;
    for (const auto& entry : list) {
        if (const auto* proposal = entry.proposal->get<T>()) {
            found.emplace_back(&entry, proposal);
        }
    }
    return found;
}

Result<void> apply_updates(AppliedProposals& applied,
                           std::span<const ListedProposal> list,
                           const ValidationPolicy& policy) {
    for (const auto& [entry, update] : all_of_type<Update>(list)) {
        const LeafIndex index{entry->sender.index};
        UpdatedMember change{
            index, applied.tree.leaf(index), std::make_shared<const LeafNode>(update->leaf_node)};
        if (change.before == nullptr) {
            return MlsError::invalid_proposal;
        }
        SERAI_CHECK(
            policy.credentials.validate({*change.after, LeafOrigin::update, change.before.get()}));
        applied.tree.update(index, change.after);
        applied.updates.push_back(std::move(change));
    }
    return {};
}

Result<void> apply_removes(AppliedProposals& applied, std::span<const ListedProposal> list) {
    for (const auto& [entry, remove] : all_of_type<Remove>(list)) {
        auto leaf = applied.tree.leaf(remove->removed);
        if (leaf == nullptr) {
            return MlsError::invalid_proposal;
        }
        applied.tree.remove(remove->removed);
        applied.removes.push_back({remove->removed, std::move(leaf)});
    }
    return {};
}

Result<void> apply_adds(AppliedProposals& applied,
                        std::span<const ListedProposal> list,
                        const ValidationPolicy& policy) {
    for (const auto& [entry, add] : all_of_type<Add>(list)) {
        if (entry->ref != nullptr) {
            // By value it was judged by check_single just now.
            SERAI_CHECK(policy.credentials.validate(
                {add->key_package.leaf_node, LeafOrigin::add, nullptr}));
        }
        if (applied.tree.member_count() == kMaxLeafSlots) {
            return MlsError::invalid_proposal_list;
        }
        const auto index =
            applied.tree.add(std::make_shared<const LeafNode>(add->key_package.leaf_node));
        applied.adds.push_back({index, add->key_package});
    }
    return {};
}

// Section 12.4.2: none of a path's keys may be anywhere in the tree before it is merged, nor twice in the path.
bool path_keys_are_new(const UpdatePath& path, const KeyIndex& present) {
    std::vector<std::string_view> keys{as_text(path.leaf_node.encryption_key)};
    for (const auto& node : path.nodes) {
        keys.push_back(as_text(node.encryption_key));
    }
    std::sort(keys.begin(), keys.end());
    return std::adjacent_find(keys.begin(), keys.end()) == keys.end() &&
           std::all_of(keys.begin(), keys.end(), [&](std::string_view key) {
               return present.count(as_bytes(key)) == 0;
           });
}

// The keys that a commit brings in by Add and Update, against the tree they are in, and those of its path, against the tree they
// are not in yet. The leaves that stay have been checked when they came.
Result<void> check_unique_keys(const AppliedProposals& applied,
                               const UpdatePath* path,
                               LeafIndex path_leaf) {
    const RatchetTree& tree = applied.tree;
    if (path != nullptr && !path_keys_are_new(*path, tree.encryption_keys())) {
        return MlsError::invalid_path;
    }
    // The committer's leaf as it was makes way for the one of its path.
    const auto leaving = path == nullptr ? nullptr : tree.leaf(path_leaf);
    const auto signature_uses = [&](ByteView key) {
        const bool leaves = leaving != nullptr && equal(leaving->signature_key, key);
        return tree.signature_keys().count(key) - (leaves ? 1 : 0);
    };
    bool unique = path == nullptr || signature_uses(path->leaf_node.signature_key) == 0;
    const auto check = [&](const LeafNode& leaf) {
        unique = unique && tree.encryption_keys().count(leaf.encryption_key) == 1 &&
                 signature_uses(leaf.signature_key) == 1;
    };
    for (const auto& add : applied.adds) {
        check(add.key_package.leaf_node);
    }
    for (const auto& update : applied.updates) {
        check(*update.after);
    }
    return unique ? Result<void>{} : Result<void>{MlsError::invalid_leaf};
}

}  // namespace

std::vector<LeafIndex> AppliedProposals::new_leaves() const {
    std::vector<LeafIndex> leaves;
    for (const auto& add : adds) {
        leaves.push_back(add.index);
    }
    std::sort(leaves.begin(), leaves.end());
    return leaves;
}

Result<std::vector<ListedProposal>> resolve(const Commit& commit,
                                            const Sender& committer,
                                            std::span<const CachedProposal> cached) {
    std::vector<ListedProposal> list;
    list.reserve(commit.proposals.size());
    for (const auto& entry : commit.proposals) {
        if (const auto* proposal = std::get_if<Proposal>(&entry.value)) {
            list.push_back({committer, proposal, nullptr});
            continue;
        }
        const auto& ref = std::get<ProposalRef>(entry.value);
        const auto it = std::find_if(cached.begin(), cached.end(), [&](const auto& candidate) {
            return candidate.ref == ref;
        });
        if (it == cached.end()) {
            return MlsError::unknown_proposal;
        }
        list.push_back({it->sender, &it->proposal, &it->ref});
    }
    return list;
}

Result<AppliedProposals> apply_proposals(const PublicGroup& group,
                                         std::optional<LeafIndex> committer,
                                         std::span<const ListedProposal> list,
                                         const ValidationPolicy& policy) {
    SERAI_CHECK(ListRules{committer}.check(list));
    AppliedProposals applied{group.tree(), group.context().extensions, {}, {}, {}, {}, {}, {}};
    applied.path_required = list.empty();
    for (const auto& entry : list) {
        if (entry.ref == nullptr) {
            SERAI_CHECK(check_single(group, entry.sender, *entry.proposal, policy));
        }
        const Proposal& proposal = *entry.proposal;
        applied.path_required = applied.path_required || requires_path(proposal.type());
        if (const auto* psk = proposal.get<PreSharedKey>()) {
            applied.psks.push_back(psk->psk);
        } else if (const auto* init = proposal.get<ExternalInit>()) {
            applied.external_init = init->kem_output;
        } else if (const auto* reinit = proposal.get<ReInit>()) {
            applied.reinit = *reinit;
        } else if (const auto* change = proposal.get<GroupContextExtensions>()) {
            // By reference it was judged when it came; all credentials are judged anew here.
            SERAI_CHECK(
                check_external_senders(change->extensions, &group.context().extensions, policy));
            applied.extensions = change->extensions;
            applied.extensions_changed = true;
        }
    }
    // Section 12.3 prescribes this order.
    SERAI_CHECK(apply_updates(applied, list, policy));
    SERAI_CHECK(apply_removes(applied, list));
    SERAI_CHECK(apply_adds(applied, list, policy));
    return applied;
}

Result<void> check_across_group(const AppliedProposals& applied,
                                const UpdatePath* path,
                                LeafIndex path_leaf) {
    SERAI_CHECK(check_unique_keys(applied, path, path_leaf));
    for (const auto& add : applied.adds) {
        SERAI_CHECK(check_leaf_supports(add.key_package.leaf_node, applied.extensions));
    }
    for (const auto& update : applied.updates) {
        SERAI_CHECK(check_leaf_supports(*update.after, applied.extensions));
    }
    if (path != nullptr) {
        SERAI_CHECK(check_leaf_supports(path->leaf_node, applied.extensions));
    }
    if (!applied.extensions_changed) {
        return {};
    }
    Result<void> all;
    applied.tree.for_each_member([&](LeafIndex, const LeafNode& leaf) {
        if (all) {
            all = check_leaf_supports(leaf, applied.extensions);
        }
    });
    return all;
}

}  // namespace serai::crypto::mls
