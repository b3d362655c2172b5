// The rules of a channel: the content of GroupContext extension kChannelRulesExtension, agreed by every member with each epoch.
#pragma once

#include "protocol/base/strong_id.hpp"
#include "protocol/network/party.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <cstdint>
#include <vector>

namespace serai::protocol::network {

// MLS extension types of Serai, from the private-use range of RFC 9420, section 17.3.
inline constexpr std::uint16_t kChannelRulesExtension = 0xf5e1;  // GroupContext: ChannelRules
inline constexpr std::uint16_t kChainHeadExtension =
    0xf5e2;  // GroupInfo: ChainHead (protocol/message/record.hpp)
inline constexpr std::uint16_t kFoundingActExtension =
    0xf5e3;  // GroupInfo inside a Welcome: the founding act's ActReceipt (protocol/message/audit.hpp)

enum class ChannelClass : std::uint8_t {
    state = 1,   // member states and the secretariat only: the place for case material
    expert = 2,  // guests admitted; no personal data
};

// struct { uint16 version = 1; ChannelClass class; opaque theme[16]; PartyCode parties<V>; Role roles<V>;
//          uint32 retention_days; } ChannelRules;
struct ChannelRules {
    ChannelClass channel_class = ChannelClass::state;
    ThemeId theme;
    std::vector<PartyCode> parties;    // ascending, unique; an empty audience means nobody
    std::vector<Role> roles;           // ascending, unique
    std::uint32_t retention_days = 0;  // 0: until erased

    void encode(codec::Writer& writer) const;
    static Result<ChannelRules> decode(codec::Reader& reader);

    friend bool operator==(const ChannelRules&, const ChannelRules&) = default;
};

}  // namespace serai::protocol::network
