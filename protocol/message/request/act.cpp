#include "protocol/message/request/act.hpp"

#include <utility>

namespace serai::protocol::message {
namespace {

using codec::Reader;
using codec::Writer;

}  // namespace

void Grant::encode(Writer& writer) const {
    receipt.encode(writer);
    writer.strong(object);
    writer.fixed(token);
    writer.strong(expires);
    writer.u64(length);
    writer.fixed(digest);
}

Result<Grant> Grant::decode(Reader& reader) {
    SERAI_TRY(receipt, Receipt::decode(reader));
    SERAI_TRY(object, reader.strong<ObjectId>());
    SERAI_TRY(token, reader.array<32>());
    SERAI_TRY(expires, reader.strong<UnixSeconds>());
    SERAI_TRY(length, reader.u64());
    SERAI_TRY(digest, reader.array<32>());
    return Grant{receipt, object, token, expires, length, digest};
}

void Openings::encode(Writer& writer) const {
    receipt.encode(writer);
    writer.list(entries);
    writer.flag(more);
}

Result<Openings> Openings::decode(Reader& reader) {
    SERAI_TRY(receipt, Receipt::decode(reader));
    SERAI_TRY(entries, codec::read_list<OpenedEntry>(reader));
    SERAI_TRY(more, reader.flag());
    return Openings{receipt, std::move(entries), more};
}

}  // namespace serai::protocol::message
