// Devices in a channel, as the certificates of its leaves name them.
#pragma once

#include "protocol/network/party.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace serai::storage::repo {

// struct { SpiffeId device; PartyCode party; uint32 leaf; } Member;
struct Member {
    protocol::network::SpiffeId device;
    protocol::network::PartyCode party;
    std::uint32_t leaf = 0;  // MLS leaf index

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
