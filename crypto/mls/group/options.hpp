// What a caller chooses when a group is joined, changed or published.
#pragma once

#include "crypto/mls/wire/framing.hpp"
#include "crypto/mls/wire/key_package.hpp"
#include "crypto/mls/wire/proposal.hpp"
#include "crypto/mls/wire/psk.hpp"
#include "crypto/secret/secret.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace serai::crypto::mls {

using ExternalPsk = Secret<struct ExternalPskTag>;

// Where pre-shared keys come from. Resumption PSKs of this group's own kept epochs are found without asking.
class PskSource {
  public:
    virtual ~PskSource() = default;

    // Empty if unknown. The secret is a copy.
    [[nodiscard]] virtual ExternalPsk find(const PreSharedKeyId& id) const = 0;
};

// How a member's own commits and proposals travel (section 6). Those of others are taken in either form.
enum class HandshakeFormat : std::uint8_t {
    public_message = 1,   // signed, so that a delivery service can follow the group
    private_message = 2,  // encrypted as well
};

[[nodiscard]] constexpr WireFormat wire_format_of(HandshakeFormat format) {
    return format == HandshakeFormat::private_message ? WireFormat::private_message
                                                      : WireFormat::public_message;
}

// What goes into a GroupInfo beside the context.
struct GroupInfoOptions {
    bool with_ratchet_tree = false;
    bool with_external_pub = false;
    Extensions extensions;  // further ones
};

struct CommitOptions {
    std::vector<KeyPackage> adds;
    std::vector<LeafIndex> removes;
    std::vector<ProposalRef> references;  // cached proposals to include, see Group::proposals()
    std::vector<PreSharedKeyId> psks;     // random nonces are drawn here if empty
    std::optional<Extensions> new_extensions;  // replaces the GroupContext's
    std::optional<ReInit> reinit;  // ends the group, so nothing else may be in the commit

    // Leave the path out where section 12.4 allows it: proposals, but only of the kinds Add, PreSharedKey and ReInit, and an identity
    // that is the leaf's present one. Cheaper, and without new keys for the committer.
    bool path_only_if_required = false;

    Bytes authenticated_data;
    GroupInfoOptions welcome_info;    // of the GroupInfo inside the Welcome
    GroupInfoOptions published_info;  // of PendingCommit::group_info
    const PskSource* psk_source = nullptr;
};

// Of the first commit of a group that follows from another (sections 11.2 and 11.3).
struct FollowOnOptions {
    std::vector<KeyPackage> members;  // all but the founder, freshly fetched
    Lifetime lifetime;                // of the founder's first leaf
    Bytes authenticated_data;
    GroupInfoOptions welcome_info;
    GroupInfoOptions published_info;
};

// Of a commit by which its sender joins (section 12.4.3.2). It has a path and is a PublicMessage, always.
struct ExternalCommitOptions {
    std::optional<LeafIndex> removes;  // resync: the old leaf of the same client
    std::vector<PreSharedKeyId> psks;  // random nonces are drawn here if empty
    Bytes authenticated_data;
    GroupInfoOptions published_info;  // of PendingCommit::group_info
    const PskSource* psk_source = nullptr;
};

}  // namespace serai::crypto::mls
