// The audit log: checkpoints, proofs, leaves, governance, revocation lists.
#pragma once

#include "protocol/base/limits.hpp"
#include "protocol/message/audit.hpp"
#include "protocol/message/frame.hpp"
#include "protocol/message/request/nothing.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace serai::protocol::message {

struct CheckpointNote {
    std::string note;  // C2SP signed note of a tlog-checkpoint

    void encode(codec::Writer& writer) const { writer.vector(as_bytes(note)); }

    static Result<CheckpointNote> decode(codec::Reader& reader);

    friend bool operator==(const CheckpointNote&, const CheckpointNote&) = default;
};

// A checkpoint of everything that was durable when the request arrived.
struct GetCheckpoint : Nothing {
    static constexpr RequestType kType = RequestType::get_checkpoint;
    using Response = CheckpointNote;

    static Result<GetCheckpoint> decode(codec::Reader&) { return GetCheckpoint{}; }
};

struct Proof {
    std::vector<Digest> hashes;

    void encode(codec::Writer& writer) const { write_digests(writer, hashes); }

    static Result<Proof> decode(codec::Reader& reader);

    friend bool operator==(const Proof&, const Proof&) = default;
};

// RFC 6962 audit path of a leaf in the tree of a size that a checkpoint was signed for.
struct ProveInclusion {
    static constexpr RequestType kType = RequestType::prove_inclusion;
    using Response = Proof;

    LogIndex index;
    TreeSize size;

    void encode(codec::Writer& writer) const;
    static Result<ProveInclusion> decode(codec::Reader& reader);

    friend bool operator==(const ProveInclusion&, const ProveInclusion&) = default;
};

// RFC 6962 consistency proof; both sizes at least 1 and at most the newest checkpoint's.
struct ProveConsistency {
    static constexpr RequestType kType = RequestType::prove_consistency;
    using Response = Proof;

    TreeSize from;
    TreeSize to;

    void encode(codec::Writer& writer) const;
    static Result<ProveConsistency> decode(codec::Reader& reader);

    friend bool operator==(const ProveConsistency&, const ProveConsistency&) = default;
};

struct Leaves {
    std::vector<Leaf> leaves;

    void encode(codec::Writer& writer) const { writer.list(leaves); }

    static Result<Leaves> decode(codec::Reader& reader);

    friend bool operator==(const Leaves&, const Leaves&) = default;
};

// Leaves are for everybody: they say nothing.
struct GetLeaves {
    static constexpr RequestType kType = RequestType::get_leaves;
    using Response = Leaves;

    LogIndex from;
    std::uint16_t max =
        512;  // 1 to limits::kMaxPageEntries; a page also ends at limits::kMaxPage bytes

    void encode(codec::Writer& writer) const;
    static Result<GetLeaves> decode(codec::Reader& reader);

    friend bool operator==(const GetLeaves&, const GetLeaves&) = default;
};

struct GovernanceEntries {
    std::vector<OpenedEntry> entries;  // ascending index
    bool more = false;

    void encode(codec::Writer& writer) const;
    static Result<GovernanceEntries> decode(codec::Reader& reader);

    friend bool operator==(const GovernanceEntries&, const GovernanceEntries&) = default;
};

// Openings of governance leaves (genesis, CRLs), open to all, not audited.
struct ListGovernance {
    static constexpr RequestType kType = RequestType::list_governance;
    using Response = GovernanceEntries;

    LogIndex from;

    void encode(codec::Writer& writer) const { writer.strong(from); }

    static Result<ListGovernance> decode(codec::Reader& reader);

    friend bool operator==(const ListGovernance&, const ListGovernance&) = default;
};

// A party's certificate revocation list, signed by its own CA; any of its devices may bring it.
struct PublishCrl {
    static constexpr RequestType kType = RequestType::publish_crl;
    using Response = Receipt;

    Bytes crl;  // DER

    void encode(codec::Writer& writer) const { writer.vector(crl); }

    static Result<PublishCrl> decode(codec::Reader& reader);

    friend bool operator==(const PublishCrl&, const PublishCrl&) = default;
};

}  // namespace serai::protocol::message
