#include "protocol/network/party.hpp"

#include "protocol/network/spiffe_id.hpp"

#include <algorithm>

namespace serai::protocol::network {
namespace {

using codec::CodecError;

constexpr std::size_t kMaxCode = 16;
constexpr std::size_t kMaxBundle = 64 * 1024;

Result<PartyKind> read_kind(codec::Reader& reader) {
    SERAI_TRY(value, reader.u8());
    if (value < 1 || value > 3) {
        return CodecError::unknown_value;
    }
    return static_cast<PartyKind>(value);
}

}  // namespace

Result<PartyCode> PartyCode::parse(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (text.empty() || text.size() > kMaxCode || !std::ranges::all_of(text, allowed)) {
        return CodecError::bad_text;
    }
    return PartyCode{std::string{text}};
}

Result<PartyCode> PartyCode::decode(codec::Reader& reader) {
    SERAI_TRY(text, reader.text(kMaxCode));
    return parse(text);
}

void write_certificates(codec::Writer& writer, const std::vector<Bytes>& certificates) {
    writer.nested([&](codec::Writer& inner) {
        for (const Bytes& certificate : certificates) {
            inner.vector(certificate);
        }
    });
}

Result<std::vector<Bytes>> read_certificates(codec::Reader& reader, std::size_t max_bytes) {
    SERAI_TRY(content, reader.vector(max_bytes));
    codec::Reader inner{content};
    std::vector<Bytes> certificates;
    while (!inner.at_end()) {
        SERAI_TRY(certificate, inner.vector());
        if (certificate.empty()) {
            return CodecError::unknown_value;
        }
        certificates.push_back(to_bytes(certificate));
    }
    return certificates;
}

void Party::encode(codec::Writer& writer) const {
    code.encode(writer);
    writer.enumeration(kind);
    writer.text(trust_domain);
    write_certificates(writer, bundle);
}

Result<Party> Party::decode(codec::Reader& reader) {
    SERAI_TRY(code, PartyCode::decode(reader));
    SERAI_TRY(kind, read_kind(reader));
    SERAI_TRY(trust_domain, reader.text(kMaxSpiffeId));
    SERAI_TRY(bundle, read_certificates(reader, kMaxBundle));
    if (!is_trust_domain(trust_domain) || bundle.empty()) {
        return CodecError::bad_text;
    }
    return Party{std::move(code), kind, std::move(trust_domain), std::move(bundle)};
}

}  // namespace serai::protocol::network
