// Founding, establishing, acts and messages; commits are in apply_commit.cpp, the
// server's own proposals in removal_intents.cpp.
#include "storage/repo/channel_intents.hpp"

#include "crypto/act/channel_chain.hpp"
#include "crypto/primitive/hash.hpp"
#include "protocol/base/limits.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/channel_rows.hpp"
#include "storage/repo/channels.hpp"
#include "storage/repo/device_intent.hpp"
#include "storage/repo/group_rows.hpp"
#include "storage/repo/network_state.hpp"
#include "storage/repo/record_append.hpp"
#include "storage/repo/removals.hpp"

#include <algorithm>

namespace serai::storage::repo {
namespace {

namespace entry_type = protocol::message::entry_type;
namespace keyspace = kv::keyspace;
using audit::AuditLog;
using commit::Asked;
using commit::Effects;
using commit::View;
using kv::make_key;
using kv::Space;
using protocol::message::RecordType;
using protocol::network::ActKind;
using protocol::network::PartyCode;

constexpr std::size_t kRowOverhead = 512;  // bytes of keys and small rows beside a record

class FoundChannelIntent final : public ActIntent {
  public:
    FoundChannelIntent(Repositories& repositories,
                       Asked asked,
                       FoundChannel input,
                       AuditLog::OnceCheck once)
        : ActIntent(repositories, std::move(asked), std::move(input.act), once, 0),
          rules_(std::move(input.rules)) {}

  private:
    Result<Bytes> decide_act(const View& view, Effects& effects) const override {
        const PartyCode& party = who().party;
        effects.entry =
            view.log.assemble(draft(), view.now, {}, nullptr, nullptr, std::span{&party, 1});
        Founding founding{
            crypto::act::group_id_of(repositories().network_id(), effects.entry->leaf_hash),
            rules_,
            who().device,
            party,
            receipt_of(*effects.entry)};
        effects.rows.put_encoded(
            Space::state, make_key(keyspace::kFounding, founding.group), founding);
        return protocol::codec::encode(founding.act);
    }

    protocol::network::ChannelRules rules_;
};

kv::WriteBatch group_info_rows(const crypto::mls::PublicGroup& group,
                               const GroupId& id,
                               ByteView group_info) {
    kv::WriteBatch rows;
    put_group_info(group, id, group_info, rows);
    return rows;
}

class EstablishChannelIntent final : public DeviceIntent {
  public:
    EstablishChannelIntent(Repositories& repositories,
                           Asked asked,
                           EstablishChannel input,
                           std::shared_ptr<const Founding> founding)
        : DeviceIntent(repositories, std::move(asked)),
          channel_(std::move(input.channel)),
          group_(std::move(input.group)),
          rows_(group_info_rows(*group_, channel_->group(), input.group_info)),
          record_(record_without_time(
              RecordType::established, std::move(input.group_info), {founding->act})),
          draft_(draft_of(entry_type::kEstablished)),
          founding_(std::move(founding)) {
        draft_.reserve_late(kRecordLateFields + party_fields());
        const Member member{who().device, who().party, 0, std::nullopt, {}};
        roster_ = std::make_shared<const Roster>(with_certificates({member}, *group_));
        put_group(*group_, channel_->group(), rows_);
        put_member(channel_->group(), member, rows_);
        rows_.put_encoded(Space::state,
                          make_key(keyspace::kReadable, channel_->group(), ByteView{who_key()}),
                          ReadableRange{});
    }

    [[nodiscard]] std::size_t bytes() const override {
        return rows_.bytes() + record_.size() + draft_.estimated_bytes() + kRowOverhead;
    }

    [[nodiscard]] std::size_t record_bytes() const { return record_.size(); }

  private:
    Result<Bytes> decide_device(const View& view, Effects& effects) const override {
        const ChannelHead& head = channel_->overlay().head;
        if (founding_->founder != who().device) {
            return WireError::forbidden;
        }
        if (head.established()) {
            return WireError::exists;
        }
        const Appended appended =
            append_record(view, *channel_, draft_, record_, roster_->parties(), effects);
        effects.rows.merge(rows_);
        effects.changes.push_back(channel_change(
            channel_, [this_group = group_, roster = roster_, appended](auto& overlay) {
                appended.enter(overlay);
                overlay.head.epoch = Epoch{this_group->epoch()};
                overlay.head.public_group = this_group;
                overlay.head.roster = roster;
            }));
        effects.events.emplace_back(
            commit::MembersChanged{channel_->group(), appended.head.n, {who().device}, {}});
        return appended.response();
    }

    ChannelPtr channel_;
    std::shared_ptr<const crypto::mls::PublicGroup> group_;
    std::shared_ptr<const Roster> roster_;
    kv::WriteBatch rows_;
    Bytes record_;
    audit::EntryDraft draft_;
    std::shared_ptr<const Founding> founding_;
};

class RecordActIntent final : public ActIntent {
  public:
    RecordActIntent(Repositories& repositories,
                    Asked asked,
                    RecordAct input,
                    AuditLog::OnceCheck once)
        : ActIntent(repositories, std::move(asked), std::move(input.act), once, 0),
          channel_(std::move(input.channel)),
          subject_(std::move(input.subject)),
          device_(std::move(input.device)),
          subject_party_(std::move(input.subject_party)) {}

  private:
    Result<void> judge(const ChannelHead& head) const {
        if (!head.established()) {
            return WireError::not_found;
        }
        if (act().kind() == ActKind::expel && !head.roster->has_person(subject_)) {
            return WireError::forbidden;
        }
        if (act().kind() == ActKind::restore && head.roster->find({subject_, device_}) == nullptr) {
            return WireError::forbidden;
        }
        const bool waits = std::ranges::any_of(*head.pending, [&](const auto& item) {
            return item.second.kind == act().kind() && item.second.subject == subject_ &&
                   item.second.device == device_;
        });
        if (waits) {
            return WireError::exists;
        }
        return act().kind() != ActKind::admit || admissions_of_signer(head) < kMaxAdmissionsOfSigner
                   ? Result<void>{}
                   : Result<void>{WireError::too_large};
    }

    // One official cannot take the place of another's.
    [[nodiscard]] std::size_t admissions_of_signer(const ChannelHead& head) const {
        return static_cast<std::size_t>(std::ranges::count_if(*head.pending, [&](const auto& item) {
            return item.second.kind == ActKind::admit && item.second.signer == who().device.person;
        }));
    }

    Result<Bytes> decide_act(const View& view, Effects& effects) const override {
        const Channel::Overlay& overlay = channel_->overlay();
        SERAI_CHECK(judge(overlay.head));
        const auto parties = concerned(overlay.head, {who().party, subject_party_});
        effects.entry =
            view.log.assemble(draft(), view.now, {}, overlay.sequence.get(), nullptr, parties);
        const auto receipt = receipt_of(*effects.entry);
        Bytes response = protocol::codec::encode(receipt);
        const PendingRow row{
            {act().kind(), subject_, device_, who().device.person, crypto::sha256(response)},
            receipt};
        const LogIndex index = receipt.receipt.index;
        effects.rows.put_encoded(
            Space::state, make_key(keyspace::kPendingAct, channel_->group(), index), row);
        effects.changes.push_back(
            channel_change(channel_, [index, pending_act = row.act](auto& changed) {
                auto pending = std::make_shared<PendingActs>(*changed.head.pending);
                pending->emplace(index.value(), pending_act);
                changed.head.pending = std::move(pending);
                changed.head.judged_by = 0;
            }));
        if (act().kind() == ActKind::expel) {
            effects.events.emplace_back(commit::RemovalDue{channel_->group()});
        }
        return response;
    }

    ChannelPtr channel_;
    protocol::network::PersonId subject_;
    std::string device_;
    PartyCode subject_party_;
};

// It changes nothing but the log: everybody in the channel sees who could not follow whom.
class RecordReportIntent final : public ActIntent {
  public:
    RecordReportIntent(Repositories& repositories,
                       Asked asked,
                       RecordReport input,
                       AuditLog::OnceCheck once)
        : ActIntent(repositories, std::move(asked), std::move(input.act), once, 0),
          channel_(std::move(input.channel)),
          record_(input.record) {}

  private:
    Result<Bytes> decide_act(const View& view, Effects& effects) const override {
        const Channel::Overlay& overlay = channel_->overlay();
        if (!overlay.head.established() || record_ >= overlay.head.end) {
            return WireError::not_found;
        }
        if (overlay.head.roster->find(who().device) == nullptr) {
            return WireError::forbidden;
        }
        const auto parties = concerned(overlay.head, {});
        effects.entry =
            view.log.assemble(draft(), view.now, {}, overlay.sequence.get(), nullptr, parties);
        effects.changes.push_back(channel_change(channel_, [](Channel::Overlay&) {}));
        return protocol::codec::encode(effects.entry->receipt);
    }

    ChannelPtr channel_;
    RecordNumber record_;
};

class AppendMessageIntent final : public DeviceIntent {
  public:
    AppendMessageIntent(Repositories& repositories, Asked asked, AppendMessage input)
        : DeviceIntent(repositories, std::move(asked)),
          channel_(std::move(input.channel)),
          epoch_(input.epoch),
          record_(record_without_time(RecordType::application, std::move(input.message), {})),
          draft_(draft_of(entry_type::kMessage)) {
        draft_.reserve_late(kRecordLateFields + party_fields());
    }

    [[nodiscard]] std::size_t bytes() const override {
        return record_.size() + draft_.estimated_bytes() + kRowOverhead;
    }

  private:
    Result<void> judge(const ChannelHead& head, const Revocations& revocations) const {
        if (!head.established()) {
            return WireError::not_found;
        }
        if (head.roster->find(who().device) == nullptr) {
            return WireError::forbidden;
        }
        if (head.epoch != epoch_) {
            return WireError::stale_epoch;
        }
        // Looking at every member takes too long for each message: once for each list, act and commit is enough.
        const bool awaits_removal =
            head.judged_by == revocations.version()
                ? head.awaits_removal
                : !due_removals(*head.roster, *head.pending, revocations).empty();
        return awaits_removal ? Result<void>{WireError::commit_first} : Result<void>{};
    }

    Result<Bytes> decide_device(const View& view, Effects& effects) const override {
        const ChannelHead& head = channel_->overlay().head;
        const Revocations& revocations = repositories().network().state().revocations;
        SERAI_CHECK(judge(head, revocations));
        const Appended appended =
            append_record(view, *channel_, draft_, record_, head.roster->parties(), effects);
        effects.changes.push_back(channel_change(
            channel_, [appended, version = revocations.version()](Channel::Overlay& overlay) {
                appended.enter(overlay);
                overlay.head.awaits_removal = false;
                overlay.head.judged_by = version;
            }));
        return appended.response();
    }

    ChannelPtr channel_;
    Epoch epoch_;
    Bytes record_;
    audit::EntryDraft draft_;
};

}  // namespace

Prepared prepare(Repositories& repositories, Asked asked, FoundChannel input) {
    SERAI_TRY(once, check_act(repositories, input.act));
    return std::make_unique<const FoundChannelIntent>(
        repositories, std::move(asked), std::move(input), once);
}

Prepared prepare(Repositories& repositories, Asked asked, EstablishChannel input) {
    if (input.group_info.size() > limits::kMaxMlsMessage) {
        return WireError::too_large;
    }
    auto founding = input.channel->head()->founding;
    auto intent = std::make_unique<const EstablishChannelIntent>(
        repositories, std::move(asked), std::move(input), std::move(founding));
    // The founding act is in the record too, and what cannot be decoded must not be ordered.
    if (intent->record_bytes() > kMaxChannelRecord) {
        return WireError::too_large;
    }
    return intent;
}

Prepared prepare(Repositories& repositories, Asked asked, RecordAct input) {
    SERAI_TRY(once, check_act(repositories, input.act));
    return std::make_unique<const RecordActIntent>(
        repositories, std::move(asked), std::move(input), once);
}

Prepared prepare(Repositories& repositories, Asked asked, RecordReport input) {
    SERAI_TRY(once, check_act(repositories, input.act));
    return std::make_unique<const RecordReportIntent>(
        repositories, std::move(asked), std::move(input), once);
}

Prepared prepare(Repositories& repositories, Asked asked, AppendMessage input) {
    if (input.message.size() > limits::kMaxMlsMessage) {
        return WireError::too_large;
    }
    return std::make_unique<const AppendMessageIntent>(
        repositories, std::move(asked), std::move(input));
}

}  // namespace serai::storage::repo
