// Devices in a channel, as the certificates of its leaves name them.
#pragma once

#include "protocol/network/party.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace serai::storage::repo {

// What a leaf shows of its certificate, as far as it says when the device has to go.
struct LeafCertificate {
    Bytes serial;           // big-endian, no leading zero bytes
    UnixSeconds not_after;  // the first second that counts as expired

    friend bool operator==(const LeafCertificate&, const LeafCertificate&) = default;
};

// The epochs whose resumption PSK a device has: all since it came in, but for those that it missed while it was lost.
// struct { uint64 since; struct { uint64 first; uint64 last; } missed<V>; } KnownEpochs;
struct KnownEpochs {
    std::uint64_t since = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> missed;  // both ends included, ascending

    [[nodiscard]] bool has(std::uint64_t epoch) const;

    void encode(protocol::codec::Writer& writer) const;
    static Result<KnownEpochs> decode(protocol::codec::Reader& reader);

    friend bool operator==(const KnownEpochs&, const KnownEpochs&) = default;
};

// struct { SpiffeId device; PartyCode party; uint32 leaf; } Member;
struct Member {
    protocol::network::SpiffeId device;
    protocol::network::PartyCode party;
    std::uint32_t leaf = 0;  // MLS leaf index

    // Not in the row, since the leaf is stored: read from there. None if the leaf has no X.509 credential.
    std::optional<LeafCertificate> certificate;

    // In a row of its own.
    KnownEpochs known;

    void encode(protocol::codec::Writer& writer) const;
    static Result<Member> decode(protocol::codec::Reader& reader);

    friend bool operator==(const Member&, const Member&) = default;
};

// The members of one epoch. Immutable once shared.
class Roster {
  public:
    Roster() = default;
    explicit Roster(std::vector<Member> members);

    [[nodiscard]] const std::vector<Member>& members() const {
        return members_;
    }  // ascending by device

    // nullptr if the device is no member. Lives as long as the roster.
    [[nodiscard]] const Member* find(const protocol::network::SpiffeId& device) const;

    [[nodiscard]] bool has_person(const protocol::network::PersonId& person) const;

    [[nodiscard]] bool has_party(const protocol::network::PartyCode& party) const;

    // Parties with a member, ascending, each once: those whom the channel's entries concern.
    [[nodiscard]] const std::vector<protocol::network::PartyCode>& parties() const {
        return parties_;
    }

    // The roster without `removed` and with `added` (and with their leaves).
    [[nodiscard]] Roster with(const std::vector<Member>& added,
                              const std::vector<protocol::network::SpiffeId>& removed) const;

  private:
    std::vector<Member> members_;
    std::vector<protocol::network::PartyCode> parties_;
};

}  // namespace serai::storage::repo
