#include "client/channel/roster.hpp"

#include "client/channel/authority.hpp"
#include "client/channel/catch_up.hpp"
#include "client/channel/founding.hpp"
#include "client/channel/judge.hpp"
#include "client/channel/plain.hpp"
#include "client/channel/roster_commit.hpp"
#include "client/channel/sending.hpp"
#include "protocol/network/authority.hpp"

#include <algorithm>

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace network = protocol::network;
using protocol::codec::encode;

Result<void> begin(const Context& context,
                   const GroupId& group,
                   RosterChange change,
                   const network::PersonId& person) {
    SERAI_TRY(number, next_task_number(context.vault));
    SERAI_TRY(channel, load_channel(context.vault, group));
    RosterPayload payload;
    payload.change = change;
    payload.subject = person;
    const Task task{number, TaskKind::roster, group, std::nullopt, encode(payload)};
    vault::Batch batch = context.vault.batch();
    task.save(batch);
    if (change == RosterChange::admit && !channel.state.title.empty()) {
        make_send_task(number + 1, group, title_content(context, channel.state.title)).save(batch);
    }
    SERAI_CHECK(context.vault.commit(std::move(batch)));
    const auto done = carry_on_roster(context, task);
    // Nobody left to remove: another member was quicker.
    if (!done && !(change != RosterChange::admit && done.error() == ClientError::not_found)) {
        return done;
    }
    SERAI_TRY(tasks, load_tasks(context.vault));
    const auto announcement = std::ranges::find(tasks, number + 1, &Task::number);
    if (announcement != tasks.end()) {
        SERAI_CHECK(carry_on_send(context, *announcement));
    }
    return {};
}

// Whether an act that says the same waits, as the server claims. An official outside of the channel cannot see its acts, and is
// left with the claim.
Result<void> check_waits(const Context& context, const GroupId& group, const network::Act& act) {
    const auto channel = load_channel(context.vault, group);
    if (!channel) {
        return channel.error() == ClientError::not_found ? Result<void>{}
                                                         : Result<void>{channel.error()};
    }
    const auto ours = decision_in({{}, act, {}});
    SERAI_TRY(waiting, waiting_acts(context, channel->state, [&](const Decision& decision) {
                  return ours == decision;
              }));
    if (waiting.empty()) {
        return context.diagnostics.fail(
            ClientError::protocol_violation,
            "the server says that such an act waits already, and shows none");
    }
    return {};
}

// An act and no more. One that says the same and waits already is as good.
template <class Request>
Result<void> record_act(const Context& context, const GroupId& group, const Request& request) {
    SERAI_TRY(number, next_task_number(context.vault));
    Task task{number, TaskKind::plain, group, std::nullopt, {}};
    task.frame = message::make_request(session::Session::fresh_request_id(), request);
    vault::Batch batch = context.vault.batch();
    task.save(batch);
    SERAI_CHECK(context.vault.commit(std::move(batch)));
    const auto done = carry_on_plain(context, task);
    if (!done && done.error() == WireError::exists) {
        return check_waits(context, group, request.act);
    }
    return done ? Result<void>{} : done.error();
}

// What the server has proposed about us another member commits.
bool is_to_leave(const crypto::mls::Group& group) {
    return std::ranges::any_of(group.proposals(), [&](const auto& cached) {
        const auto* remove = cached.proposal.template get<crypto::mls::Remove>();
        return remove != nullptr && remove->removed == group.own_leaf();
    });
}

}  // namespace

Result<void> invite(const Context& context, const GroupId& group, const network::PersonId& person) {
    SERAI_CHECK(catch_up(context, group));
    SERAI_TRY(channel, load_channel(context.vault, group));
    if (channel.state.standing == Standing::removed) {
        return ClientError::removed;
    }
    if (!network::may_be_member(context.network.genesis(), channel.state.rules, person)) {
        return context.diagnostics.fail(
            ClientError::not_permitted,
            person.to_string() + " may not be in this channel by its rules");
    }
    const bool already = has_person(channel, person);
    const auto invited = begin(context, group, RosterChange::admit, person);
    // Somebody else was faster; what was wanted is so.
    return !invited && invited.error() == WireError::exists && !already ? Result<void>{} : invited;
}

Result<void> expel(const Context& context, const GroupId& group, const network::PersonId& person) {
    SERAI_CHECK(catch_up(context, group));
    SERAI_TRY(channel, load_channel(context.vault, group));
    if (channel.state.standing == Standing::removed) {
        return ClientError::removed;
    }
    if (person == context.device.id.person) {
        return context.diagnostics.fail(ClientError::not_permitted,
                                        "nobody can commit their own removal; 'serai leave' says "
                                        "that you go, and another member commits it");
    }
    if (!has_person(channel, person)) {
        return context.diagnostics.fail(ClientError::not_found,
                                        person.to_string() + " is no member of this channel");
    }
    if (!network::may_expel(
            context.network.genesis(), channel.state.founder, context.device.id.person, person)) {
        return context.diagnostics.fail(
            ClientError::not_permitted,
            "only the founder and the person's own party may remove " + person.to_string());
    }
    return begin(context, group, RosterChange::expel, person);
}

Result<bool> add_devices_of(const Context& context,
                            const GroupId& group,
                            const network::PersonId& person) {
    const auto added = invite(context, group, person);
    if (!added && added.error() != WireError::exists &&
        added.error() != WireError::no_key_package) {
        return added.error();
    }
    return added.has_value();
}

Result<void> authorise(const Context& context,
                       const GroupId& group,
                       const network::PersonId& person) {
    return record_act(
        context, group, message::Admit{context.sign(network::AdmitStatement{group, person})});
}

Result<void> restore(const Context& context,
                     const GroupId& group,
                     const network::SpiffeId& device) {
    return record_act(
        context, group, message::Restore{context.sign(network::RestoreStatement{group, device})});
}

Result<void> leave(const Context& context, const GroupId& group) {
    SERAI_TRY(channel, load_channel(context.vault, group));
    if (channel.state.standing == Standing::removed) {
        return ClientError::removed;
    }
    const network::ExpelStatement departure{group, context.device.id.person};
    return record_act(context, group, message::Expel{context.sign(departure)});
}

Result<void> clear_removals(const Context& context, const GroupId& group) {
    return begin(context, group, RosterChange::clear, context.device.id.person);
}

Result<void> clear_proposed(const Context& context, const GroupId& group) {
    SERAI_TRY(channel, load_channel(context.vault, group));
    if (!channel.group || is_to_leave(*channel.group) ||
        (channel.group->proposals().empty() && !has_newer_certificate(context, channel))) {
        return {};
    }
    const auto cleared = clear_removals(context, group);
    const bool left_to_others = !cleared && (cleared.error() == ClientError::not_permitted ||
                                             cleared.error() == ClientError::too_contended);
    return left_to_others ? Result<void>{} : cleared;
}

}  // namespace serai::client::channel
