// The public half of a document: its marking, which is hashed into the act that seals it.
#pragma once

#include "protocol/network/party.hpp"

#include <cstdint>
#include <string>

namespace serai::protocol::message {

// Traffic Light Protocol 2.0.
enum class Tlp : std::uint8_t {
    clear = 1,
    green = 2,
    amber = 3,
    amber_strict = 4,
    red = 5,
};

[[nodiscard]] std::string_view name(Tlp tlp);  // "TLP:AMBER+STRICT" and so on
Result<Tlp> tlp_from_name(std::string_view name);

// Handling codes: what may be done with the material.
enum class Handling : std::uint8_t {
    h0 = 1,  // no conditions beyond the marking
    h1 = 2,  // not as evidence in judicial proceedings without the originator's permission
    h2 = 3,  // not to be passed on without the originator's permission
    h3 = 4,  // other restrictions, in `conditions`
};

[[nodiscard]] std::string_view name(Handling handling);  // "H0" to "H3"
Result<Handling> handling_from_name(std::string_view name);

// struct { uint16 version = 1; Tlp tlp; Handling handling; opaque conditions<V>; uint8 source_grade; uint8 information_grade;
//          PartyCode originator; } Marking;
struct Marking {
    Tlp tlp = Tlp::amber;
    Handling handling = Handling::h0;
    std::string conditions;              // needed for H3; at most 1,024 bytes
    char source_grade = 'X';             // A, B, C or X: reliability of the source
    std::uint8_t information_grade = 4;  // 1 to 4: how far the information is confirmed
    network::PartyCode originator;

    void encode(codec::Writer& writer) const;
    static Result<Marking> decode(codec::Reader& reader);

    friend bool operator==(const Marking&, const Marking&) = default;
};

}  // namespace serai::protocol::message
