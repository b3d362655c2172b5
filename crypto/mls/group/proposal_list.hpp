// Proposals of a commit: whether the list is valid (RFC 9420, section 12.2), and what the tree and the context are after it
// (section 12.3). Used alike by who builds a commit and who checks one.
#pragma once

#include "crypto/mls/group/public_group.hpp"

#include <optional>
#include <span>
#include <vector>

namespace serai::crypto::mls {

// One entry of a commit's list, resolved.
struct ListedProposal {
    Sender sender;
    const Proposal* proposal = nullptr;  // borrowed
    const ProposalRef* ref = nullptr;    // null if it is in the commit by value
};

struct AppliedProposals {
    RatchetTree tree;
    Extensions extensions;
    std::vector<AddedMember> adds;
    std::vector<RemovedMember> removes;
    std::vector<UpdatedMember> updates;
    std::vector<PreSharedKeyId> psks;
    std::optional<Bytes> external_init;
    std::optional<ReInit> reinit;
    bool extensions_changed = false;
    bool path_required = true;  // section 12.4

    // Leaves of `adds`, in increasing order.
    [[nodiscard]] std::vector<LeafIndex> new_leaves() const;
};

// The commit's entries with their proposals. unknown_proposal if a reference is not among `cached`.
Result<std::vector<ListedProposal>> resolve(const Commit& commit,
                                            const Sender& committer,
                                            std::span<const CachedProposal> cached);

// Validates and applies. Signatures of proposals that came by reference were checked when they were cached; all credentials are
// judged here. `committer` is a member's leaf, or nullopt for an external commit.
Result<AppliedProposals> apply_proposals(const PublicGroup& group,
                                         std::optional<LeafIndex> committer,
                                         std::span<const ListedProposal> list,
                                         const ValidationPolicy& policy);

// One proposal by itself (section 12.1). Add: the whole key package, with its credential.
Result<void> check_single(const PublicGroup& group,
                          const Sender& sender,
                          const Proposal& proposal,
                          const ValidationPolicy& policy);

// Extensions that may stand in a GroupContext, with well-formed contents as far as this code knows them.
Result<void> check_group_extensions(const Extensions& extensions);

// Asks the policy about each entry of external_senders, unless the extension is as it was `before` (null: there was no group).
Result<void> check_external_senders(const Extensions& extensions,
                                    const Extensions* before,
                                    const ValidationPolicy& policy);

// Section 7.3 across the group: every encryption key and every signature key occurs once, credential types are supported by all,
// and the new leaves support the group's extensions (all leaves, if those changed). `path` is null if there is none; `path_leaf` is its
// place in `applied.tree`, which must still be without the path.
Result<void> check_across_group(const AppliedProposals& applied,
                                const UpdatePath* path,
                                LeafIndex path_leaf);

}  // namespace serai::crypto::mls
