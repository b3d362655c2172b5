// The rows of the server's store, which a damaged disk or somebody with access to it may have changed.
#include "storage/audit/tree_head.hpp"
#include "storage/commit/request_window.hpp"
#include "storage/repo/channel.hpp"
#include "storage/repo/channel_rows.hpp"
#include "storage/repo/channels.hpp"
#include "storage/repo/directory_rows.hpp"
#include "storage/repo/document_rows.hpp"
#include "storage/repo/documents.hpp"
#include "storage/repo/member.hpp"
#include "storage/repo/network_state.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace serai::fuzz {
namespace {

using namespace storage;

void check_row(ByteView input) {
    check_decoders<audit::TreeHead,
                   commit::KeptVerdict,
                   repo::Founding,
                   repo::PendingAct,
                   repo::PendingRow,
                   repo::TreeRow,
                   repo::ReadableRange,
                   repo::KeyPackageRow,
                   repo::AccessRow,
                   repo::SealedRow,
                   repo::Upload,
                   repo::Version,
                   repo::GrantState,
                   repo::Member,
                   repo::KnownEpochs,
                   repo::ServerProposal,
                   repo::LastCommit,
                   repo::GroupInfoRow,
                   repo::CrlRow,
                   repo::RefusalRow>(input);
    static_cast<void>(commit::decode_verdict_row(input));
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::check_row)
