// A member's view of one group: the public group plus the secrets of its leaf and epoch.
//
// A Group is one epoch. Building or processing a commit never changes it: both give the Group of the next epoch beside it
// (PendingCommit::next, StagedCommit::next), and the caller replaces the old by the new once that is accepted and saved. Destroying
// the old one wipes its secrets; nothing of a past epoch is kept, except resumption PSKs if asked for.
//
//   Group group = *Group::create(...);
//   PendingCommit pending = *group.commit(identity, options, policy);   // send pending.commit, save `pending`
//   group = std::move(pending.next);                                    // once the server has ordered it ...
//   StagedCommit staged = *group.stage(message, policy);                // ... or another's commit won
//   /* check authority and certificates in staged.change */
//   group = std::move(*staged.next);
//
// Thread safety: one thread at a time per object.
#pragma once

#include "crypto/mls/group/identity.hpp"
#include "crypto/mls/group/options.hpp"
#include "crypto/mls/group/public_group.hpp"
#include "crypto/mls/schedule/epoch_secrets.hpp"
#include "crypto/mls/schedule/secret_tree.hpp"
#include "crypto/mls/tree/treekem.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace serai::crypto::mls {

using ExportedSecret = Secret<struct ExportedSecretTag>;
using GroupBlob = Secret<struct GroupBlobTag>;

// psk_secret (section 8.4) of keys that all come from `source`; unknown_psk if it lacks one, or is null.
Result<PskSecret> combine_psks_from(const CipherSuite& suite,
                                    const std::vector<PreSharedKeyId>& ids,
                                    const PskSource* source);

class Group;
struct FollowOn;
struct PendingCommit;
struct StagedCommit;

// An application message as its sender meant it.
struct ApplicationMessage {
    LeafIndex sender;
    Bytes authenticated_data;
    Bytes plaintext;
};

// What save() gives. Public and secret part are apart because the public part (the tree) is large and changes by commits only, the
// secret part is small and changes with every message. Both belong into the client's encrypted store, in one atomic write.
struct SavedGroup {
    Bytes public_state;
    GroupBlob secret_state;
};

class Group {
  public:
    Group(Group&&) noexcept = default;
    Group& operator=(Group&&) noexcept = default;

    // Section 11: a group of one, epoch 0. Every extension in `context_extensions` must be among the identity's capabilities, and the
    // identity's keys must be of the suite, else unsupported.
    static Result<Group> create(const CipherSuite& suite,
                                Bytes group_id,
                                const LeafIdentity& identity,
                                Lifetime lifetime,
                                Extensions context_extensions = {},
                                Random& random = system_random());

    // Section 12.4.3.1. `tree` is the ratchet tree as fetched from the server; null if the GroupInfo carries it. Does everything a joiner
    // must: decryption, GroupInfo signature, tree and leaf validation with the policy, confirmation tag. The key package is not
    // consumed: erase it when the group is saved. That the group id is new to this client is for the caller to check.
    // GroupInfo extensions of the inviter are given back by `info`, if not null.
    //
    // `predecessor` is the client's state of the group that this one must follow from, by ReInit or as a branch (sections 11.2 and
    // 11.3); null if there is none. A Welcome that claims such a descent is unknown_psk without it, and one that does not is
    // invalid_welcome with it. wrong_members if the two groups' members do not fit, by CredentialValidator::client_name.
    static Result<Group> join(const Welcome& welcome,
                              const KeyPackageSecrets& key_package,
                              const TreeNodes* tree,
                              const ValidationPolicy& policy,
                              const PskSource* psks = nullptr,
                              GroupInfo* info = nullptr,
                              const Group* predecessor = nullptr);

    // Section 12.4.3.2: joins by a commit of one's own, for which nobody has to be online. `info` is of the group's current epoch and
    // carries external_pub; `tree` as for join(). Checks what join() checks, apart from what takes secrets. Become the member
    // PendingCommit::next only when the commit was ordered: until then nothing is joined.
    //
    // A resync names the client's own old leaf in `options.removes`; that both leaves are one client is the validator's to judge, by
    // LeafInQuestion::predecessor. PSKs come from `options.psk_source` alone.
    // invalid_group_info without a usable external_pub, and what commit() answers.
    static Result<PendingCommit> join_external(const GroupInfo& info,
                                               const TreeNodes* tree,
                                               const LeafIdentity& identity,
                                               const ExternalCommitOptions& options,
                                               const ValidationPolicy& policy,
                                               Random& random = system_random());

    // The state as it stands. load() answers corrupt_state for anything that save() of this version did not write.
    [[nodiscard]] SavedGroup save() const;
    [[nodiscard]] Bytes save_public() const;      // changes with the epoch only
    [[nodiscard]] GroupBlob save_secret() const;  // changes with every message sent or received
    static Result<Group> load(ByteView public_state, SecretView secret_state);

    // The public side: context, tree, members. Shared, immutable.
    [[nodiscard]] const std::shared_ptr<const PublicGroup>& view() const { return public_; }

    [[nodiscard]] const CipherSuite& suite() const { return public_->suite(); }

    [[nodiscard]] std::uint64_t epoch() const { return public_->epoch(); }

    [[nodiscard]] LeafIndex own_leaf() const { return tree_secrets_.self(); }

    // Section 8.7. Equal among members who agree on everything; safe to show.
    [[nodiscard]] Bytes epoch_authenticator() const;

    // MLS-Exporter, section 8.5.
    [[nodiscard]] ExportedSecret export_secret(std::string_view label,
                                               ByteView context,
                                               std::size_t n) const;

    [[nodiscard]] GroupInfo group_info(const SignaturePrivateKey& signer,
                                       const GroupInfoOptions& options) const;

    // --- Application messages (section 6.3) ---

    // Encrypts. Zeros are added so that the padded content (plaintext, signature, lengths) has at least `pad_to` bytes. Consumes a
    // key: save the secret state before the ciphertext leaves. group_ended after a ReInit.
    [[nodiscard]] Result<PrivateMessage> protect(const SignaturePrivateKey& signer,
                                                 ByteView authenticated_data,
                                                 ByteView plaintext,
                                                 std::size_t pad_to = 0,
                                                 Random& random = system_random());

    // Decrypts and verifies. The message key is erased only after tag and signature were found good, so a tampered copy does not
    // burn the genuine message. own_message: our own leaf's, and either its key is gone, as it is once we have sent, or it opens and
    // our key signed it, as when another copy of this state wrote it. wrong_group, wrong_epoch, wrong_content, not_a_member, own_message, key_consumed, too_far_ahead,
    // bad_padding, verification_failed.
    [[nodiscard]] Result<ApplicationMessage> unprotect(const PrivateMessage& message);

    // How our own proposals and commits travel from now on, in this group and those that follow it. PublicMessage by default.
    void send_handshakes_as(HandshakeFormat format) { handshake_format_ = format; }

    // --- Proposals (section 12.1) ---

    // Makes a proposal message and caches it. Update: see propose_update.
    [[nodiscard]] Result<MlsMessage> propose(const SignaturePrivateKey& signer,
                                             Proposal proposal,
                                             ByteView authenticated_data,
                                             const ValidationPolicy& policy,
                                             Random& random = system_random());

    // A new leaf key, under the same or a renewed identity; takes effect when another member commits it.
    [[nodiscard]] Result<MlsMessage> propose_update(const LeafIdentity& identity,
                                                    const SignaturePrivateKey& signer,
                                                    ByteView authenticated_data,
                                                    const ValidationPolicy& policy,
                                                    Random& random = system_random());

    // Checks another's proposal and caches it. Public or private message. Our own, coming back, is found in the cache; as
    // PrivateMessage it answers own_message.
    [[nodiscard]] Result<CachedProposal> receive_proposal(const MlsMessage& message,
                                                          const ValidationPolicy& policy);

    // Those of this epoch, in order of arrival. A commit takes them by CommitOptions::references.
    [[nodiscard]] const std::vector<CachedProposal>& proposals() const { return proposals_; }

    // --- Commits (section 12.4) ---

    // Builds a commit, with a path unless the options say otherwise. `identity` is what our leaf shows from now on (a renewed
    // certificate and key included); `signer` the key of the leaf as it is now. This group is not changed, except that a PrivateMessage
    // takes a key of its handshake ratchet: then its secret state is saved too, before the commit leaves.
    [[nodiscard]] Result<PendingCommit> commit(const LeafIdentity& identity,
                                               const SignaturePrivateKey& signer,
                                               const CommitOptions& options,
                                               const ValidationPolicy& policy,
                                               Random& random = system_random());

    // Checks another's commit, public and secret side. This group is not changed, except that the key of a PrivateMessage is erased
    // if the commit is good: one that is refused because a proposal or PSK is not known yet may be tried again. own_message for our
    // own commit: take PendingCommit::next instead.
    [[nodiscard]] Result<StagedCommit> stage(const MlsMessage& message,
                                             const ValidationPolicy& policy,
                                             const PskSource* psks = nullptr);

    // --- Groups that follow from this one ---

    // The ReInit that ended this group, if one did: nothing more is sent here, and its members go on in the group it announces.
    [[nodiscard]] const std::optional<ReInit>& reinit() const { return reinit_; }

    // Section 11.2: founds the announced group, with the same members. Any member may, whoever committed the ReInit. The identity is for
    // the new group's suite. invalid_proposal if there was no ReInit, unsupported if it is to a version or suite that is not built in,
    // wrong_members, and what create() and commit() answer.
    [[nodiscard]] Result<FollowOn> reinitialize(const LeafIdentity& identity,
                                                const FollowOnOptions& options,
                                                const ValidationPolicy& policy,
                                                Random& random = system_random()) const;

    // Section 11.3: founds a group of the same suite with some of the members. wrong_members if another is among them.
    [[nodiscard]] Result<FollowOn> branch(Bytes group_id,
                                          Extensions extensions,
                                          const LeafIdentity& identity,
                                          const FollowOnOptions& options,
                                          const ValidationPolicy& policy,
                                          Random& random = system_random()) const;

    // --- Resumption (section 8.6) ---

    // How many past epochs' resumption PSKs the groups that follow this one keep; 0 by default.
    void keep_resumption_psks(std::size_t epochs) { resumption_psks_kept_ = epochs; }

    // Takes over what an older state of this group kept, and how many it keeps: for who came back by join_external().
    void keep_resumption_psks_of(const Group& older) { inherit(older); }

    // A copy of this epoch's, or of a kept one's; empty if there is none.
    [[nodiscard]] ExternalPsk resumption_psk(std::uint64_t epoch) const;

  private:
    friend class CommitBuilder;

    friend class GroupLoader;

    Group(std::shared_ptr<const PublicGroup> view,
          TreeKemPrivate tree_secrets,
          EpochSecrets epoch_secrets);
    Group(std::shared_ptr<const PublicGroup> view,
          TreeKemPrivate tree_secrets,
          EpochSecrets epoch_secrets,
          SecretTree message_keys);

    [[nodiscard]] FramedContent framed(Content content, ByteView authenticated_data) const;
    [[nodiscard]] Result<MlsMessage> protect_handshake(AuthenticatedContent content,
                                                       Random& random);
    [[nodiscard]] Result<MlsMessage> sign_and_cache(const SignaturePrivateKey& signer,
                                                    Proposal proposal,
                                                    ByteView authenticated_data,
                                                    const ValidationPolicy& policy,
                                                    Random& random);

    // Decrypted and its signature found good; its key waits for consume_key_of(), when all else was found good too.
    struct OpenedMessage {
        SenderData sender;
        AuthenticatedContent content;
    };

    Result<OpenedMessage> open_member_message(const PrivateMessage& message);
    ErrorCode verdict_on_own(const SenderData& sender, const PrivateMessage& message);
    void consume_key_of(const OpenedMessage& message);
    Result<CachedProposal> cache(const AuthenticatedContent& content,
                                 const ValidationPolicy& policy);
    Result<void> check_membership(const PublicMessage& message) const;
    [[nodiscard]] Result<PskSecret> psk_secret(const std::vector<PreSharedKeyId>& ids,
                                               const PskSource* source) const;
    [[nodiscard]] Result<Group> advance(const StagedPublicCommit& change,
                                        const PskSource* psks) const;
    Result<void> adopt_own_update(const StagedPublicCommit& change, TreeKemPrivate& keys) const;
    [[nodiscard]] Result<InitSecret> next_init_secret(const StagedPublicCommit& change) const;
    [[nodiscard]] Result<FollowOn> found_successor(const CipherSuite& suite,
                                                   Bytes group_id,
                                                   Extensions extensions,
                                                   ResumptionPskUsage usage,
                                                   const LeafIdentity& identity,
                                                   const FollowOnOptions& options,
                                                   const ValidationPolicy& policy,
                                                   Random& random) const;
    void inherit(const Group& before);

    std::shared_ptr<const PublicGroup> public_;
    TreeKemPrivate tree_secrets_;
    EpochSecrets epoch_;
    SecretTree message_keys_;
    std::vector<CachedProposal> proposals_;
    std::vector<HpkeKeyPair> pending_updates_;  // leaf keys of our own Update proposals
    HandshakeFormat handshake_format_ = HandshakeFormat::public_message;
    std::size_t resumption_psks_kept_ = 0;
    std::map<std::uint64_t, ResumptionPsk> resumption_psks_;  // of past epochs
    std::optional<ReInit> reinit_;                            // the group has ended
};

// A commit of ours that is not yet ordered. Save it before the commit is sent: if the process dies before the answer, load() gives
// everything needed to go on either way.
struct PendingCommit {
    MlsMessage commit;  // a PublicMessage, or a PrivateMessage where the group was told so
    std::optional<Welcome>
        welcome;  // for all newcomers together; deliver it only after the commit was ordered
    GroupInfo group_info;  // of the new epoch, per CommitOptions::published_info
    Group next;

    [[nodiscard]] SavedGroup save() const;
    static Result<PendingCommit> load(ByteView public_state, SecretView secret_state);
};

// A group that follows from another. Epoch 0, with the founder alone, is what a delivery service sees first; the Welcome of `first` brings
// the others to epoch 1.
struct FollowOn {
    Group founded;
    PendingCommit first;
};

// Another's commit that is valid as far as MLS goes. The caller judges `change` (authority, certificates) and then takes `next`,
// or drops it.
struct StagedCommit {
    StagedPublicCommit change;

    // Absent if the commit removes this member: delete the group.
    std::optional<Group> next;

    [[nodiscard]] bool removes_us() const { return !next.has_value(); }
};

}  // namespace serai::crypto::mls
