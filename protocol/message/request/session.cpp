#include "protocol/message/request/session.hpp"

#include "protocol/message/request/parts.hpp"

#include <utility>

namespace serai::protocol::message {
namespace {

using codec::Reader;
using codec::Writer;

constexpr std::size_t kMaxAgent = 64;

}  // namespace

void HelloOk::encode(Writer& writer) const {
    writer.strong(network_id);
    writer.strong(server_time);
    writer.u16(max_in_flight);
    writer.vector(as_bytes(checkpoint));
}

Result<HelloOk> HelloOk::decode(Reader& reader) {
    SERAI_TRY(network_id, reader.strong<NetworkId>());
    SERAI_TRY(server_time, reader.strong<UnixMillis>());
    SERAI_TRY(max_in_flight, reader.u16());
    SERAI_TRY(checkpoint, read_note(reader));
    return HelloOk{network_id, server_time, max_in_flight, std::move(checkpoint)};
}

void Hello::encode(Writer& writer) const {
    writer.u16(version);
    writer.strong(network_id);
    writer.text(agent);
}

Result<Hello> Hello::decode(Reader& reader) {
    SERAI_TRY(version, reader.u16());
    SERAI_TRY(network_id, reader.strong<NetworkId>());
    SERAI_TRY(agent, reader.text(kMaxAgent));
    return Hello{version, network_id, std::move(agent)};
}

}  // namespace serai::protocol::message
