// SPIFFE identities as Serai uses them: spiffe://<trust domain>/<role>/<person>/<device>.
//
// The trust domain is the party's, the role is what the party's own CA says of the person. Text rules are those of the SPIFFE
// ID specification, narrowed: lower-case ASCII trust domain, path segments of [A-Za-z0-9._-] that are neither "." nor "..",
// exactly three of them for a device, at most 255 bytes for the whole.
#pragma once

#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace serai::protocol::network {

inline constexpr std::size_t kMaxSpiffeId = 255;

// On the wire in channel rules: never renumber.
enum class Role : std::uint8_t {
    focal_point = 1,  // speaks for its state in channels, authorises its own people
    registrar = 2,    // authorises its own party's people and devices
    auditor = 3,      // reads openings that concern its party; is in no channel
    witness = 4,      // cosigns checkpoints
    expert = 5,       // a guest in channels of class `expert`
};

// The path segment, such as "focal-point".
[[nodiscard]] std::string_view name(Role role);
Result<Role> role_from_name(std::string_view name);
Result<Role> read_role(codec::Reader& reader);

// A person of a party in one role: spiffe://<trust domain>/<role>/<person>. May use several devices.
struct PersonId {
    std::string trust_domain;
    Role role = Role::focal_point;
    std::string person;

    [[nodiscard]] std::string to_string() const;
    static Result<PersonId> parse(std::string_view uri);

    void encode(codec::Writer& writer) const { writer.text(to_string()); }

    static Result<PersonId> decode(codec::Reader& reader);

    friend auto operator<=>(const PersonId&, const PersonId&) = default;
};

// One device of a person. A certificate names exactly one.
struct SpiffeId {
    PersonId person;
    std::string device;

    [[nodiscard]] std::string to_string() const;
    static Result<SpiffeId> parse(std::string_view uri);

    void encode(codec::Writer& writer) const { writer.text(to_string()); }

    static Result<SpiffeId> decode(codec::Reader& reader);

    friend auto operator<=>(const SpiffeId&, const SpiffeId&) = default;
};

// Whether text can be the trust domain of a party.
[[nodiscard]] bool is_trust_domain(std::string_view text);

}  // namespace serai::protocol::network
