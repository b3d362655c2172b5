// The directory of key packages.
#pragma once

#include "protocol/base/limits.hpp"
#include "protocol/message/audit.hpp"
#include "protocol/message/frame.hpp"
#include "protocol/message/request/act.hpp"
#include "protocol/message/request/nothing.hpp"
#include "protocol/network/spiffe_id.hpp"
#include "protocol/network/statement.hpp"

#include <cstdint>
#include <vector>

namespace serai::protocol::message {

// A key package with the device it belongs to: opaque mls_message<V> is an MLSMessage of wire format mls_key_package.
struct KeyPackageEntry {
    network::SpiffeId device;
    Bytes mls_message;

    void encode(codec::Writer& writer) const;
    static Result<KeyPackageEntry> decode(codec::Reader& reader);

    friend bool operator==(const KeyPackageEntry&, const KeyPackageEntry&) = default;
};

// The asking device's own key packages; the act names the reference of each, in order.
struct PublishKeyPackages {
    static constexpr RequestType kType = RequestType::publish_key_packages;
    using Response = Receipt;
    using Statement = network::PublishKeyPackagesStatement;

    network::Act act;
    std::vector<Bytes> key_packages;  // MLSMessages, at most limits::kMaxKeyPackagesPerPublish

    void encode(codec::Writer& writer) const;
    static Result<PublishKeyPackages> decode(codec::Reader& reader);

    friend bool operator==(const PublishKeyPackages&, const PublishKeyPackages&) = default;
};

struct ClaimedKeyPackages {
    Receipt receipt;
    std::vector<KeyPackageEntry>
        key_packages;  // one for each device of the person that has any left

    void encode(codec::Writer& writer) const;
    static Result<ClaimedKeyPackages> decode(codec::Reader& reader);

    friend bool operator==(const ClaimedKeyPackages&, const ClaimedKeyPackages&) = default;
};

using ClaimKeyPackage = ActRequest<RequestType::claim_key_package,
                                   ClaimedKeyPackages,
                                   network::ClaimKeyPackageStatement>;

struct KeyPackageCount {
    std::uint32_t count = 0;        // without the one of last resort
    UnixSeconds last_resort_until;  // the end of its lifetime; 0: there is none

    void encode(codec::Writer& writer) const {
        writer.u32(count);
        writer.strong(last_resort_until);
    }

    static Result<KeyPackageCount> decode(codec::Reader& reader);

    friend bool operator==(const KeyPackageCount&, const KeyPackageCount&) = default;
};

// How many the asking device has left.
struct CountKeyPackages : Nothing {
    static constexpr RequestType kType = RequestType::count_key_packages;
    using Response = KeyPackageCount;

    static Result<CountKeyPackages> decode(codec::Reader&) { return CountKeyPackages{}; }
};

}  // namespace serai::protocol::message
