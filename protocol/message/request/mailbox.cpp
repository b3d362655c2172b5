#include "protocol/message/request/mailbox.hpp"

#include "protocol/base/limits.hpp"
#include "protocol/message/request/parts.hpp"

#include <utility>

namespace serai::protocol::message {
namespace {

using codec::Reader;
using codec::Writer;

}  // namespace

void MailboxItem::encode(Writer& writer) const {
    writer.u64(sequence);
    writer.strong(group);
    writer.strong(record);
    writer.strong(epoch);
    writer.vector(welcome);
}

Result<MailboxItem> MailboxItem::decode(Reader& reader) {
    SERAI_TRY(sequence, reader.u64());
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(record, reader.strong<RecordNumber>());
    SERAI_TRY(epoch, reader.strong<Epoch>());
    SERAI_TRY(welcome, read_mls_message(reader));
    return MailboxItem{sequence, group, record, epoch, std::move(welcome)};
}

void Mailbox::encode(Writer& writer) const {
    writer.list(items);
    writer.flag(more);
}

Result<Mailbox> Mailbox::decode(Reader& reader) {
    SERAI_TRY(items, codec::read_list<MailboxItem>(reader, limits::kMaxPageEntries));
    SERAI_TRY(more, reader.flag());
    return Mailbox{std::move(items), more};
}

Result<ListMailbox> ListMailbox::decode(Reader& reader) {
    SERAI_TRY(from, reader.u64());
    return ListMailbox{from};
}

Result<DeleteMailbox> DeleteMailbox::decode(Reader& reader) {
    SERAI_TRY(through, reader.u64());
    return DeleteMailbox{through};
}

}  // namespace serai::protocol::message
