#include "storage/commit/request.hpp"

#include "crypto/primitive/hash.hpp"

namespace serai::storage::commit {

Digest device_key(const protocol::network::SpiffeId& device) {
    return crypto::sha256(as_bytes(device.to_string()));
}

Digest person_key(const protocol::network::PersonId& person) {
    return crypto::sha256(as_bytes(person.to_string()));
}

Digest request_digest(protocol::message::RequestType type, ByteView body) {
    const auto number = static_cast<std::uint16_t>(type);
    const ByteArray<2> prefix{static_cast<std::uint8_t>(number >> 8U),
                              static_cast<std::uint8_t>(number)};
    return crypto::sha256({prefix, body});
}

}  // namespace serai::storage::commit
