// The directory of key packages: who can be added to a channel.
//
// A key package is published once, handed out once, and then gone. But one of each device may be of last resort (RFC 9420, section
// 16.8): it is handed out while there is no other, and stays until the device puts another in its place. All unclaimed packages of a
// person are in memory together while one of its intents is under way.
#pragma once

#include "protocol/message/request.hpp"
#include "storage/audit/audit_log.hpp"
#include "storage/kv/store.hpp"
#include "storage/repo/lru.hpp"
#include "storage/repo/prepare.hpp"
#include "storage/repo/revocations.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace serai::storage::repo {

inline constexpr std::uint64_t kMinKeyPackageSeconds = 60;
inline constexpr std::size_t kMaxUnclaimed = 256;  // key packages of one device

// What one person has in the directory. The overlay belongs to the committer's thread.
struct PersonPackages {
    struct Package {
        std::uint64_t leaf = 0;   // of the publishing act
        std::uint16_t place = 0;  // among those of the act
        Digest reference{};
        UnixSeconds not_after;  // of its leaf's lifetime
        Bytes serial;           // of its leaf's certificate; empty if it has none
        std::shared_ptr<const protocol::message::KeyPackageEntry> entry;

        // Whether it may still be handed out: it is good for another kMinKeyPackageSeconds, and no list revokes its certificate.
        [[nodiscard]] bool is_good(UnixSeconds now, const Revocations& revocations) const;
    };

    Digest person{};                                // person_key
    std::map<Digest, std::deque<Package>> overlay;  // by device_key; the oldest first
    std::map<Digest, Package> last_resort;          // likewise, one each
};

// The serial number of the certificate that a key package shows, as RFC 5280 has it without leading zeros; empty if it has none.
[[nodiscard]] Bytes serial_of(const protocol::message::KeyPackageEntry& entry);

// Of one device: only what may still be handed out.
struct Stock {
    std::uint32_t count = 0;        // without the one of last resort
    UnixSeconds last_resort_until;  // the end of its lifetime; 0: there is none
};

class Directory {
  public:
    Directory(kv::Store& store, std::size_t keep_loaded);

    [[nodiscard]] Result<std::shared_ptr<PersonPackages>> load(
        const protocol::network::PersonId& person);

    // What the durable key packages of a device, which nobody has claimed, are still good for. Reads the store.
    [[nodiscard]] Result<Stock> stock(const protocol::network::SpiffeId& device,
                                      UnixSeconds now,
                                      const Revocations& revocations) const;

  private:
    using PersonKey = Strong<struct PersonKeyTag, Digest>;

    kv::Store& store_;
    Lru<PersonKey, PersonPackages> loaded_;
};

// Puts key packages of the asking device into the directory. Response: Receipt. Its entry concerns the device's party. Refusals:
// too_large (more than kMaxUnclaimed would be unclaimed), exists (a reference that was published before).
struct PublishKeyPackages {
    struct Package {
        Digest reference{};     // RFC 9420, section 5.2
        UnixSeconds not_after;  // of the lifetime in its leaf; it is not handed out after that
        Bytes mls_message;
        bool last_resort = false;  // takes the place of the device's former one
    };

    protocol::network::Act act;     // signed by the asking device; names the references in order
    std::vector<Package> packages;  // not empty; references differ; at most one of last resort
};

// Takes the oldest key package of each device of a person that is still good for kMinKeyPackageSeconds, or else the one of last
// resort, for the devices that are not in the channel yet. Response: ClaimedKeyPackages, which is kept: a retry gets the same ones.
// Its entry names each reference and concerns the asking device's party, the person's and the channel's. Refusals: no_key_package
// (no such device has any), exists (all that have any are in the channel), forbidden (the asking device is no member of the channel),
// not_found (not established).
struct ClaimKeyPackage {
    protocol::network::Act act;  // signed by the asking device
    std::shared_ptr<class Channel> channel;
    protocol::network::PersonId subject;
    protocol::network::PartyCode subject_party;
};

[[nodiscard]] Prepared prepare(Repositories& repositories,
                               commit::Asked asked,
                               PublishKeyPackages input);
[[nodiscard]] Prepared prepare(Repositories& repositories,
                               commit::Asked asked,
                               ClaimKeyPackage input);

}  // namespace serai::storage::repo
