// All of a group that can be known and judged without secrets. The server follows its channels with this class; a member's Group
// holds one too, so each public rule is written and run once.
//
// Cannot be checked here, since it takes the group's secrets: membership tags, confirmation tags, path secrets, external_pub. A
// member who forges those burns an epoch, visibly.
#pragma once

#include "crypto/mls/group/validation.hpp"
#include "crypto/mls/tree/ratchet_tree.hpp"
#include "crypto/mls/wire/message.hpp"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace serai::crypto::mls {

// A proposal whose signature and sender were checked, by the name under which a commit may refer to it.
struct CachedProposal {
    ProposalRef ref;
    Sender sender;
    Bytes authenticated_data;
    Proposal proposal;

    void encode(Writer& writer) const;
    static Result<CachedProposal> decode(Reader& reader);
};

struct AddedMember {
    LeafIndex index;
    KeyPackage key_package;
};

struct RemovedMember {
    LeafIndex index;
    std::shared_ptr<const LeafNode> leaf;  // as it was
};

struct UpdatedMember {
    LeafIndex index;
    std::shared_ptr<const LeafNode> before;
    std::shared_ptr<const LeafNode> after;
};

class PublicGroup;

// A commit that passed every public check, and what it would do. Nothing has changed yet.
struct StagedPublicCommit {
    std::shared_ptr<const PublicGroup> next;

    LeafIndex committer;    // its place in `next`
    bool external = false;  // the committer was not a member: an external commit
    Bytes authenticated_data;
    std::vector<AddedMember> adds;  // in the order of the commit
    std::vector<RemovedMember> removes;
    std::vector<UpdatedMember> updates;  // by Update proposal
    std::optional<UpdatedMember>
        committer_update;                 // by path; `before` is null for an external commit
    std::vector<PreSharedKeyId> psks;     // in the order of the commit
    std::optional<Bytes> external_init;   // KEM output
    std::optional<ReInit> reinit;         // the group ends with this commit
    bool extensions_changed = false;      // see next->context().extensions
    std::vector<ProposalRef> references;  // the cached proposals it uses

    // For a member who opens the path.
    std::vector<PathStep> path;  // empty without a path
    std::optional<UpdatePath> update_path;
    Bytes provisional_context;  // encoded GroupContext that path secrets are encrypted under

    // Nodes to write: next->tree() against the tree before.
    std::vector<NodeIndex> changed_nodes;
};

// Immutable: share it as shared_ptr<const PublicGroup> between threads.
class PublicGroup : public std::enable_shared_from_this<PublicGroup> {
  public:
    // From what a joiner or follower is given. Checks all that is public: GroupInfo signature, tree hash, shape, parent hashes, every
    // leaf's signature, capabilities, keys, and credential by the policy.
    static Result<std::shared_ptr<const PublicGroup>> from_group_info(
        const GroupInfo& info, const TreeNodes& tree, const ValidationPolicy& policy);

    // From what save() wrote and the nodes of tree() that were stored beside it. For own, trusted storage: compares the tree hash and
    // nothing else. corrupt_state if it differs.
    static Result<std::shared_ptr<const PublicGroup>> load(ByteView saved, const TreeNodes& tree);

    // All but the tree: context and transcript, a few hundred bytes and the extensions. Versioned.
    [[nodiscard]] Bytes save() const;

    [[nodiscard]] const CipherSuite& suite() const { return tree_.suite(); }

    [[nodiscard]] const GroupContext& context() const { return context_; }

    // encode(context()), kept because every signature of the epoch covers it.
    [[nodiscard]] const Bytes& encoded_context() const { return encoded_context_; }

    [[nodiscard]] const Bytes& group_id() const { return context_.group_id; }

    [[nodiscard]] std::uint64_t epoch() const { return context_.epoch; }

    [[nodiscard]] const RatchetTree& tree() const { return tree_; }

    [[nodiscard]] const Bytes& interim_transcript_hash() const { return interim_transcript_hash_; }

    // Of the commit that began this epoch.
    [[nodiscard]] const Bytes& confirmation_tag() const { return confirmation_tag_; }

    // Checks a proposal message for this epoch: group, epoch, sender, signature, and the proposal by itself (section 12.1). A
    // membership tag is not looked at. verification_failed, wrong_group, wrong_epoch, wrong_content, not_a_member,
    // invalid_proposal, or the validator's error.
    [[nodiscard]] Result<CachedProposal> check_proposal(const PublicMessage& message,
                                                        const ValidationPolicy& policy) const;

    // The same, and wrong_content for anything but a PublicMessage.
    [[nodiscard]] Result<CachedProposal> check_proposal(const MlsMessage& message,
                                                        const ValidationPolicy& policy) const;

    // Checks a commit for this epoch and computes what follows from it: group, epoch, sender, signature, proposal list (section
    // 12.2), leaves (7.3), capabilities, path shape and parent hashes (7.5, 12.4.2). `proposals` are those that may be referred to.
    // If a GroupInfo is given, it must be the committer's and describe the next epoch exactly.
    [[nodiscard]] Result<StagedPublicCommit> stage(const PublicMessage& commit,
                                                   std::span<const CachedProposal> proposals,
                                                   const ValidationPolicy& policy,
                                                   const GroupInfo* group_info = nullptr) const;

    // The same, and wrong_content for anything but a PublicMessage.
    [[nodiscard]] Result<StagedPublicCommit> stage(const MlsMessage& commit,
                                                   std::span<const CachedProposal> proposals,
                                                   const ValidationPolicy& policy,
                                                   const GroupInfo* group_info = nullptr) const;

    // Whether a GroupInfo describes this epoch: context, confirmation tag, and a signature by a member. invalid_group_info or
    // verification_failed.
    Result<void> check_group_info(const GroupInfo& info) const;

    // The two checks above for content that did not come as PublicMessage; used by Group.
    [[nodiscard]] Result<CachedProposal> check_proposal(const AuthenticatedContent& content,
                                                        const ValidationPolicy& policy) const;
    [[nodiscard]] Result<StagedPublicCommit> stage(const AuthenticatedContent& commit,
                                                   std::span<const CachedProposal> proposals,
                                                   const ValidationPolicy& policy) const;

  private:
    friend class CommitStager;
    friend class Group;
    friend class CommitBuilder;

    PublicGroup(GroupContext context, RatchetTree tree, Bytes interim, Bytes confirmation_tag);
    static std::shared_ptr<const PublicGroup> make(GroupContext context,
                                                   RatchetTree tree,
                                                   Bytes confirmation_tag);
    Result<void> check_addressed_here(const FramedContent& content) const;
    [[nodiscard]] Result<Bytes> proposer_key(const FramedContent& content) const;

    GroupContext context_;
    Bytes encoded_context_;
    RatchetTree tree_;
    Bytes interim_transcript_hash_;
    Bytes confirmation_tag_;
};

// The members, from the left: handy for lists and tests.
[[nodiscard]] std::vector<std::pair<LeafIndex, std::shared_ptr<const LeafNode>>> members(
    const PublicGroup& group);

}  // namespace serai::crypto::mls
