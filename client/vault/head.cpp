#include "client/vault/head.hpp"

namespace serai::client::vault {
namespace {

constexpr std::uint16_t kHeadVersion = 1;

}  // namespace

void Head::encode(protocol::codec::Writer& writer) const {
    writer.u16(kHeadVersion);
    writer.fixed(salt);
    writer.u64(cost.passes);
    writer.u64(cost.memory_bytes);
    writer.vector(wrapped);
}

Result<Head> Head::decode(protocol::codec::Reader& reader) {
    SERAI_TRY(version, reader.u16());
    if (version != kHeadVersion) {
        return protocol::codec::CodecError::unknown_value;
    }
    SERAI_TRY(salt, reader.array<crypto::kPasswordSaltSize>());
    SERAI_TRY(passes, reader.u64());
    SERAI_TRY(memory, reader.u64());
    SERAI_TRY(wrapped, reader.vector());
    return Head{salt, {passes, memory}, to_bytes(wrapped)};
}

}  // namespace serai::client::vault
