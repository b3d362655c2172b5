// Ways to hand an intent to the pipeline and hear its verdict, besides a session's Reply.
#pragma once

#include "storage/commit/pipeline.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>

namespace serai::server::service {

using OnVerdict = std::function<void(const storage::commit::Verdict&)>;

// Submits and calls `done` exactly once: on the committer's thread, or at once when the pipeline does not take the intent.
void submit_with(storage::commit::Pipeline& pipeline,
                 std::unique_ptr<const storage::commit::Intent> intent,
                 OnVerdict done);

// Submits and waits. Not to be cancelled.
boost::asio::awaitable<storage::commit::Verdict> submit_and_wait(
    storage::commit::Pipeline& pipeline, std::unique_ptr<const storage::commit::Intent> intent);

// Submits and blocks: for the start of the server and for the blocking pool, never on an io thread or the committer's.
[[nodiscard]] storage::commit::Verdict submit_and_block(
    storage::commit::Pipeline& pipeline, std::unique_ptr<const storage::commit::Intent> intent);

}  // namespace serai::server::service
