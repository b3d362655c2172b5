// What is known of revocation: the newest list of each issuer.
#pragma once

#include "crypto/x509/crl.hpp"
#include "protocol/base/strong_id.hpp"
#include "protocol/network/party.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace serai::storage::repo {

// The newest list of one issuer, with the time of its leaf: what TrustStore::add_crl wants when the log is replayed.
struct RecordedCrl {
    protocol::network::PartyCode party;
    std::string trust_domain;
    crypto::x509::Crl crl;
    LogIndex leaf;
    UnixSeconds leaf_time;
};

// A value. Copies share nothing that changes.
class Revocations {
  public:
    // The list of this issuer; nullptr if there is none.
    [[nodiscard]] const RecordedCrl* find(const std::string& trust_domain, ByteView issuer) const;

    // Whether a list of the trust domain names the serial.
    [[nodiscard]] bool is_revoked(const std::string& trust_domain, ByteView serial) const;

    // In the place of that issuer's older one.
    void put(RecordedCrl crl);

    // In log order.
    [[nodiscard]] std::vector<RecordedCrl> all() const;

    // Rises with every list that is put; never 0. What was judged by one version need not be judged again by it.
    [[nodiscard]] std::uint64_t version() const { return version_; }

  private:
    std::map<std::pair<std::string, Bytes>, RecordedCrl> lists_;  // by trust domain and issuer
    std::uint64_t version_ = 1;
};

}  // namespace serai::storage::repo
