#include "protocol/network/channel_rules.hpp"

#include <algorithm>
#include <functional>

namespace serai::protocol::network {
namespace {

using codec::CodecError;

constexpr std::uint16_t kRulesVersion = 1;
constexpr std::size_t kMaxParties = 64;

template <class Items>
bool is_strictly_ascending(const Items& items) {
    return std::ranges::adjacent_find(items, std::ranges::greater_equal{}) == items.end();
}

Result<ChannelClass> read_class(codec::Reader& reader) {
    SERAI_TRY(value, reader.u8());
    if (value < 1 || value > 2) {
        return CodecError::unknown_value;
    }
    return static_cast<ChannelClass>(value);
}

}  // namespace

void ChannelRules::encode(codec::Writer& writer) const {
    writer.u16(kRulesVersion);
    writer.enumeration(channel_class);
    writer.strong(theme);
    writer.list(parties);
    writer.nested([&](codec::Writer& inner) {
        for (const Role role : roles) {
            inner.enumeration(role);
        }
    });
    writer.u32(retention_days);
}

Result<ChannelRules> ChannelRules::decode(codec::Reader& reader) {
    SERAI_TRY(version, reader.u16());
    if (version != kRulesVersion) {
        return CodecError::unknown_value;
    }
    SERAI_TRY(channel_class, read_class(reader));
    SERAI_TRY(theme, reader.strong<ThemeId>());
    SERAI_TRY(parties, codec::read_list<PartyCode>(reader, kMaxParties));
    SERAI_TRY(role_bytes, reader.vector());
    codec::Reader role_reader{role_bytes};
    std::vector<Role> roles;
    while (!role_reader.at_end()) {
        SERAI_TRY(role, read_role(role_reader));
        roles.push_back(role);
    }
    SERAI_TRY(retention_days, reader.u32());
    if (!is_strictly_ascending(parties) || !is_strictly_ascending(roles)) {
        return CodecError::unknown_value;
    }
    return ChannelRules{channel_class, theme, std::move(parties), std::move(roles), retention_days};
}

}  // namespace serai::protocol::network
