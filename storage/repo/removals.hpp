// Who has to leave a channel, and who may be removed without anybody's act.
//
// Has to leave: every device of a person whose expulsion or departure waits, and every device whose certificate is revoked.
// Until a commit has removed them, messages are refused, and so is every commit of a member that leaves one of them in.
//
// May be removed without an act: a device whose certificate is revoked or has expired. Everybody sees both by himself, from the lists
// in the log and from the leaf.
//
// Functions of values; any thread.
#pragma once

#include "crypto/mls/group/public_group.hpp"
#include "storage/repo/channel.hpp"
#include "storage/repo/revocations.hpp"

#include <optional>
#include <vector>

namespace serai::storage::repo {

// None for a leaf without a certificate that parses.
[[nodiscard]] std::optional<LeafCertificate> certificate_of(const crypto::mls::LeafNode& leaf);

// The members, each with what its leaf in the group shows.
[[nodiscard]] std::vector<Member> with_certificates(std::vector<Member> members,
                                                    const crypto::mls::PublicGroup& group);

// Whether the person's expulsion waits.
[[nodiscard]] bool is_expelled(const PendingActs& pending,
                               const protocol::network::PersonId& person);

// Whether the member may be removed without an act at `now`.
[[nodiscard]] bool is_unfit(const Member& member, const Revocations& revocations, UnixSeconds now);

// Those who have to leave, ascending by device. They live as long as the roster.
[[nodiscard]] std::vector<const Member*> due_removals(const Roster& roster,
                                                      const PendingActs& pending,
                                                      const Revocations& revocations);

}  // namespace serai::storage::repo
