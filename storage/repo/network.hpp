// What is known of the network itself: genesis, the parties' revocation lists, certificates that acted, refusals.
#pragma once

#include "crypto/x509/crl.hpp"
#include "protocol/message/request.hpp"
#include "protocol/network/genesis.hpp"
#include "storage/audit/audit_log.hpp"
#include "storage/kv/store.hpp"
#include "storage/repo/prepare.hpp"
#include "storage/repo/revocations.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace serai::storage::repo {

class Network {
  public:
    static Result<std::unique_ptr<Network>> open(kv::Store& store, audit::AuditLog& log);

    // Leaf 0; nullptr while the log is empty. Any thread.
    [[nodiscard]] std::shared_ptr<const protocol::network::SignedGenesis> genesis() const;

    // The newest durable list of each issuer, in log order. Any thread.
    [[nodiscard]] std::vector<RecordedCrl> crls() const;

    // The durable lists. Never null. Any thread.
    [[nodiscard]] std::shared_ptr<const Revocations> revocations() const;

    // Whether a durable list of the trust domain names the serial. Any thread.
    [[nodiscard]] bool is_revoked(const std::string& trust_domain, ByteView serial) const;

    // Whether the certificate's entry is durable, so that CertificateSeen need not be submitted. Any thread.
    [[nodiscard]] bool is_seen(const Digest& certificate_hash) const;

    // Openings of governance leaves from an index on, with every field shown; a page. Any thread; reads the store.
    [[nodiscard]] Result<protocol::message::GovernanceEntries> governance(LogIndex from) const;

    // How often this source was refused for this reason in this hour.
    [[nodiscard]] Result<std::uint64_t> refusals(const Digest& source,
                                                 std::uint64_t hour,
                                                 std::string_view reason) const;

    struct State;  // the overlay and the durable copy; network_state.hpp, for this folder

    [[nodiscard]] State& state() { return *state_; }

    ~Network();

  private:
    Network(kv::Store& store, audit::AuditLog& log);

    kv::Store& store_;
    audit::AuditLog& log_;
    std::unique_ptr<State> state_;
};

// Leaf 0 of an empty log. Response: Receipt. Refusals: exists.
struct RecordGenesis {
    protocol::network::SignedGenesis genesis;  // verified
};

// A party's list, verified against its bundle. Response: Receipt. A governance leaf. Refusals: exists (this list, or one with its
// number or a higher one, is there).
struct PublishCrl {
    protocol::network::PartyCode party;
    std::string trust_domain;
    crypto::x509::Crl crl;
};

// The first time that a certificate is seen. Response: Receipt; empty if it was seen before, and then there is no new entry. Its
// entry concerns the certificate's party.
struct CertificateSeen {
    protocol::network::SpiffeId device;
    protocol::network::PartyCode party;
    Bytes certificate;  // DER
};

// A handshake or identity was refused. The first of a source, hour and reason makes an entry, the others only count. Response: as
// CertificateSeen. `source` is a digest of whatever tells sources apart (address, claimed party), and nothing that a stranger can vary at
// will; never the plain text.
struct RecordRefusal {
    Digest source{};
    std::string reason;  // of the identity check, for instance "expired"; no personal data
    std::vector<protocol::network::PartyCode>
        concerns;  // the party that was claimed, if there is one
};

[[nodiscard]] Prepared prepare(Repositories& repositories, RecordGenesis input);
[[nodiscard]] Prepared prepare(Repositories& repositories, commit::Asked asked, PublishCrl input);
[[nodiscard]] Prepared prepare(Repositories& repositories, CertificateSeen input);
[[nodiscard]] Prepared prepare(Repositories& repositories, RecordRefusal input);

}  // namespace serai::storage::repo
