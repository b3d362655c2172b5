#include "crypto/mls/wire/extension.hpp"

#include <algorithm>
#include <stdexcept>

namespace serai::crypto::mls {

Result<ProtocolVersion> read_version(Reader& reader) {
    return read_closed(reader, ProtocolVersion::mls10);
}

Result<Bytes> read_bytes(Reader& reader) {
    SERAI_TRY(view, reader.vector());
    return to_bytes(view);
}

void Extension::encode(Writer& writer) const {
    writer.enumeration(type);
    writer.vector(data);
}

Result<Extension> Extension::decode(Reader& reader) {
    SERAI_TRY(type, read_open<ExtensionType>(reader));
    SERAI_TRY(data, read_bytes(reader));
    return Extension{type, std::move(data)};
}

namespace {

bool has_duplicates(const std::vector<Extension>& items) {
    std::vector<ExtensionType> types;
    types.reserve(items.size());
    for (const auto& item : items) {
        types.push_back(item.type);
    }
    std::sort(types.begin(), types.end());
    return std::adjacent_find(types.begin(), types.end()) != types.end();
}

}  // namespace

Extensions::Extensions(std::vector<Extension> items) : items_(std::move(items)) {
    if (has_duplicates(items_)) {
        throw std::invalid_argument{"two extensions of one type"};
    }
}

const Bytes* Extensions::find(ExtensionType type) const {
    const auto it = std::find_if(
        items_.begin(), items_.end(), [&](const Extension& item) { return item.type == type; });
    return it == items_.end() ? nullptr : &it->data;
}

void Extensions::set(Extension extension) {
    const auto it = std::find_if(items_.begin(), items_.end(), [&](const Extension& item) {
        return item.type == extension.type;
    });
    if (it == items_.end()) {
        items_.push_back(std::move(extension));
    } else {
        *it = std::move(extension);
    }
}

Result<Extensions> Extensions::decode(Reader& reader) {
    SERAI_TRY(items, protocol::codec::read_list<Extension>(reader));
    if (has_duplicates(items)) {
        return CodecError::unknown_value;
    }
    Extensions list;
    list.items_ = std::move(items);
    return list;
}

void RequiredCapabilities::encode(Writer& writer) const {
    write_enum_list(writer, extensions);
    write_enum_list(writer, proposals);
    write_enum_list(writer, credentials);
}

Result<RequiredCapabilities> RequiredCapabilities::decode(Reader& reader) {
    SERAI_TRY(extensions, read_enum_list<ExtensionType>(reader));
    SERAI_TRY(proposals, read_enum_list<ProposalType>(reader));
    SERAI_TRY(credentials, read_enum_list<CredentialType>(reader));
    return RequiredCapabilities{
        std::move(extensions), std::move(proposals), std::move(credentials)};
}

}  // namespace serai::crypto::mls
