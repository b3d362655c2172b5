// The server's own proposals: as the MLS external sender of every channel it proposes the removal of each device that has to leave
// (storage/repo/removals.hpp), by expulsion, departure or revocation. Members commit them; until they have, nothing else goes
// through, which the pipeline sees to by itself. A proposal is for one epoch: if a commit left somebody in, it is made again.
#pragma once

#include "crypto/primitive/signature.hpp"
#include "server/service/context.hpp"
#include "storage/commit/event.hpp"
#include "storage/repo/channel.hpp"

#include <memory>

namespace serai::server::service {

// Thread-safe. Must outlive every job on the pools.
class Removals {
  public:
    // log_key: the log's, which every channel has among its extensions (crypto/act/channel_group.hpp).
    Removals(const Context& context, const crypto::SignatureKeyPair& log_key);

    // What became durable calls for. Both return at once; the work is done on the pools.
    void take(const storage::commit::RemovalDue& event) const;
    void take(const storage::commit::CertificatesRevoked& event) const;

    // Looks at every channel: at the start, since the process may have died between the cause and the proposal.
    void propose_everywhere() const;

  private:
    void propose(const GroupId& group) const;
    void log_failure(const GroupId& group, const ErrorCode& error) const;
    Result<void> propose_in(const GroupId& group) const;
    Result<void> propose_one(const storage::repo::ChannelPtr& channel,
                             const std::shared_ptr<const storage::repo::ChannelHead>& head,
                             const storage::repo::Member& member) const;

    const Context& context_;
    const crypto::SignaturePrivateKey log_key_;
};

}  // namespace serai::server::service
