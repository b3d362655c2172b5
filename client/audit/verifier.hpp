// Verifies the whole log as far as this identity may see it.
#pragma once

#include "client/audit/openings.hpp"
#include "client/context.hpp"
#include "crypto/merkle/checkpoint.hpp"

#include <cstdint>
#include <functional>

namespace serai::client::audit {

struct Report {
    crypto::merkle::Checkpoint checkpoint;
    std::uint64_t leaves = 0;    // recomputed into the root
    std::uint64_t openings = 0;  // that concern our party, without a gap, each leading to its leaf
    std::uint64_t acts = 0;      // among them, with their signatures
    std::uint64_t governance = 0;  // governance entries, all of them open
    std::uint64_t records = 0;     // of our channels, compared with what we read ourselves
};

// Told of leaves that were fetched, out of how many.
using OnLeaves = std::function<void(std::uint64_t done, std::uint64_t total)>;

// Everything: openings of our party (dense, leading to their leaves, acts signed), the newest checkpoint (signed, consistent with
// the one before), every leaf (the root recomputed from all of them, times never falling), governance (every such leaf opened), and
// our channels' records (each in the log as we received it, and none there that we did not receive). server_lied with evidence.
Result<Report> verify_log(const Context& context, const OnLeaves& on_leaves);

}  // namespace serai::client::audit
