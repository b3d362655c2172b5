#pragma once

#include "crypto/x509/chain_verifier.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/network/party.hpp"
#include "server/session/rates.hpp"

#include <memory>
#include <string>
#include <vector>

namespace serai::server::session {

// Who is at the other end, as judged by the gate when the connection began. Immutable; shared by everything that the
// connection starts.
struct Caller {
    crypto::x509::Identity identity;
    protocol::network::PartyCode party;
    std::vector<Bytes> chain;  // as presented, DER, device certificate first
    std::string device;        // identity.id as text
    std::string address;       // of the peer, for the log
    Allowance allowance;       // what its requests draw from

    // The newest revocation list of its party was past its next update when the connection began: the device may read the log
    // and publish a newer list, and nothing else.
    bool crl_stale = false;

    [[nodiscard]] bool is_expired(UnixSeconds now) const { return now >= identity.not_after; }
};

using CallerPtr = std::shared_ptr<const Caller>;

}  // namespace serai::server::session
