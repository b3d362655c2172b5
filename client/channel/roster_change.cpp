// How one roster change is carried out; what people ask for is in roster.cpp.
#include "client/channel/authority.hpp"
#include "client/channel/catch_up.hpp"
#include "client/channel/founding.hpp"
#include "client/channel/roster.hpp"
#include "client/channel/roster_commit.hpp"
#include "client/crash_point.hpp"
#include "client/session/verdict.hpp"
#include "protocol/network/authority.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
using protocol::codec::decode_exact;
using protocol::codec::encode;

constexpr int kMaxAttempts = 64;

// One roster change on its way through act, claim and commit. Each step saves before it asks.
class Change {
  public:
    Change(const Context& context, Task task, RosterPayload payload)
        : context_(context), task_(std::move(task)), payload_(std::move(payload)) {}

    Result<void> run() {
        // First what can turn out to be impossible, so that no act is left that nobody uses.
        if (is_admission() && payload_.key_packages.empty()) {
            SERAI_CHECK(guard(unless_removed(check_authority())));
            SERAI_CHECK(guard(unless_removed(claim())));
        }
        if (!payload_.act && payload_.change != RosterChange::clear) {
            SERAI_CHECK(guard(unless_removed(get_act())));
        }
        for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
            SERAI_CHECK(catch_up(context_, task_.group));
            SERAI_CHECK(settle_others());
            SERAI_TRY(done, is_done());
            if (done) {
                return {};
            }
            SERAI_TRY(overtaken, is_overtaken());
            if (overtaken) {
                return {};
            }
            pause_before(attempt);
            auto tried = try_commit();
            if (!tried && tried.error() == WireError::commit_first) {
                SERAI_CHECK(set_back());
            } else if (!tried && tried.error() != WireError::stale_epoch) {
                return guard(unless_removed(tried));
            }
        }
        return guard(ClientError::too_contended);
    }

  private:
    [[nodiscard]] bool is_admission() const { return payload_.change == RosterChange::admit; }

    // To one who is no member any more the server says that there is no such channel.
    Result<void> unless_removed(Result<void> result) {
        if (result ||
            (result.error() != WireError::not_found && result.error() != WireError::forbidden)) {
            return result;
        }
        SERAI_CHECK(catch_up(context_, task_.group));
        SERAI_TRY(channel, load_channel(context_.vault, task_.group));
        return channel.state.standing == Standing::removed ? Result<void>{ClientError::removed}
                                                           : result;
    }

    // A refusal for good ends the task, and the announcement that waits behind it.
    Result<void> guard(Result<void> result) {
        if (result || (result.error().category() == wire_category() &&
                       !session::is_refused_for_good(result.error()))) {
            return result;
        }
        const bool keep = result.error() == ClientError::unreachable ||
                          result.error() == ClientError::timed_out ||
                          result.error() == ClientError::server_lied;
        if (keep) {
            return result;
        }
        vault::Batch batch = context_.vault.batch();
        task_.finish(batch);
        drop_pending(batch, task_.group);
        if (is_admission()) {
            batch.erase(vault::Place::numbered(vault::Table::task, task_.number + 1));
        }
        SERAI_CHECK(context_.vault.commit(std::move(batch)));
        return result;
    }

    Result<void> save() {
        task_.payload = encode(payload_);
        vault::Batch batch = context_.vault.batch();
        task_.save(batch);
        return context_.vault.commit(std::move(batch));
    }

    // Asks with the frame that is saved, or with a new one that is saved first.
    template <class MakeRequest>
    Result<Bytes> ask(MakeRequest make) {
        if (!task_.frame) {
            task_.frame = message::make_request(session::Session::fresh_request_id(), make());
            SERAI_CHECK(save());
        }
        SERAI_CRASH_POINT("client.roster.saved");
        auto answer = context_.session.exchange(*task_.frame);
        if (!answer && answer.error() == WireError::act_expired) {
            // It lay here for too long and was never carried out.
            task_.frame = message::make_request(session::Session::fresh_request_id(), make());
            SERAI_CHECK(save());
            answer = context_.session.exchange(*task_.frame);
        }
        SERAI_CRASH_POINT("client.roster.answered");
        return answer;
    }

    Result<void> get_act() {
        SERAI_TRY(waiting, find_ours());
        if (waiting) {
            payload_.act = std::move(*waiting);
        } else {
            auto answer =
                is_admission() ? ask([&] {
                    return message::Admit{
                        context_.sign(network::AdmitStatement{task_.group, payload_.subject})};
                })
                               : ask([&] {
                                     return message::Expel{context_.sign(
                                         network::ExpelStatement{task_.group, payload_.subject})};
                                 });
            if (!answer && answer.error() != WireError::exists) {
                return answer.error();
            }
            SERAI_TRY(receipt, answer ? take_receipt(*answer) : take_waiting());
            payload_.act = std::move(receipt);
        }
        task_.frame.reset();
        return save();
    }

    // Ours, or that of an act which waits.
    Result<void> check_authority() {
        SERAI_TRY(channel, load_channel(context_.vault, task_.group));
        if (payload_.act || network::may_admit(context_.network.genesis(),
                                               channel.state.rules,
                                               channel.state.founder,
                                               context_.device.id.person,
                                               payload_.subject)) {
            return {};
        }
        SERAI_TRY(waiting, find_ours());
        return waiting ? Result<void>{}
                       : context_.diagnostics.fail(
                             ClientError::not_permitted,
                             "only the founder, and a focal point or registrar of the person's "
                             "own party, may bring in " +
                                 payload_.subject.to_string());
    }

    Result<message::ActReceipt> take_receipt(ByteView answer) {
        SERAI_TRY(receipt, context_.session.decode_answer<message::ActReceipt>(answer));
        SERAI_CHECK(verify_authority(context_, task_.group, receipt));
        return std::move(receipt);
    }

    Result<message::ActReceipt> take_waiting() {
        SERAI_TRY(waiting, find_ours());
        if (!waiting) {
            return context_.diagnostics.fail(
                ClientError::protocol_violation,
                "the server has such an act already, and does not show it");
        }
        return std::move(*waiting);
    }

    Result<std::optional<message::ActReceipt>> find_ours() {
        SERAI_TRY(channel, load_channel(context_.vault, task_.group));
        const auto kind = is_admission() ? network::ActKind::admit : network::ActKind::expel;
        const Decision ours{kind, payload_.subject, {}};
        SERAI_TRY(found, waiting_acts(context_, channel.state, [&](const Decision& decision) {
                      return decision == ours;
                  }));
        return found.empty() ? std::optional<message::ActReceipt>{} : std::move(found.front());
    }

    Result<void> claim() {
        const auto answer = ask([&] {
            return message::ClaimKeyPackage{
                context_.sign(network::ClaimKeyPackageStatement{task_.group, payload_.subject})};
        });
        if (!answer) {
            return answer.error() == WireError::exists
                       ? context_.diagnostics.fail(
                             answer.error(), payload_.subject.to_string() + " is a member already")
                       : answer.error();
        }
        SERAI_TRY(claimed, context_.session.decode_answer<message::ClaimedKeyPackages>(*answer));
        if (claimed.key_packages.empty()) {
            return WireError::no_key_package;
        }
        payload_.key_packages = std::move(claimed.key_packages);
        task_.frame.reset();
        return save();
    }

    // Standing first: with our removal every task of the channel ended, and that is no success.
    Result<bool> is_done() {
        SERAI_TRY(channel, load_channel(context_.vault, task_.group));
        if (channel.state.standing == Standing::removed) {
            return ClientError::removed;
        }
        SERAI_TRY(tasks, load_tasks(context_.vault));
        const auto found = std::ranges::find(tasks, task_.number, &Task::number);
        if (found == tasks.end()) {
            return true;
        }
        // Catching up may have set the commit back.
        task_ = *found;
        SERAI_TRY(payload, decode_exact<RosterPayload>(task_.payload));
        payload_ = std::move(payload);
        return false;
    }

    // One commit at a time: another of ours that was saved, and sent perhaps, comes first. The vault keeps the secrets of one.
    Result<void> settle_others() {
        while (payload_.commit.empty()) {
            SERAI_TRY(other, find_other_commit());
            if (!other) {
                break;
            }
            const auto settled = carry_on_roster(context_, *other);
            SERAI_TRY(still, find_other_commit());
            if (!settled && still && still->number == other->number) {
                return settled;
            }
        }
        return {};
    }

    Result<std::optional<Task>> find_other_commit() const {
        SERAI_TRY(tasks, load_tasks(context_.vault));
        for (Task& one : tasks) {
            if (one.kind != TaskKind::roster || one.group != task_.group ||
                one.number == task_.number) {
                continue;
            }
            SERAI_TRY(payload, decode_exact<RosterPayload>(one.payload));
            if (!payload.commit.empty()) {
                return std::optional<Task>{std::move(one)};
            }
        }
        return std::optional<Task>{};
    }

    // Another member has committed this removal.
    Result<bool> is_overtaken() {
        SERAI_TRY(channel, load_channel(context_.vault, task_.group));
        if (payload_.change != RosterChange::expel || has_person(channel, payload_.subject)) {
            return false;
        }
        vault::Batch batch = context_.vault.batch();
        task_.finish(batch);
        drop_pending(batch, task_.group);
        SERAI_CHECK(context_.vault.commit(std::move(batch)));
        return true;
    }

    Result<void> try_commit() {
        if (payload_.commit.empty()) {
            SERAI_TRY(channel, load_channel(context_.vault, task_.group));
            SERAI_CHECK(build(channel));
        }
        SERAI_CRASH_POINT("client.commit.saved");
        const auto answer = context_.session.exchange(*task_.frame);
        SERAI_CRASH_POINT("client.commit.answered");
        if (!answer) {
            return answer.error();
        }
        SERAI_CHECK(catch_up(context_, task_.group));
        SERAI_TRY(done, is_done());
        if (!done) {
            return accuse_unlogged(*answer);
        }
        return {};
    }

    // The commit that we have leaves in somebody who has to leave since: another one is made.
    Result<void> set_back() {
        payload_.commit.clear();
        task_.frame.reset();
        task_.payload = encode(payload_);
        vault::Batch batch = context_.vault.batch();
        task_.save(batch);
        drop_pending(batch, task_.group);
        return context_.vault.commit(std::move(batch));
    }

    Result<void> build(OpenChannel& channel) {
        SERAI_TRY(expulsions, waiting_acts(context_, channel.state, [&](const Decision& decision) {
                      return decision.kind == network::ActKind::expel &&
                             has_person(channel, decision.subject);
                  }));
        SERAI_TRY(made, make_roster_commit(context_, channel, payload_, std::move(expulsions)));
        payload_.commit = made.request.commit;
        task_.frame = message::make_request(session::Session::fresh_request_id(), made.request);
        task_.payload = encode(payload_);
        vault::Batch batch = context_.vault.batch();
        task_.save(batch);
        save_pending(batch, task_.group, made.pending);
        return context_.vault.commit(std::move(batch));
    }

    void pause_before(int attempt) const {
        if (attempt > 0) {
            const auto random = crypto::system_random().array<1>();
            std::this_thread::sleep_for(std::chrono::milliseconds{random[0] % (8 * attempt)});
        }
    }

    ErrorCode accuse_unlogged(ByteView receipt) {
        const std::string accusation =
            "the server acknowledged a commit and its channel does not have it";
        session::EvidenceFile file{accusation};
        file.text("checkpoint", context_.log.note())
            .bytes("group", task_.group.value())
            .bytes("request", encode(*task_.frame))
            .bytes("answer", receipt);
        return context_.evidence.accuse(accusation, file);
    }

    const Context& context_;
    Task task_;
    RosterPayload payload_;
};

}  // namespace

Result<void> carry_on_roster(const Context& context, Task task) {
    SERAI_TRY(payload, decode_exact<RosterPayload>(task.payload));
    return Change{context, std::move(task), std::move(payload)}.run();
}

}  // namespace serai::client::channel
