#pragma once

#include "crypto/mls/wire/types.hpp"

#include <variant>

namespace serai::crypto::mls {

struct ExternalPskId {
    Bytes id;

    friend auto operator<=>(const ExternalPskId&, const ExternalPskId&) = default;
};

enum class ResumptionPskUsage : std::uint8_t { application = 1, reinit = 2, branch = 3 };

struct ResumptionPskId {
    ResumptionPskUsage usage{};
    Bytes group_id;
    std::uint64_t epoch = 0;

    friend auto operator<=>(const ResumptionPskId&, const ResumptionPskId&) = default;
};

// RFC 9420, section 8.4.
struct PreSharedKeyId {
    std::variant<ExternalPskId, ResumptionPskId> key;
    Bytes nonce;

    void encode(Writer& writer) const;
    static Result<PreSharedKeyId> decode(Reader& reader);
    friend bool operator==(const PreSharedKeyId&, const PreSharedKeyId&) = default;
};

// The resumption PSK of usage reinit or branch that this is, or null: it ties a new group to an older one.
[[nodiscard]] const ResumptionPskId* lineage_of(const PreSharedKeyId& id);

}  // namespace serai::crypto::mls
