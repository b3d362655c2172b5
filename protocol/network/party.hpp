// Parties: those who run a certificate authority of their own and whom the log counts entries for.
#pragma once

#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace serai::protocol::network {

// A short code such as "KZ": 1 to 16 characters of [A-Z0-9-].
class PartyCode {
  public:
    PartyCode() = default;

    static Result<PartyCode> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }

    void encode(codec::Writer& writer) const { writer.text(text_); }

    static Result<PartyCode> decode(codec::Reader& reader);

    friend auto operator<=>(const PartyCode&, const PartyCode&) = default;

  private:
    explicit PartyCode(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

enum class PartyKind : std::uint8_t {
    member_state = 1,
    secretariat = 2,
    guest = 3,
};

// struct { PartyCode code<V>; PartyKind kind; opaque trust_domain<V>; Certificate bundle<V>; } Party;
struct Party {
    PartyCode code;
    PartyKind kind = PartyKind::member_state;
    std::string trust_domain;
    std::vector<Bytes> bundle;  // DER certificates of the party's own CA; never empty

    void encode(codec::Writer& writer) const;
    static Result<Party> decode(codec::Reader& reader);

    friend bool operator==(const Party&, const Party&) = default;
};

// opaque Certificate<V>; Certificate certificates<V>: DER, at most max_bytes together.
void write_certificates(codec::Writer& writer, const std::vector<Bytes>& certificates);
Result<std::vector<Bytes>> read_certificates(codec::Reader& reader, std::size_t max_bytes);

}  // namespace serai::protocol::network
