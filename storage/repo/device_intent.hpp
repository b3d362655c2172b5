// What the intents of devices have in common: who asked, that its certificate is neither revoked nor expired by now, and the signed act if
// there is one. For the intents of this folder.
#pragma once

#include "protocol/network/act.hpp"
#include "storage/audit/audit_log.hpp"
#include "storage/audit/entry_draft.hpp"
#include "storage/commit/intent.hpp"
#include "storage/repo/channel.hpp"
#include "storage/repo/repositories.hpp"

#include <functional>
#include <utility>

namespace serai::storage::repo {

// A change made of two functions.
class SimpleChange final : public commit::Change {
  public:
    using Step = std::function<void()>;

    SimpleChange(Step enter, Step publish)
        : enter_(std::move(enter)), publish_(std::move(publish)) {}

    void enter() noexcept override { enter_(); }

    void publish() noexcept override {
        if (publish_) {
            publish_();
        }
    }

  private:
    Step enter_;
    Step publish_;
};

[[nodiscard]] inline std::unique_ptr<commit::Change> change(SimpleChange::Step enter,
                                                            SimpleChange::Step publish = {}) {
    return std::make_unique<SimpleChange>(std::move(enter), std::move(publish));
}

// enter() on the overlay of a channel, publish() of the channel.
[[nodiscard]] std::unique_ptr<commit::Change> channel_change(
    const ChannelPtr& channel, std::function<void(Channel::Overlay&)> enter);

class DeviceIntent : public commit::Intent {
  public:
    [[nodiscard]] const commit::Asking* asking() const final { return &asking_; }

    [[nodiscard]] Result<Bytes> decide(const commit::View& view,
                                       commit::Effects& effects) const final;

  protected:
    DeviceIntent(Repositories& repositories, commit::Asked asked);

    [[nodiscard]] const commit::Asked& who() const { return asked_; }

    [[nodiscard]] const Digest& who_key() const { return asking_.key.device; }

    [[nodiscard]] Repositories& repositories() const { return repositories_; }

    // The draft of an entry without an act, with the device field.
    [[nodiscard]] audit::EntryDraft draft_of(std::string_view type) const;

    // Every party of the network has room in an entry.
    [[nodiscard]] std::size_t party_fields() const;

  private:
    virtual Result<Bytes> decide_device(const commit::View& view,
                                        commit::Effects& effects) const = 0;

    Repositories& repositories_;
    commit::Asked asked_;
    commit::Asking asking_;
};

// With a signed act, which is accepted once for its id.
class ActIntent : public DeviceIntent {
  public:
    [[nodiscard]] std::size_t bytes() const override;

  protected:
    // late_fields: of the entry, besides counters.
    ActIntent(Repositories& repositories,
              commit::Asked asked,
              protocol::network::Act act,
              audit::AuditLog::OnceCheck once,
              std::size_t late_fields);

    [[nodiscard]] const protocol::network::Act& act() const { return act_; }

    [[nodiscard]] const audit::EntryDraft& draft() const { return draft_; }

    [[nodiscard]] protocol::message::ActReceipt receipt_of(
        const audit::AssembledEntry& entry) const;

  private:
    [[nodiscard]] Result<Bytes> decide_device(const commit::View& view,
                                              commit::Effects& effects) const final;
    virtual Result<Bytes> decide_act(const commit::View& view, commit::Effects& effects) const = 0;

    protocol::network::Act act_;
    audit::AuditLog::OnceCheck once_;
    audit::EntryDraft draft_;
};

// Whether the act's id was used before, as of the durable log.
[[nodiscard]] Result<audit::AuditLog::OnceCheck> check_act(const Repositories& repositories,
                                                           const protocol::network::Act& act);

// free: success. taken: `refusal`. stale: busy.
[[nodiscard]] Result<void> judge_once(const commit::View& view,
                                      const audit::AuditLog::OnceCheck& check,
                                      WireError refusal);

// Parties of a channel and some others, for AuditLog::assemble, which drops duplicates.
[[nodiscard]] std::vector<protocol::network::PartyCode> concerned(
    const ChannelHead& head, std::initializer_list<protocol::network::PartyCode> others);

}  // namespace serai::storage::repo
