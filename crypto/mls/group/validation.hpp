// What the caller brings into every check: who judges credentials, and what time it is.
#pragma once

#include "crypto/mls/error.hpp"
#include "crypto/mls/wire/key_package.hpp"
#include "protocol/base/strong_id.hpp"

#include <optional>

namespace serai::crypto::mls {

// Why a leaf is being judged.
enum class LeafOrigin {
    add,              // a KeyPackage that is being added
    update,           // replaces its own predecessor, by proposal
    commit,           // replaces its own predecessor, by the committer's path
    external_commit,  // a newcomer who adds itself; predecessor is the leaf it removes, if any
    existing,  // found in the tree of a group that is being joined or followed for the first time
};

struct LeafInQuestion {
    const LeafNode& leaf;
    LeafOrigin origin;
    const LeafNode* predecessor = nullptr;  // whom the new leaf must speak for as well
};

// RFC 9420's authentication service: decides whether a credential is what it claims and belongs to the signature key. For X.509
// that includes section 5.3: the key of the end-entity certificate MUST be the leaf's signature_key. When there is a predecessor it
// also decides whether both are the same client. Called once for each leaf that is new; its error is passed on unchanged.
// Must be safe to call from several threads if the groups are.
class CredentialValidator {
  public:
    virtual ~CredentialValidator() = default;
    [[nodiscard]] virtual Result<void> validate(const LeafInQuestion& question) const = 0;

    // What the application calls the client that a leaf shows (section 5.3.2): equal for all leaves of one client, whatever group,
    // credential or key. Compared when a group claims to follow from another. The credential itself, unless overridden.
    [[nodiscard]] virtual Bytes client_name(const LeafNode& leaf) const {
        return protocol::codec::encode(leaf.credential);
    }

    // Section 5.3.1: whether one who is not a member may hold that key and send the group proposals. Called for each when a group is
    // first seen, and when its list of external senders changes. Nobody may, unless the application says so.
    [[nodiscard]] virtual Result<void> validate_external_sender(const ExternalSender&) const {
        return MlsError::invalid_credential;
    }

  protected:
    CredentialValidator() = default;
    CredentialValidator(const CredentialValidator&) = default;
    CredentialValidator& operator=(const CredentialValidator&) = default;
};

struct ValidationPolicy {
    // Borrowed; outlives the call.
    const CredentialValidator& credentials;

    // Leaf lifetimes are checked against this time; nullopt skips that check, which is right when an old commit is read back from a
    // log (section 7.3: mandatory for the sender only).
    std::optional<UnixSeconds> now;

    // Longest lifetime a leaf may claim (section 7.2: applications MUST define one, and reject a leaf that claims more). Always
    // checked.
    std::uint64_t max_lifetime_seconds = 366ULL * 24 * 3600;
};

}  // namespace serai::crypto::mls
