// How intents are made. Each operation is a plain structure of verified input with an overload of prepare(), which draws salts,
// hashes what does not depend on the order, encodes rows, and pins heads; the result goes to commit::Pipeline::submit.
//
// The caller has verified what can be verified beforehand: structure, signatures, certificates, authority
// (protocol/network/authority), MLS. What can have changed by the time of the decision is judged again in Decide: revocation,
// membership, epoch, pending acts, versions, and what may happen only once.
//
// prepare() may be called from any thread; it may read the store and block. Its errors are the store's, and WireErrors that
// can be told before the queue (too_large). Refusals of Decide that every operation of a device shares: invalid_certificate
// (revoked or expired by now); act_duplicate (an act with this id was accepted before); act_expired (its leaf would be later than it allows);
// busy (it waited so long that a check for
// uniqueness must be made again: prepare again).
#pragma once

#include "storage/commit/intent.hpp"

#include <memory>

namespace serai::storage::repo {

class Repositories;

using Prepared = Result<std::unique_ptr<const commit::Intent>>;

}  // namespace serai::storage::repo
