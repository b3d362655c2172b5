#include "client/channel/resume.hpp"

#include "client/channel/catch_up.hpp"
#include "client/channel/founding.hpp"
#include "client/channel/joining.hpp"
#include "client/channel/plain.hpp"
#include "client/channel/roster.hpp"
#include "client/channel/sealing.hpp"
#include "client/channel/sending.hpp"
#include "client/channel/stock.hpp"
#include "client/session/verdict.hpp"

#include <algorithm>
#include <set>

namespace serai::client::channel {
namespace {

Result<void> drop(const Context& context, const Task& task) {
    vault::Batch batch = context.vault.batch();
    task.finish(batch);
    return context.vault.commit(std::move(batch));
}

Result<void> carry_on(const Context& context, const Task& task) {
    switch (task.kind) {
        case TaskKind::publish:
            return carry_on_publish(context, task);
        case TaskKind::found: {
            SERAI_CHECK(carry_on_found(context, task));
            return {};
        }
        case TaskKind::roster:
            return carry_on_roster(context, task);
        case TaskKind::send: {
            SERAI_CHECK(carry_on_send(context, task));
            return {};
        }
        case TaskKind::seal: {
            SERAI_CHECK(carry_on_seal(context, task));
            return {};  // the announcement is a task of its own now
        }
        case TaskKind::plain:
            SERAI_CHECK(carry_on_plain(context, task));
            return {};
        case TaskKind::rejoin:
            return catch_up(context, task.group);
    }
    return {};
}

std::string_view describe(TaskKind kind) {
    switch (kind) {
        case TaskKind::publish:
            return "publishing key packages";
        case TaskKind::found:
            return "founding a channel";
        case TaskKind::roster:
            return "changing who is in a channel";
        case TaskKind::send:
            return "sending a message";
        case TaskKind::seal:
            return "making a document visible";
        case TaskKind::plain:
            return "telling the server";
        case TaskKind::rejoin:
            return "coming back into a channel";
    }
    return "a request";
}

// Nothing else can be asked for either, or nothing of what the server says counts any more.
bool ends_everything(const ErrorCode& error) {
    return error == ClientError::unreachable || error == ClientError::timed_out ||
           error == ClientError::protocol_violation || error == ClientError::server_lied ||
           error == ClientError::vault_damaged || error == WireError::shutting_down;
}

// Whether a task that failed so may get further another time.
bool may_be_tried_again(const ErrorCode& error) {
    if (error.category() == wire_category()) {
        return !session::is_refused_for_good(error);
    }
    return error == ClientError::wedged || error == ClientError::too_contended;
}

std::string notice_of(const Context& context, const Task& task, const ErrorCode& error) {
    const std::string& explanation = context.diagnostics.explanation();
    return "An earlier command was interrupted while " + std::string{describe(task.kind)} +
           ", and " +
           (may_be_tried_again(error)
                ? "that cannot be finished now; the next command tries again: "
                : "it was not possible to finish that: ") +
           error.message() + (explanation.empty() ? "" : " (" + explanation + ")");
}

}  // namespace

Result<std::vector<std::string>> resume(const Context& context) {
    std::vector<std::string> notices;
    std::set<GroupId> stuck;  // channels in which the order of tasks would change
    std::uint64_t from = 0;
    while (true) {
        SERAI_TRY(tasks, load_tasks(context.vault));
        const auto task =
            std::ranges::find_if(tasks, [&](const Task& one) { return one.number >= from; });
        if (task == tasks.end()) {
            return notices;
        }
        from = task->number + 1;
        if (task->group != GroupId{} && stuck.contains(task->group)) {
            continue;
        }
        context.diagnostics.clear();
        const auto done = carry_on(context, *task);
        // Who was to be invited is in the channel already, or such an act waits: somebody else was faster.
        const bool moot = !done &&
                          (task->kind == TaskKind::roster || task->kind == TaskKind::plain) &&
                          done.error() == WireError::exists;
        if (done || moot) {
            continue;
        }
        if (ends_everything(done.error())) {
            return done.error();
        }
        if (may_be_tried_again(done.error())) {
            stuck.insert(task->group);
        } else {
            SERAI_CHECK(drop(context, *task));
        }
        notices.push_back(notice_of(context, *task, done.error()));
    }
}

}  // namespace serai::client::channel
