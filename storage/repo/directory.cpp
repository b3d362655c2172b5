#include "storage/repo/directory.hpp"

#include "crypto/mls/wire/message.hpp"
#include "storage/commit/request.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/directory_rows.hpp"
#include "storage/repo/removals.hpp"
#include "storage/repo/scan.hpp"

namespace serai::storage::repo {
namespace {

namespace keyspace = kv::keyspace;
using kv::make_key;
using kv::Space;
using protocol::codec::decode_exact;
using protocol::message::KeyPackageEntry;
using PersonPtr = std::shared_ptr<PersonPackages>;

PersonPackages::Package package_of(KeyPackageRow row, std::uint64_t leaf, std::uint16_t place) {
    Bytes serial = serial_of(row.entry);
    return {leaf,
            place,
            row.reference,
            row.not_after,
            std::move(serial),
            std::make_shared<const KeyPackageEntry>(std::move(row.entry))};
}

Result<void> read_last_resorts(const kv::Store& store, PersonPackages& packages) {
    const kv::Key prefix = make_key(keyspace::kLastResort, ByteView{packages.person});
    return for_each_row(store, prefix, [&](ByteView row, ByteView value) -> Result<void> {
        SERAI_TRY(decoded, decode_exact<KeyPackageRow>(value));
        packages.last_resort.emplace(bytes_at<32>(row, 33), package_of(std::move(decoded), 0, 0));
        return {};
    });
}

}  // namespace

Directory::Directory(kv::Store& store, std::size_t keep_loaded)
    : store_(store), loaded_(keep_loaded) {}

Result<PersonPtr> Directory::load(const protocol::network::PersonId& person) {
    const Digest key = commit::person_key(person);
    return loaded_.load(PersonKey{key}, [&]() -> Result<PersonPtr> {
        auto packages = std::make_shared<PersonPackages>();
        packages->person = key;
        const auto read_row = [&](ByteView row, ByteView value) -> Result<void> {
            SERAI_TRY(decoded, decode_exact<KeyPackageRow>(value));
            packages->overlay[bytes_at<32>(row, 33)].push_back(
                package_of(std::move(decoded),
                           integer_at(row, 65),
                           static_cast<std::uint16_t>(integer_at(row, 73, 2))));
            return {};
        };
        SERAI_CHECK(for_each_row(store_, make_key(keyspace::kKeyPackage, ByteView{key}), read_row));
        SERAI_CHECK(read_last_resorts(store_, *packages));
        return packages;
    });
}

Result<Stock> Directory::stock(const protocol::network::SpiffeId& device,
                               UnixSeconds now,
                               const Revocations& revocations) const {
    const Digest person = commit::person_key(device.person);
    const Digest key = commit::device_key(device);
    const auto read = [&](ByteView value) -> Result<PersonPackages::Package> {
        SERAI_TRY(decoded, decode_exact<KeyPackageRow>(value));
        return package_of(std::move(decoded), 0, 0);
    };
    Stock stock;
    SERAI_CHECK(for_each_row(store_,
                             make_key(keyspace::kKeyPackage, ByteView{person}, ByteView{key}),
                             [&](ByteView, ByteView value) -> Result<void> {
                                 SERAI_TRY(package, read(value));
                                 stock.count += package.is_good(now, revocations) ? 1U : 0U;
                                 return {};
                             }));
    SERAI_TRY(row, store_.get(Space::state, last_resort_key(person, key)));
    if (row) {
        SERAI_TRY(last_resort, read(*row));
        if (last_resort.is_good(now, revocations)) {
            stock.last_resort_until = last_resort.not_after;
        }
    }
    return stock;
}

bool PersonPackages::Package::is_good(UnixSeconds now, const Revocations& revocations) const {
    return not_after.value() >= now.value() + kMinKeyPackageSeconds &&
           (serial.empty() || !revocations.is_revoked(entry->device.person.trust_domain, serial));
}

Bytes serial_of(const KeyPackageEntry& entry) {
    const auto message = decode_exact<crypto::mls::MlsMessage>(entry.mls_message);
    const auto* key_package = message ? message->get<crypto::mls::KeyPackage>() : nullptr;
    const auto certificate = key_package == nullptr ? std::optional<LeafCertificate>{}
                                                    : certificate_of(key_package->leaf_node);
    return certificate ? certificate->serial : Bytes{};
}

}  // namespace serai::storage::repo
