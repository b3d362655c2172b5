#include "crypto/act/commitment.hpp"
#include "crypto/primitive/hash.hpp"
#include "protocol/base/limits.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/channel_intents.hpp"
#include "storage/repo/channel_rows.hpp"
#include "storage/repo/channels.hpp"
#include "storage/repo/device_intent.hpp"
#include "storage/repo/group_rows.hpp"
#include "storage/repo/network_state.hpp"
#include "storage/repo/record_append.hpp"
#include "storage/repo/removals.hpp"

#include <algorithm>
#include <set>

namespace serai::storage::repo {
namespace {

namespace keyspace = kv::keyspace;
using commit::Asked;
using commit::Effects;
using commit::View;
using kv::make_key;
using kv::Space;
using protocol::message::MailboxItem;
using protocol::network::ActKind;
using protocol::network::PersonId;
using protocol::network::SpiffeId;

constexpr std::size_t kMaxCommitBytes = 32 * 1024 * 1024;  // of all its rows
constexpr std::size_t kRowOverhead = 2048;

struct UsedAct {
    std::uint64_t leaf = 0;
    Digest receipt_hash{};
};

struct Leaving {
    SpiffeId device;
    Digest key{};
    RecordNumber from;  // of its readable range
};

struct Coming {
    SpiffeId device;
    Digest key{};
};

// What prepare() found out: nothing of it depends on the order, given that the epoch is still base's.
struct Plan {
    ChannelPtr channel;
    std::shared_ptr<const ChannelHead> base;
    std::shared_ptr<const crypto::mls::PublicGroup> next;
    std::shared_ptr<const Roster> roster;
    std::vector<protocol::network::PartyCode> parties;  // of both epochs
    Bytes record;
    Digest digest{};  // of the commit
    Bytes welcome;
    std::optional<ApplyCommit::Return> returns;
    std::vector<UsedAct> acts;
    std::vector<Coming> added;
    std::optional<RecordNumber> welcomed_from;
    std::vector<Leaving> removed;
    kv::WriteBatch rows;  // of group, members and tree
};

UnixSeconds seconds_of(UnixMillis time) {
    constexpr std::uint64_t kMillis = 1000;
    return UnixSeconds{time.value() / kMillis};
}

std::set<PersonId> persons_of(const std::vector<SpiffeId>& devices) {
    std::set<PersonId> persons;
    for (const SpiffeId& device : devices) {
        persons.insert(device.person);
    }
    return persons;
}

class ApplyCommitIntent final : public DeviceIntent {
  public:
    ApplyCommitIntent(Repositories& repositories, Asked asked, Plan plan)
        : DeviceIntent(repositories, std::move(asked)),
          plan_(std::move(plan)),
          draft_(draft_of(protocol::message::entry_type::kCommit)) {
        draft_.reserve_late(kRecordLateFields + party_fields());
    }

    [[nodiscard]] std::size_t bytes() const override {
        return plan_.rows.bytes() + plan_.record.size() + draft_.estimated_bytes() +
               plan_.added.size() * (plan_.welcome.size() + kRowOverhead) + kRowOverhead;
    }

  private:
    Result<Bytes> decide_device(const View& view, Effects& effects) const override {
        const ChannelHead& head = plan_.channel->overlay().head;
        if (head.epoch != plan_.base->epoch) {
            const bool again = head.last_commit && head.last_commit->digest == plan_.digest;
            return again ? Result<Bytes>{protocol::codec::encode(head.last_commit->receipt)}
                         : Result<Bytes>{WireError::stale_epoch};
        }
        if (head.roster->find(who().device) == nullptr) {
            return WireError::forbidden;
        }
        SERAI_CHECK(judge_removals(head));
        SERAI_CHECK(judge_acts(head, view.now));
        const Appended appended =
            append_record(view, *plan_.channel, draft_, plan_.record, plan_.parties, effects);
        effects.rows.merge(plan_.rows);
        put_ranges(appended.head.n, effects.rows);
        put_welcomes(appended, effects);
        for (const std::uint64_t leaf : acts_that_end(*head.pending)) {
            effects.rows.erase(Space::state,
                               make_key(keyspace::kPendingAct, plan_.channel->group(), leaf));
        }
        for (const ServerProposal& proposal : *head.proposals) {
            effects.rows.erase(
                Space::state,
                make_key(keyspace::kProposal, plan_.channel->group(), proposal.record));
        }
        auto last_commit = std::make_shared<const LastCommit>(
            LastCommit{plan_.digest, {appended.head, appended.receipt}, removed_at(head)});
        effects.rows.put_encoded(
            Space::state, make_key(keyspace::kLastCommit, plan_.channel->group()), *last_commit);
        add_events(head, appended.head.n, effects);
        effects.changes.push_back(
            channel_change(plan_.channel,
                           // The intent outlives the batch, and so this reference.
                           [this, appended, last_commit](Channel::Overlay& overlay) {
                               enter(appended, overlay);
                               overlay.head.last_commit = last_commit;
                           }));
        return appended.response();
    }

    [[nodiscard]] const Revocations& revocations() const {
        return repositories().network().state().revocations;
    }

    // Whoever has to leave is removed by this commit, and does not make it. One that comes back can remove nobody but its old self.
    Result<void> judge_removals(const ChannelHead& head) const {
        for (const Member* member : due_removals(*head.roster, *head.pending, revocations())) {
            if (member->device == who().device) {
                return WireError::forbidden;
            }
            if (!plan_.returns.has_value() &&
                std::ranges::find(plan_.removed, member->device, &Leaving::device) ==
                    plan_.removed.end()) {
                return WireError::commit_first;
            }
        }
        return {};
    }

    // The epoch that the newest commit began that removed somebody: this one's perhaps.
    [[nodiscard]] Epoch removed_at(const ChannelHead& head) const {
        if (!plan_.removed.empty()) {
            return Epoch{plan_.next->epoch()};
        }
        return head.last_commit == nullptr ? Epoch{0} : head.last_commit->removed_at;
    }

    // Those that this commit uses, and restorations of devices that it removes, or whose own it is: who commits is not lost.
    [[nodiscard]] std::vector<std::uint64_t> acts_that_end(const PendingActs& pending) const {
        std::vector<std::uint64_t> leaves;
        std::ranges::transform(plan_.acts, std::back_inserter(leaves), &UsedAct::leaf);
        for (const auto& [leaf, act] : pending) {
            const SpiffeId device{act.subject, act.device};
            const bool needless =
                device == who().device ||
                std::ranges::find(plan_.removed, device, &Leaving::device) != plan_.removed.end();
            if (act.kind == ActKind::restore && needless) {
                leaves.push_back(leaf);
            }
        }
        return leaves;
    }

    [[nodiscard]] const PendingAct* find(const PendingActs& pending, const UsedAct& used) const {
        const auto found = pending.find(used.leaf);
        return found != pending.end() && found->second.receipt_hash == used.receipt_hash
                   ? &found->second
                   : nullptr;
    }

    // Who comes back without a PSK has one restoration of its own, signed by somebody else.
    Result<void> judge_restoration(const PendingActs& pending) const {
        if (plan_.returns->psk) {
            return plan_.acts.empty() ? Result<void>{} : Result<void>{WireError::invalid_commit};
        }
        const PendingAct* act =
            plan_.acts.size() == 1 ? find(pending, plan_.acts.front()) : nullptr;
        const bool fits = act != nullptr && act->kind == ActKind::restore &&
                          SpiffeId{act->subject, act->device} == who().device &&
                          act->signer != act->subject;
        return fits ? Result<void>{} : Result<void>{WireError::invalid_commit};
    }

    // Each person who comes has one admission, each who goes one expulsion or is unfit, and nothing is left over.
    Result<void> judge_acts(const ChannelHead& head, UnixMillis now) const {
        const PendingActs& pending = *head.pending;
        if (plan_.returns) {
            return judge_restoration(pending);
        }
        std::set<PersonId> admitted;
        std::set<PersonId> expelled;
        for (const UsedAct& used : plan_.acts) {
            const PendingAct* act = find(pending, used);
            if (act == nullptr || act->kind == ActKind::restore) {
                return WireError::invalid_commit;
            }
            auto& persons = act->kind == ActKind::admit ? admitted : expelled;
            if (!persons.insert(act->subject).second) {
                return WireError::invalid_commit;
            }
        }
        std::vector<SpiffeId> coming;
        std::vector<SpiffeId> leaving;
        std::ranges::transform(plan_.added, std::back_inserter(coming), &Coming::device);
        for (const Leaving& one : plan_.removed) {
            // Who is to be expelled anyway goes by that act, so that it is used up.
            const Member* member = head.roster->find(one.device);
            const bool by_itself = !is_expelled(pending, one.device.person) && member != nullptr &&
                                   is_unfit(*member, revocations(), seconds_of(now));
            if (!by_itself) {
                leaving.push_back(one.device);
            }
        }
        for (const PersonId& person : persons_of(leaving)) {
            // Made before the expulsion came, when the device could go by itself: made anew, it uses the act.
            if (!expelled.contains(person) && is_expelled(pending, person)) {
                return WireError::commit_first;
            }
        }
        if (admitted != persons_of(coming) || expelled != persons_of(leaving)) {
            return WireError::invalid_commit;
        }
        // An expulsion is used up by this commit, so it must have removed every device of the person.
        for (const PersonId& person : expelled) {
            if (plan_.roster->has_person(person) && !admitted.contains(person)) {
                return WireError::invalid_commit;
            }
        }
        return {};
    }

    void put_ranges(RecordNumber n, kv::WriteBatch& rows) const {
        const GroupId& group = plan_.channel->group();
        for (const Leaving& leaving : plan_.removed) {
            rows.put_encoded(Space::state,
                             make_key(keyspace::kReadable, group, ByteView{leaving.key}),
                             ReadableRange{leaving.from, n});
        }
        // Messages may have come between the head that the Welcome names and this commit.
        const RecordNumber from = std::min(plan_.welcomed_from.value_or(n), n);
        for (const Coming& coming : plan_.added) {
            rows.put_encoded(Space::state,
                             make_key(keyspace::kReadable, group, ByteView{coming.key}),
                             ReadableRange{from, std::nullopt});
        }
    }

    void put_welcomes(const Appended& appended, Effects& effects) const {
        const GroupId& group = plan_.channel->group();
        const std::uint64_t sequence = appended.receipt.index.value();
        const Epoch epoch{plan_.next->epoch()};
        const MailboxItem item{sequence, group, appended.head.n, epoch, plan_.welcome};
        for (const Coming& coming : plan_.added) {
            effects.rows.put_encoded(
                Space::state, make_key(keyspace::kMailbox, ByteView{coming.key}, sequence), item);
            effects.rows.put(Space::state,
                             make_key(keyspace::kTreeWaiter, group, epoch, ByteView{coming.key}),
                             {});
        }
    }

    // Whether somebody still has to leave after this commit.
    [[nodiscard]] bool leaves_removals(const ChannelHead& head) const {
        PendingActs pending = *head.pending;
        for (const std::uint64_t leaf : acts_that_end(pending)) {
            pending.erase(leaf);
        }
        return !due_removals(*plan_.roster, pending, revocations()).empty();
    }

    void add_events(const ChannelHead& head, RecordNumber n, Effects& effects) const {
        if (leaves_removals(head)) {
            effects.events.emplace_back(commit::RemovalDue{plan_.channel->group()});
        }
        if (plan_.added.empty() && plan_.removed.empty()) {
            return;
        }
        commit::MembersChanged changed{plan_.channel->group(), n, {}, {}};
        std::ranges::transform(plan_.added, std::back_inserter(changed.added), &Coming::device);
        std::ranges::transform(
            plan_.removed, std::back_inserter(changed.removed), &Leaving::device);
        effects.events.emplace_back(std::move(changed));
        for (const Coming& coming : plan_.added) {
            effects.events.emplace_back(commit::MailboxArrived{coming.device});
        }
    }

    void enter(const Appended& appended, Channel::Overlay& overlay) const {
        appended.enter(overlay);
        overlay.head.epoch = Epoch{plan_.next->epoch()};
        overlay.head.public_group = plan_.next;
        overlay.head.roster = plan_.roster;
        const auto ended = acts_that_end(*overlay.head.pending);
        if (!ended.empty()) {
            auto pending = std::make_shared<PendingActs>(*overlay.head.pending);
            for (const std::uint64_t leaf : ended) {
                pending->erase(leaf);
            }
            overlay.head.pending = std::move(pending);
        }
        overlay.head.proposals = std::make_shared<const ServerProposals>();
        overlay.head.judged_by = 0;
        for (const Coming& coming : plan_.added) {
            overlay.tree_waiters[plan_.next->epoch()].insert(coming.key);
        }
    }

    Plan plan_;
    audit::EntryDraft draft_;
};

Result<void> check_shape(const ApplyCommit& input) {
    if (!input.base->established() || input.added.empty() != input.welcome.empty() ||
        input.next->epoch() != input.base->epoch.value() + 1) {
        return WireError::invalid_commit;
    }
    if (input.commit.size() > limits::kMaxMlsMessage ||
        input.welcome.size() > limits::kMaxMlsMessage ||
        input.group_info.size() > limits::kMaxMlsMessage ||
        input.next->tree().member_count() > limits::kMaxMembers) {
        return WireError::too_large;
    }
    return {};
}

// Removed devices' rows: they were written when the device was added, and stay as they are until this commit or another one.
Result<std::vector<Leaving>> find_leaving(Repositories& repositories, const ApplyCommit& input) {
    std::vector<Leaving> leaving;
    for (const SpiffeId& device : input.removed) {
        SERAI_TRY(range, repositories.channels().readable(input.channel->group(), device));
        leaving.push_back({device, commit::device_key(device), range.from});
    }
    return leaving;
}

// Who comes back has what it had before it was lost, and what comes from now on. What is too old to be used is forgotten.
void note_missed(KnownEpochs& known, std::uint64_t last_known, std::uint64_t returned) {
    if (last_known + 1 < returned) {
        known.missed.emplace_back(last_known + 1, returned - 1);
    }
    std::erase_if(known.missed, [&](const auto& gap) {
        return gap.second + limits::kResumptionEpochs < returned;
    });
}

Plan make_plan(ApplyCommit input, std::vector<Leaving> leaving) {
    Plan plan;
    const GroupId& group = input.channel->group();
    const std::uint64_t epoch = input.next->epoch();
    for (Member& member : input.added) {
        member.known = {epoch, {}};
    }
    const Member* before = input.base->roster->find(input.committer.device);
    input.committer.known = before == nullptr ? KnownEpochs{epoch, {}} : before->known;
    if (input.returns && input.returns->psk) {
        note_missed(input.committer.known, input.returns->psk->value(), epoch);
    } else if (input.returns) {
        input.committer.known = {epoch, {}};
    }
    // The committer has a new leaf, perhaps with a new certificate.
    auto coming = input.added;
    coming.push_back(input.committer);
    auto replaced = input.removed;
    replaced.push_back(input.committer.device);
    plan.roster = std::make_shared<const Roster>(
        input.base->roster->with(with_certificates(std::move(coming), *input.next), replaced));
    plan.parties = concerned(*input.base, {});
    plan.parties.insert(
        plan.parties.end(), plan.roster->parties().begin(), plan.roster->parties().end());
    for (const auto& act : input.acts) {
        plan.acts.push_back(
            {act.receipt.index.value(), crypto::sha256(protocol::codec::encode(act))});
    }
    put_group_changes(*input.next, input.changed_nodes, group, plan.rows);
    put_group_info(*input.next, group, input.group_info, plan.rows);
    if (input.returns) {
        put_member(group, input.committer, plan.rows);
        plan.returns = input.returns;
    }
    for (const Leaving& device : leaving) {
        erase_member(group, device.key, plan.rows);
    }
    for (const Member& member : input.added) {
        put_member(group, member, plan.rows);
        plan.added.push_back({member.device, commit::device_key(member.device)});
    }
    if (!plan.added.empty()) {
        put_tree(*input.next, group, plan.rows);
    }
    plan.welcomed_from = input.welcomed_from;
    plan.removed = std::move(leaving);
    plan.digest = crypto::sha256(input.commit);
    plan.record = record_without_time(
        protocol::message::RecordType::commit, std::move(input.commit), std::move(input.acts));
    plan.welcome = std::move(input.welcome);
    plan.channel = std::move(input.channel);
    plan.base = std::move(input.base);
    plan.next = std::move(input.next);
    return plan;
}

}  // namespace

Prepared prepare(Repositories& repositories, Asked asked, ApplyCommit input) {
    SERAI_CHECK(check_shape(input));
    SERAI_TRY(leaving, find_leaving(repositories, input));
    auto intent = std::make_unique<const ApplyCommitIntent>(
        repositories, std::move(asked), make_plan(std::move(input), std::move(leaving)));
    if (intent->bytes() > kMaxCommitBytes) {
        return WireError::too_large;
    }
    return intent;
}

}  // namespace serai::storage::repo
