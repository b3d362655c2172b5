#include "protocol/message/request/event.hpp"

#include <utility>

namespace serai::protocol::message {
namespace {

using codec::CodecError;
using codec::Reader;
using codec::Writer;

}  // namespace

void RecordEvent::encode(Writer& writer) const {
    writer.strong(group);
    entry.encode(writer);
}

Result<RecordEvent> RecordEvent::decode(Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(entry, RecordEntry::decode(reader));
    return RecordEvent{group, std::move(entry)};
}

Result<GoodbyeEvent> GoodbyeEvent::decode(Reader& reader) {
    SERAI_TRY(reason, reader.u16());
    if (!is_wire_error(reason)) {
        return CodecError::unknown_value;
    }
    return GoodbyeEvent{static_cast<WireError>(reason)};
}

}  // namespace serai::protocol::message
