#include "protocol/message/request/directory.hpp"

#include "protocol/base/limits.hpp"

#include <utility>

namespace serai::protocol::message {
namespace {

using codec::CodecError;
using codec::Reader;
using codec::Writer;

}  // namespace

void KeyPackageEntry::encode(Writer& writer) const {
    device.encode(writer);
    writer.vector(mls_message);
}

Result<KeyPackageEntry> KeyPackageEntry::decode(Reader& reader) {
    SERAI_TRY(device, network::SpiffeId::decode(reader));
    SERAI_TRY(mls_message, reader.vector(limits::kMaxKeyPackage));
    return KeyPackageEntry{std::move(device), to_bytes(mls_message)};
}

void PublishKeyPackages::encode(Writer& writer) const {
    act.encode(writer);
    writer.nested([&](Writer& inner) {
        for (const Bytes& key_package : key_packages) {
            inner.vector(key_package);
        }
    });
}

Result<PublishKeyPackages> PublishKeyPackages::decode(Reader& reader) {
    SERAI_TRY(act, network::Act::decode(reader));
    SERAI_TRY(content, reader.vector());
    Reader inner{content};
    std::vector<Bytes> key_packages;
    while (!inner.at_end()) {
        SERAI_TRY(key_package, inner.vector(limits::kMaxKeyPackage));
        key_packages.push_back(to_bytes(key_package));
        if (key_packages.size() > limits::kMaxKeyPackagesPerPublish) {
            return CodecError::too_long;
        }
    }
    return PublishKeyPackages{std::move(act), std::move(key_packages)};
}

void ClaimedKeyPackages::encode(Writer& writer) const {
    receipt.encode(writer);
    writer.list(key_packages);
}

Result<ClaimedKeyPackages> ClaimedKeyPackages::decode(Reader& reader) {
    SERAI_TRY(receipt, Receipt::decode(reader));
    SERAI_TRY(key_packages, codec::read_list<KeyPackageEntry>(reader));
    return ClaimedKeyPackages{receipt, std::move(key_packages)};
}

Result<KeyPackageCount> KeyPackageCount::decode(Reader& reader) {
    SERAI_TRY(count, reader.u32());
    SERAI_TRY(until, reader.strong<UnixSeconds>());
    return KeyPackageCount{count, until};
}

}  // namespace serai::protocol::message
