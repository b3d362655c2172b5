// Commits by those who keep no rule but the arithmetic: path, parent hashes, signatures, transcript, confirmation and membership tag
// all fit what the commit says, whatever that is. So a test changes one thing, and one check alone can find it.
#pragma once

#include "crypto/mls/schedule/epoch_secrets.hpp"
#include "tests/crypto/mls/support/mls_client.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace serai::tests::mls {

using LeafChange = std::function<void(LeafNode&)>;

// What is in the commit, and where it leaves the straight way. Without any of it: a valid, empty commit with a path.
struct CommitPlan {
    std::vector<ProposalOrRef> proposals;
    std::vector<CachedProposal> known;  // what the references stand for
    const PskSource* psks = nullptr;
    bool with_path = true;
    std::function<void(NewPath&)> keys = {};  // before they are placed in the tree and hashed
    LeafChange leaf = {};                     // has its parent hash, and is signed after this
    const SignaturePrivateKey* leaf_signer = nullptr;  // else the leaf's owner
    std::function<void(UpdatePath&)> path = {};        // the finished path, with its ciphertexts
    std::function<void(FramedContent&)> content = {};  // before it is signed
    const SignaturePrivateKey* signer = nullptr;       // else the sender
    WireFormat format = WireFormat::public_message;
    bool wrong_confirmation = false;

    // With these proposals by value.
    template <class... Proposals>
    [[nodiscard]] static CommitPlan with(Proposals... proposals) {
        CommitPlan plan;
        (plan.by_value(Proposal{std::move(proposals)}), ...);
        return plan;
    }

    void by_value(Proposal proposal) { proposals.push_back({std::move(proposal)}); }

    void by_reference(CachedProposal proposal) {
        proposals.push_back({proposal.ref});
        known.push_back(std::move(proposal));
    }
};

struct ForgedCommit {
    MlsMessage message;
    RatchetTree tree;             // after it
    GroupContext context;         // likewise, complete
    Bytes confirmation_tag;       // likewise
    Bytes epoch_authenticator;    // likewise
    std::vector<PathStep> steps;  // of the path
    Bytes provisional_context;    // that the path is encrypted under

    [[nodiscard]] const PublicMessage& open() const { return *message.get<PublicMessage>(); }
};

// Secrets of the epoch that a member is in, as its saved state has them.
struct MemberSecrets {
    SenderDataSecret sender_data;
    ExternalSecret external;
    MembershipKey membership;
    InitSecret init;
    SecretTree message_keys;
};

[[nodiscard]] MemberSecrets secrets_of(const Group& group);

// By a member, for the epoch that it is in.
[[nodiscard]] ForgedCommit forge_commit(TestClient& member, const CommitPlan& plan, Random& random);

// By an outsider. Its ExternalInit is added to the plan's proposals if `with_init`; `external_pub` is the group's external key.
[[nodiscard]] ForgedCommit forge_external_commit(const PublicGroup& group,
                                                 ByteView external_pub,
                                                 const LeafIdentity& joiner,
                                                 CommitPlan plan,
                                                 Random& random,
                                                 bool with_init = true);

// The tag of a member's message, made anew after a change.
void tag_again(const Group& group, PublicMessage& message);

// A proposal message as its sender signs it, and tags it if it is a member of `group`.
[[nodiscard]] PublicMessage forge_proposal(const Group& group,
                                           const Sender& sender,
                                           const SignaturePrivateKey& signer,
                                           Proposal proposal);

// An Update of the member's leaf, fresh key and all, changed and then signed.
[[nodiscard]] LeafNode forge_update_leaf(TestClient& member,
                                         const LeafChange& change,
                                         const SignaturePrivateKey& signer,
                                         Random& random);

// Its leaf changed and signed, and then the whole.
[[nodiscard]] KeyPackage forge_key_package(KeyPackage key_package,
                                           const LeafChange& change,
                                           const SignaturePrivateKey& leaf_signer,
                                           const SignaturePrivateKey& signer);

}  // namespace serai::tests::mls
