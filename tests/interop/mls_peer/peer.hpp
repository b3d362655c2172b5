// The client behind the commands: key packages it has made, keys it was given, the one group it is in. What a call throws Refused
// for, it has not begun to do.
#pragma once

#include "crypto/mls/group/group.hpp"
#include "tests/interop/mls_peer/command.hpp"

#include <map>
#include <optional>
#include <set>

namespace serai::tests::interop {

// Believes every basic credential. Of an X.509 credential it asks what RFC 9420, section 5.3 does: that the end entity's key is
// the leaf's. Who vouches for whom is no question between two implementations.
class KeysMatch final : public crypto::mls::CredentialValidator {
  public:
    [[nodiscard]] Result<void> validate(const crypto::mls::LeafInQuestion& question) const override;
};

// The external PSKs, by id.
class KnownPsks final : public crypto::mls::PskSource {
  public:
    void learn(Bytes id, const Bytes& secret);
    [[nodiscard]] crypto::mls::ExternalPsk find(
        const crypto::mls::PreSharedKeyId& id) const override;

  private:
    std::map<Bytes, crypto::mls::ExternalPsk> keys_;
};

// A commit as it was sent, and the Welcome for those whom it adds; both encoded.
struct SentCommit {
    Bytes commit;
    std::optional<Bytes> welcome;
};

// What became of a message.
struct Handled {
    enum class Kind { proposal, commit };

    Kind kind{};
    std::shared_ptr<const crypto::mls::PublicGroup>
        left;  // the group that goes on without us; null if we are still in it
};

struct Settings {
    bool encrypt = false;     // our commits and proposals are PrivateMessages
    bool inline_tree = true;  // Welcome and GroupInfo carry the ratchet tree
};

class Peer {
  public:
    Settings settings;

    [[nodiscard]] crypto::mls::KeyPackage make_key_package(const crypto::mls::CipherSuite& suite,
                                                           crypto::mls::Credential credential,
                                                           crypto::SignatureKeyPair keys);

    void learn_psk(Bytes id, const Bytes& secret) { psks_.learn(std::move(id), secret); }

    // Each of the three leaves any group that we are in.
    void create_group(Bytes group_id);
    void join(const crypto::mls::Welcome& welcome, const crypto::mls::TreeNodes* tree);

    // Gives the commit, and is in the group at once: as the credential of the last key package, or once more as who we are in this
    // very group. A leaf there with the same signature key is replaced.
    [[nodiscard]] Bytes join_external(const crypto::mls::GroupInfo& info,
                                      const crypto::mls::TreeNodes* tree);

    [[nodiscard]] bool in_group() const { return membership_.has_value(); }

    // The group we are in; Refused if in none.
    [[nodiscard]] crypto::mls::Group& group();
    [[nodiscard]] const crypto::mls::Group& group() const;
    [[nodiscard]] const crypto::SignaturePrivateKey& signer() const;

    // Takes in the proposals of this epoch besides what `options` ask for. Stays pending; a pending one before it is dropped.
    SentCommit commit(crypto::mls::CommitOptions options);
    void apply();
    void discard();

    [[nodiscard]] Bytes propose(crypto::mls::Proposal proposal);
    [[nodiscard]] Bytes propose_update();

    Handled handle(const Bytes& message);

  private:
    struct OwnKeyPackage {
        crypto::mls::KeyPackageSecrets secrets;
        crypto::mls::LeafIdentity identity;
    };

    struct Membership {
        crypto::mls::Group group;
        crypto::mls::LeafIdentity identity;  // what our leaf shows
        Bytes own_commit;                    // by which we came into this epoch; else empty
        std::set<Bytes> sent_proposals;      // of this epoch
    };

    struct Pending {
        crypto::mls::PendingCommit commit;
        Bytes sent;
    };

    [[nodiscard]] crypto::mls::ValidationPolicy policy() const;
    [[nodiscard]] const crypto::mls::LeafIdentity& newest_identity() const;
    [[nodiscard]] std::vector<crypto::mls::ProposalRef> proposals_to_commit(
        const crypto::mls::CommitOptions& options) const;
    [[nodiscard]] Membership& membership();
    [[nodiscard]] const Membership& membership() const;
    void enter(crypto::mls::Group group, crypto::mls::LeafIdentity identity, Bytes own_commit = {});
    void advance(crypto::mls::Group next, Bytes own_commit = {});
    [[nodiscard]] crypto::mls::Group& group_speaking_as_set();
    [[nodiscard]] Bytes remember(const crypto::mls::MlsMessage& proposal);
    Handled receive_commit(const crypto::mls::MlsMessage& message);

    KeysMatch validator_;
    KnownPsks psks_;
    std::map<Bytes, OwnKeyPackage> key_packages_;      // by reference
    std::optional<crypto::mls::LeafIdentity> newest_;  // of the last key package made
    const crypto::mls::CipherSuite* newest_suite_ = nullptr;
    std::optional<Membership> membership_;
    std::optional<Pending> pending_;
};

}  // namespace serai::tests::interop
