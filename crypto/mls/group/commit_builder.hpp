// Private to the sources of Group: building a commit, RFC 9420, section 12.4.1.
#pragma once

#include "crypto/mls/group/group.hpp"
#include "crypto/mls/group/proposal_list.hpp"

namespace serai::crypto::mls {

// One commit, by a member or by a newcomer who adds itself (section 12.4.3.2). Used once. Everything passed in is borrowed.
class CommitBuilder {
  public:
    CommitBuilder(Group& member,
                  const LeafIdentity& identity,
                  const SignaturePrivateKey& signer,
                  const CommitOptions& options,
                  const ValidationPolicy& policy,
                  Random& random);

    // `external_pub` is of the epoch that `view` describes.
    CommitBuilder(const PublicGroup& view,
                  ByteView external_pub,
                  const LeafIdentity& identity,
                  const CommitOptions& options,
                  const ValidationPolicy& policy,
                  Random& random);

    Result<PendingCommit> run();

  private:
    void list_proposals();
    Result<void> list_external_init();
    [[nodiscard]] UpdatePath unsigned_path() const;
    [[nodiscard]] Result<void> check_path(const AppliedProposals& applied,
                                          const UpdatePath& path) const;
    Result<RatchetTree> place_committer(const AppliedProposals& applied);
    [[nodiscard]] bool wants_path(const AppliedProposals& applied) const;
    Result<void> make_path(AppliedProposals& applied);
    Result<void> do_without_path(const AppliedProposals& applied);
    void begin_context(const AppliedProposals& applied);
    [[nodiscard]] InitSecret take_init_secret();
    [[nodiscard]] Result<PskSecret> psk_secret(const AppliedProposals& applied) const;
    Result<PendingCommit> finish(AppliedProposals applied);
    Result<MlsMessage> protect(AuthenticatedContent content);
    Group next_group(const AppliedProposals& applied, EpochSecrets epoch, const Bytes& tag);
    Result<Welcome> make_welcome(const AppliedProposals& applied,
                                 const Group& next,
                                 const JoinerSecret& joiner,
                                 const WelcomeSecret& secret) const;
    [[nodiscard]] std::optional<PathSecret> path_secret_for(LeafIndex newcomer) const;

    Group* member_;  // null for a newcomer
    const CipherSuite& suite_;
    const PublicGroup& view_;
    ByteView external_pub_;  // for a newcomer
    const LeafIdentity& identity_;
    const SignaturePrivateKey& signer_;
    const CommitOptions& options_;
    const ValidationPolicy& policy_;
    Random& random_;

    Sender sender_;
    LeafIndex self_;            // of a newcomer: known once the proposals are applied
    InitSecret external_init_;  // of a newcomer
    Commit commit_;
    std::vector<PathStep> steps_;
    NewPath secrets_;
    GroupContext context_;  // of the next epoch
};

}  // namespace serai::crypto::mls
