#include "client/channel/catch_up.hpp"

#include "client/channel/follower.hpp"
#include "client/channel/rejoining.hpp"

#include <span>

namespace serai::client::channel {
namespace {

namespace message = protocol::message;

using Entries = std::span<const message::RecordEntry>;

struct Progress {
    std::vector<HistoryEntry> taken;
    ErrorCode error;  // of the record after them
};

// Takes records into a fresh follower without saving.
Progress take_each(Follower& follower, Entries entries) {
    Progress progress;
    for (const message::RecordEntry& entry : entries) {
        auto taken = follower.take(entry);
        if (!taken) {
            progress.error = taken.error();
            break;
        }
        progress.taken.push_back(std::move(*taken));
    }
    return progress;
}

// What a member may read begins with its coming, so one that was removed and invited anew is refused what it has not read of before.
ErrorCode refused(const Context& context, const ErrorCode& error) {
    return error == WireError::forbidden
               ? context.diagnostics.fail(ClientError::wedged,
                                          "this device was removed from the channel and invited "
                                          "anew; 'serai join' takes the invitation")
               : error;
}

// Whether the others can be followed all the same.
bool is_of_one_channel(const ErrorCode& error) {
    return error == ClientError::wedged || error == ClientError::not_permitted ||
           error == ClientError::too_contended || error == WireError::forbidden ||
           error == WireError::not_found;
}

template <class Wanted>
Result<std::vector<Unfollowed>> catch_up_if(const Context& context, Wanted wanted) {
    SERAI_TRY(states, load_channel_states(context.vault));
    std::vector<Unfollowed> unfollowed;
    for (const ChannelState& state : states) {
        if (!wanted(state)) {
            continue;
        }
        const auto done = catch_up(context, state.group);
        if (!done && !is_of_one_channel(done.error())) {
            return done.error();
        }
        if (!done) {
            const bool by_server = done.error().category() == wire_category();
            unfollowed.push_back(
                {state.group,
                 by_server ? done.error().message() : context.diagnostics.explanation()});
        }
    }
    return unfollowed;
}

}  // namespace

Result<void> take_records(const Context& context,
                          const GroupId& group,
                          const std::vector<message::RecordEntry>& entries,
                          const OnEntry& on_entry) {
    Entries rest{entries};
    ErrorCode error;
    // After a bad record the attempt is thrown away as a whole, keys that it used included, and those before it are taken anew.
    while (!rest.empty()) {
        SERAI_TRY(channel, load_channel(context.vault, group));
        SERAI_TRY(tasks, load_tasks(context.vault));
        Follower follower{context, channel, std::move(tasks)};
        Progress progress = take_each(follower, rest);
        if (!progress.error) {
            SERAI_CHECK(follower.save());
            for (const HistoryEntry& entry : progress.taken) {
                if (on_entry) {
                    on_entry(entry);
                }
            }
            break;
        }
        error = error ? error : progress.error;
        rest = rest.first(progress.taken.size());
    }
    if (error) {
        return error;
    }
    return {};
}

Result<void> catch_up(const Context& context, const GroupId& group, const OnEntry& on_entry) {
    SERAI_CHECK(read_log(context, group, on_entry));
    return come_back(context, group, on_entry);
}

Result<void> read_log(const Context& context, const GroupId& group, const OnEntry& on_entry) {
    while (true) {
        SERAI_TRY(channel, load_channel(context.vault, group));
        if (channel.state.standing == Standing::removed) {
            return {};
        }
        message::FetchRecords request;
        request.group = group;
        request.from = channel.state.next_record();
        const auto answer = context.session.call(request);
        if (!answer) {
            return refused(context, answer.error());
        }
        const message::Records& page = *answer;
        if (page.entries.empty()) {
            if (page.end > request.from) {
                return context.diagnostics.fail(
                    ClientError::protocol_violation,
                    "the server says that there is more and gives none");
            }
            return {};
        }
        SERAI_CHECK(take_records(context, group, page.entries, on_entry));
    }
}

Result<std::vector<Unfollowed>> catch_up_everywhere(const Context& context) {
    return catch_up_if(context, [](const ChannelState&) { return true; });
}

Result<void> catch_up_unheard(const Context& context) {
    SERAI_CHECK(catch_up_if(context, [](const ChannelState& state) {
        return state.title.empty() && state.standing == Standing::member;
    }));
    return {};
}

}  // namespace serai::client::channel
