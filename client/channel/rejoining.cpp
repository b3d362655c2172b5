#include "client/channel/rejoining.hpp"

#include "client/channel/authority.hpp"
#include "client/channel/judge.hpp"
#include "client/channel/plain.hpp"
#include "client/channel/store.hpp"
#include "client/channel/task.hpp"
#include "client/crash_point.hpp"
#include "client/session/verdict.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/mls/wire/message.hpp"
#include "crypto/secret/random.hpp"

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

// The resumption PSKs of the epochs that we had before we were lost.
class KeptPsks final : public mls::PskSource {
  public:
    explicit KeptPsks(const mls::Group& last) : last_(last) {}

    [[nodiscard]] mls::ExternalPsk find(const mls::PreSharedKeyId& id) const override {
        const auto* resumption = std::get_if<mls::ResumptionPskId>(&id.key);
        return resumption == nullptr ? mls::ExternalPsk{} : last_.resumption_psk(resumption->epoch);
    }

  private:
    const mls::Group& last_;
};

// The tree is our own view, whose leaves were judged when they came. That a certificate among them has expired or was revoked since
// must not keep us out: perhaps nobody else is left who can remove it.
class KnownTreeJudge final : public mls::CredentialValidator {
  public:
    explicit KnownTreeJudge(const Context& context) : judge_(context) {}

    [[nodiscard]] Result<void> validate(const mls::LeafInQuestion& question) const override {
        return question.origin == mls::LeafOrigin::existing ? Result<void>{}
                                                            : judge_.validate(question);
    }

    [[nodiscard]] Bytes client_name(const mls::LeafNode& leaf) const override {
        return judge_.client_name(leaf);
    }

    [[nodiscard]] Result<void> validate_external_sender(
        const mls::ExternalSender& sender) const override {
        return judge_.validate_external_sender(sender);
    }

  private:
    LeafJudge judge_;
};

class Return {
  public:
    Return(const Context& context,
           const GroupId& group,
           const OnEntry& on_entry,
           std::span<const network::SpiffeId> trusted)
        : context_(context), group_(group), on_entry_(on_entry), trusted_(trusted) {}

    Result<void> run() {
        for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
            SERAI_TRY(channel, load_channel(context_.vault, group_));
            if (!channel.lost) {
                return {};
            }
            if (channel.state.lost_at) {
                SERAI_CHECK(report(channel));
            }
            pause_before(attempt);
            const auto ordered = try_once(channel);
            if (!ordered && ordered.error() != WireError::stale_epoch &&
                ordered.error() != WireError::not_found) {
                return ordered.error();
            }
            SERAI_CHECK(read_log(context_, group_, on_entry_));
            if (ordered) {
                SERAI_CHECK(check_logged(*ordered));
            }
        }
        return ClientError::too_contended;
    }

  private:
    // The report is a task from here on, so that it is made once and surely.
    Result<void> report(OpenChannel& channel) {
        const network::ReportStatement statement{
            group_, channel.state.lost_at->n, channel.state.lost_at->h};
        SERAI_TRY(number, next_task_number(context_.vault));
        Task task{number, TaskKind::plain, group_, std::nullopt, {}};
        task.frame = message::make_request(session::Session::fresh_request_id(),
                                           message::Report{context_.sign(statement)});
        channel.state.lost_at.reset();
        vault::Batch batch = context_.vault.batch();
        task.save(batch);
        save_channel(batch, channel, false);
        SERAI_CHECK(context_.vault.commit(std::move(batch)));
        SERAI_CRASH_POINT("client.report.saved");
        const auto done = carry_on_plain(context_, task);
        // Whether anybody hears of it does not keep us out.
        return done || session::is_refused_for_good(done.error()) ? Result<void>{} : done.error();
    }

    Result<message::RecordReceipt> try_once(const OpenChannel& channel) {
        SERAI_TRY(task, find_task(channel));
        if (!task) {
            SERAI_TRY(made, make_commit(channel));
            task = std::move(made);
        }
        SERAI_CRASH_POINT("client.rejoin.saved");
        const auto answer = context_.session.exchange(*task->frame);
        SERAI_CRASH_POINT("client.rejoin.answered");
        if (!answer && session::is_refused_for_good(answer.error())) {
            vault::Batch batch = context_.vault.batch();
            task->finish(batch);
            drop_pending(batch, group_);
            SERAI_CHECK(context_.vault.commit(std::move(batch)));
        }
        return answer ? context_.session.decode_answer<message::RecordReceipt>(*answer)
                      : Result<message::RecordReceipt>{answer.error()};
    }

    // What the server acknowledged, its channel has.
    Result<void> check_logged(const message::RecordReceipt& receipt) {
        SERAI_TRY(record, load_history_entry(context_.vault, group_, receipt.head.n));
        if (record && record->h == receipt.head.h) {
            return {};
        }
        const std::string accusation =
            "the server acknowledged our return and its channel does not have it";
        session::EvidenceFile file{accusation};
        file.text("checkpoint", context_.log.note())
            .bytes("group", group_.value())
            .bytes("receipt", encode(receipt));
        return context_.evidence.accuse(accusation, file);
    }

    // One that an earlier process made for this very epoch.
    Result<std::optional<Task>> find_task(const OpenChannel& channel) {
        SERAI_TRY(tasks, load_tasks(context_.vault));
        for (Task& task : tasks) {
            const auto payload = task.kind == TaskKind::rejoin && task.group == group_
                                     ? decode_exact<RejoinPayload>(task.payload)
                                     : Result<RejoinPayload>{ClientError::not_found};
            if (payload && payload->epoch.value() == channel.view().epoch()) {
                return std::optional<Task>{std::move(task)};
            }
        }
        return std::optional<Task>{};
    }

    Result<Task> make_commit(const OpenChannel& channel) {
        SERAI_TRY(published, context_.session.call(message::FetchGroupInfo{group_}));
        const auto decoded = decode_exact<mls::MlsMessage>(published.group_info);
        const auto* info = decoded ? decoded->get<mls::GroupInfo>() : nullptr;
        if (published.epoch.value() != channel.view().epoch()) {
            return WireError::stale_epoch;
        }
        if (info == nullptr || !channel.view().check_group_info(*info)) {
            return accuse_group_info(published);
        }
        SERAI_TRY(right, right_to_return(channel, published));
        SERAI_TRY(options, options_for(channel, right));
        const KeptPsks psks{channel.lost->last};
        options.psk_source = &psks;
        const KnownTreeJudge judge{context_};
        const mls::TreeNodes tree = channel.view().tree().to_nodes();
        SERAI_TRY(pending,
                  mls::Group::join_external(
                      *info,
                      &tree,
                      context_.device.leaf_identity(context_.network.genesis().cipher_suite),
                      options,
                      {judge, std::nullopt}));
        pending.next.keep_resumption_psks_of(channel.lost->last);
        return save(channel, pending, std::move(right));
    }

    // Why the others should let us in: an epoch whose resumption PSK we all have, or else a restoration, which is used up.
    struct Right {
        std::optional<Epoch> psk;
        std::vector<message::ActReceipt> acts;
    };

    Result<Right> right_to_return(const OpenChannel& channel,
                                  const message::PublishedGroup& published) {
        const auto& epochs = published.psk_epochs;
        const auto newest = std::find_if(epochs.rbegin(), epochs.rend(), [&](const Epoch& epoch) {
            return epoch >= channel.state.removed_at &&
                   !channel.lost->last.resumption_psk(epoch.value()).empty();
        });
        if (newest != epochs.rend()) {
            return Right{*newest, {}};
        }
        const network::SpiffeId& self = context_.device.id;
        const Decision restoration{network::ActKind::restore, self.person, self.device};
        SERAI_TRY(acts, waiting_acts(context_, channel.state, [&](const Decision& decision) {
                      return decision == restoration;
                  }));
        if (acts.empty()) {
            return context_.diagnostics.fail(
                ClientError::wedged,
                "this device has lost its way in the channel, and there is no epoch of which it "
                "and all other members have the key; another official of your party, or the "
                "founder, brings it back with 'serai restore " +
                    to_hex(group_.value()) + " " + self.to_string() + "'");
        }
        SERAI_CHECK(check_vouched(channel));
        acts.resize(1);
        return Right{std::nullopt, std::move(acts)};
    }

    // Whoever led the channel on while we could not follow is out, revoked, or trusted by our person. To have expired is not enough: a leaf
    // can be renewed.
    Result<void> check_vouched(const OpenChannel& channel) const {
        SERAI_CHECK(context_.network.refresh(context_.session, context_.log, context_.evidence));
        std::string strangers;
        std::string options;
        channel.view().tree().for_each_member([&](mls::LeafIndex, const mls::LeafNode& leaf) {
            const std::string device = device_of(leaf);
            const auto& unvouched = channel.state.unvouched;
            const bool trusted = std::ranges::any_of(
                trusted_, [&](const auto& one) { return one.to_string() == device; });
            if (std::ranges::find(unvouched, device) != unvouched.end() && !trusted &&
                !is_revoked(context_, leaf)) {
                strangers += (strangers.empty() ? "" : ", ") + device;
                options += " --with " + device;
            }
        });
        if (strangers.empty()) {
            return {};
        }
        return context_.diagnostics.fail(
            ClientError::wedged,
            "an official lets this device back in, but it could not check what these have done to "
            "the channel meanwhile: " +
                strangers +
                "; if one of them is somebody with a stolen key, what you write is read. Have the "
                "certificate revoked of whom you doubt; of whom you have asked, say so with "
                "'serai return " +
                to_hex(group_.value()) + options + "'");
    }

    Result<mls::ExternalCommitOptions> options_for(const OpenChannel& channel,
                                                   const Right& right) const {
        mls::ExternalCommitOptions options;
        const std::string self = context_.device.id.to_string();
        channel.view().tree().for_each_member([&](mls::LeafIndex index, const mls::LeafNode& leaf) {
            if (device_of(leaf) == self) {
                options.removes = index;
            }
        });
        if (!options.removes) {
            return ClientError::vault_damaged;
        }
        if (right.psk) {
            mls::PreSharedKeyId id;
            id.key = mls::ResumptionPskId{mls::ResumptionPskUsage::application,
                                          channel.view().group_id(),
                                          right.psk->value()};
            options.psks.push_back(std::move(id));
        }
        message::ChannelAad aad;
        aad.message_id = MessageId{crypto::system_random().array<16>()};
        aad.head = *channel.state.cursor;
        for (const message::ActReceipt& act : right.acts) {
            aad.acts.push_back({act.receipt.index, crypto::act::leaf_hash(act.receipt.leaf)});
        }
        options.authenticated_data = encode(aad);
        options.published_info.with_external_pub = true;
        options.published_info.extensions.set(
            {static_cast<mls::ExtensionType>(network::kChainHeadExtension), encode(aad.head)});
        return options;
    }

    Result<Task> save(const OpenChannel& channel, const mls::PendingCommit& pending, Right right) {
        message::Commit request;
        request.group = group_;
        request.epoch = Epoch{channel.view().epoch()};
        request.commit = encode(pending.commit);
        request.group_info = encode(mls::MlsMessage{pending.group_info});
        request.acts = std::move(right.acts);
        SERAI_TRY(number, next_task_number(context_.vault));
        Task task{number,
                  TaskKind::rejoin,
                  group_,
                  message::make_request(session::Session::fresh_request_id(), request),
                  encode(RejoinPayload{request.epoch, request.commit})};
        vault::Batch batch = context_.vault.batch();
        task.save(batch);
        save_pending(batch, group_, pending);
        SERAI_CHECK(context_.vault.commit(std::move(batch)));
        return task;
    }

    ErrorCode accuse_group_info(const message::PublishedGroup& published) {
        const std::string accusation =
            "the server published a GroupInfo that does not describe the channel's epoch";
        session::EvidenceFile file{accusation};
        file.text("checkpoint", context_.log.note())
            .bytes("group", group_.value())
            .text("epoch", std::to_string(published.epoch.value()))
            .bytes("group info", published.group_info);
        return context_.evidence.accuse(accusation, file);
    }

    void pause_before(int attempt) const {
        constexpr int kCalm = 3;
        if (attempt >= kCalm) {
            const auto random = crypto::system_random().array<1>();
            std::this_thread::sleep_for(std::chrono::milliseconds{random[0] % (8 * attempt)});
        }
    }

    const Context& context_;
    const GroupId group_;
    const OnEntry& on_entry_;
    const std::span<const network::SpiffeId> trusted_;
};

}  // namespace

Result<void> come_back(const Context& context,
                       const GroupId& group,
                       const OnEntry& on_entry,
                       std::span<const network::SpiffeId> trusted) {
    return Return{context, group, on_entry, trusted}.run();
}

}  // namespace serai::client::channel
