#include "client/setup/settings.hpp"

namespace serai::client::setup {
namespace {

constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kMaxServer = 512;

}  // namespace

void Settings::encode(protocol::codec::Writer& writer) const {
    writer.u16(kVersion);
    writer.text(server.to_string());
    writer.fixed(fingerprint);
    id.encode(writer);
}

Result<Settings> Settings::decode(protocol::codec::Reader& reader) {
    SERAI_TRY(version, reader.u16());
    if (version != kVersion) {
        return protocol::codec::CodecError::unknown_value;
    }
    SERAI_TRY(server, reader.text(kMaxServer));
    SERAI_TRY(endpoint, connection::Endpoint::parse(server));
    if (endpoint.to_string() != server) {
        return protocol::codec::CodecError::
            bad_text;  // two spellings of one place, such as a port with zeros before it
    }
    SERAI_TRY(fingerprint, reader.array<32>());
    SERAI_TRY(id, protocol::network::SpiffeId::decode(reader));
    return Settings{std::move(endpoint), fingerprint, std::move(id)};
}

}  // namespace serai::client::setup
