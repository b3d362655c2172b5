// Who is who, as the log says: the genesis, and the revocation lists that came after it. All of it verified; nothing of it is
// taken from the server's word.
#pragma once

#include "client/session/log_view.hpp"
#include "client/session/session.hpp"
#include "client/vault/vault.hpp"
#include "crypto/act/genesis.hpp"
#include "crypto/x509/chain_verifier.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <map>
#include <string>
#include <vector>

namespace serai::client::session {

// One thread. The vault must outlive it.
class NetworkView {
  public:
    // With the governance entries kept in the vault.
    static Result<NetworkView> load(crypto::act::Network network, vault::Vault& vault);

    // Fetches the governance entries that are new, verifies each (opening, inclusion) and keeps it. Leaf 0 must be our genesis.
    Result<void> refresh(Session& session, LogView& log, EvidenceLocker& evidence);

    [[nodiscard]] const crypto::act::Network& network() const { return network_; }

    [[nodiscard]] const protocol::network::Genesis& genesis() const { return network_.genesis; }

    // Bundles and revocation lists as they were when leaf `index` was appended: only lists before it count.
    [[nodiscard]] const crypto::x509::TrustStore& trust_at(LogIndex index) const;

    // With every list that is known.
    [[nodiscard]] const crypto::x509::TrustStore& trust_now() const;

    // "KZ" for a person of that party; the trust domain if there is no such party.
    [[nodiscard]] std::string party_of(const protocol::network::PersonId& person) const;

    // Indices of the governance entries seen so far, ascending.
    [[nodiscard]] const std::vector<LogIndex>& governance() const { return seen_; }

  private:
    NetworkView(crypto::act::Network network, vault::Vault& vault);

    // Takes in a verified entry. untrusted for one that no honest log has.
    Result<void> take(const protocol::message::OpenedEntry& entry);
    Result<void> take_crl(const protocol::message::OpenedEntry& entry, ByteView value);

    crypto::act::Network network_;
    vault::Vault* vault_;
    std::vector<LogIndex> seen_;
    std::map<LogIndex, crypto::x509::TrustStore> versions_;  // by the leaf from which on it counts
};

}  // namespace serai::client::session
