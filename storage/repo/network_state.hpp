// The inside of Network, for the intents of this folder.
#pragma once

#include "storage/repo/network.hpp"

#include <map>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

namespace serai::storage::repo {

// struct { PartyCode party; opaque trust_domain<V>; uint64 leaf; uint64 leaf_time; opaque crl<V>; } CrlRow;
struct CrlRow {
    protocol::network::PartyCode party;
    std::string trust_domain;
    LogIndex leaf;
    UnixSeconds leaf_time;
    Bytes der;

    void encode(protocol::codec::Writer& writer) const;
    static Result<CrlRow> decode(protocol::codec::Reader& reader);
};

// struct { uint64 count; uint64 leaf; } RefusalRow;
struct RefusalRow {
    std::uint64_t count = 0;
    std::uint64_t leaf = 0;

    void encode(protocol::codec::Writer& writer) const {
        writer.u64(count);
        writer.u64(leaf);
    }

    static Result<RefusalRow> decode(protocol::codec::Reader& reader) {
        SERAI_TRY(count, reader.u64());
        SERAI_TRY(leaf, reader.u64());
        return RefusalRow{count, leaf};
    }
};

using DigestKey = Strong<struct DigestKeyTag, Digest>;
using SeenCertificates = std::unordered_set<DigestKey>;

struct Network::State {
    // The overlay: the committer's thread.
    Revocations revocations;
    SeenCertificates seen;
    // By hour: of the newest and the one before. Nothing that is under way is older.
    std::map<std::uint64_t, std::unordered_map<DigestKey, RefusalRow>> refusals;

    // Durable.
    mutable std::mutex mutex;  // guards what follows
    std::shared_ptr<const protocol::network::SignedGenesis> genesis;
    std::shared_ptr<const Revocations> durable_revocations;
    SeenCertificates durable_seen;
};

// SHA-256 of (source | uint64 hour | SHA-256 of the reason): a refusal's place in State::refusals.
[[nodiscard]] Digest refusal_key(const Digest& source, std::uint64_t hour, std::string_view reason);

[[nodiscard]] kv::Key refusal_row_key(const Digest& source,
                                      std::uint64_t hour,
                                      std::string_view reason);
[[nodiscard]] kv::Key crl_row_key(const std::string& trust_domain, ByteView issuer);

}  // namespace serai::storage::repo
