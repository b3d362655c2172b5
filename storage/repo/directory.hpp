// The directory of key packages: who can be added to a channel.
//
// A key package is published once, handed out once, and then gone. All unclaimed packages of a person are in memory together
// while one of its intents is under way.
#pragma once

#include "protocol/message/request.hpp"
#include "storage/audit/audit_log.hpp"
#include "storage/kv/store.hpp"
#include "storage/repo/lru.hpp"
#include "storage/repo/prepare.hpp"

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
        std::shared_ptr<const protocol::message::KeyPackageEntry> entry;
    };

    Digest person{};                                // person_key
    std::map<Digest, std::deque<Package>> overlay;  // by device_key; the oldest first
};

class Directory {
  public:
    Directory(kv::Store& store, std::size_t keep_loaded);

    [[nodiscard]] Result<std::shared_ptr<PersonPackages>> load(
        const protocol::network::PersonId& person);

    // Durable key packages of a device that nobody has claimed. Reads the store.
    [[nodiscard]] Result<std::uint32_t> count(const protocol::network::SpiffeId& device) const;

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
    };

    protocol::network::Act act;     // signed by the asking device; names the references in order
    std::vector<Package> packages;  // not empty; references differ
};

// Takes the oldest key package of each device of a person that is still good for kMinKeyPackageSeconds. Response: ClaimedKeyPackages, which is kept: a retry gets the same
// ones. Its entry names each reference and concerns the asking device's party, the person's and the channel's. Refusals:
// no_key_package (no device has any), forbidden (the asking device is no member of the channel), not_found (not established).
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
