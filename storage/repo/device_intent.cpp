#include "storage/repo/device_intent.hpp"

#include "storage/repo/network_state.hpp"

namespace serai::storage::repo {

namespace field = protocol::message::field;
using audit::AuditLog;
using protocol::network::Act;
using protocol::network::PartyCode;

namespace {

// Counters of the channel and of a document.
constexpr std::size_t kOtherCounters = 2;

class ChannelChange final : public commit::Change {
  public:
    ChannelChange(ChannelPtr channel, std::function<void(Channel::Overlay&)> step)
        : channel_(std::move(channel)), step_(std::move(step)) {}

    void enter() noexcept override {
        step_(channel_->overlay());
        channel_->overlay().changed = true;
    }

    void publish() noexcept override { channel_->publish(); }

  private:
    ChannelPtr channel_;
    std::function<void(Channel::Overlay&)> step_;
};

}  // namespace

std::unique_ptr<commit::Change> channel_change(const ChannelPtr& channel,
                                               std::function<void(Channel::Overlay&)> enter) {
    return std::make_unique<ChannelChange>(channel, std::move(enter));
}

Result<void> judge_once(const commit::View& view,
                        const AuditLog::OnceCheck& check,
                        WireError refusal) {
    switch (view.log.once(check)) {
        case AuditLog::Once::free:
            return {};
        case AuditLog::Once::taken:
            return refusal;
        case AuditLog::Once::stale:
            return WireError::busy;
    }
    return WireError::internal;
}

std::vector<PartyCode> concerned(const ChannelHead& head, std::initializer_list<PartyCode> others) {
    std::vector<PartyCode> out = head.roster->parties();
    out.insert(out.end(), others.begin(), others.end());
    return out;
}

DeviceIntent::DeviceIntent(Repositories& repositories, commit::Asked asked)
    : repositories_(repositories), asked_(std::move(asked)), asking_(asked_) {}

Result<Bytes> DeviceIntent::decide(const commit::View& view, commit::Effects& effects) const {
    const auto& revocations = repositories_.network().state().revocations;
    if (revocations.is_revoked(asked_.device.person.trust_domain, asked_.certificate_serial)) {
        return WireError::invalid_certificate;
    }
    if (view.now.value() / 1000 >= asked_.certificate_not_after.value()) {
        return WireError::invalid_certificate;
    }
    return decide_device(view, effects);
}

std::size_t DeviceIntent::party_fields() const {
    return repositories_.parties();
}

audit::EntryDraft DeviceIntent::draft_of(std::string_view type) const {
    audit::EntryDraft draft{repositories_.log().origin(),
                            protocol::message::LeafKind::event,
                            type,
                            repositories_.random()};
    draft.add(field::kDevice, as_bytes(asked_.device.to_string()));
    return draft;
}

ActIntent::ActIntent(Repositories& repositories,
                     commit::Asked asked,
                     Act act,
                     AuditLog::OnceCheck once,
                     std::size_t late_fields)
    : DeviceIntent(repositories, std::move(asked)),
      act_(std::move(act)),
      once_(once),
      draft_(repositories.log().origin(), act_, repositories.random()) {
    draft_.add(field::kDevice, as_bytes(who().device.to_string()))
        .reserve_late(late_fields + kOtherCounters + party_fields());
}

Result<AuditLog::OnceCheck> check_act(const Repositories& repositories, const Act& act) {
    return repositories.log().check_once(AuditLog::once_key("act", act.seal.header.act_id.value()));
}

std::size_t ActIntent::bytes() const {
    return 1024 + 2 * draft_.estimated_bytes();
}

Result<Bytes> ActIntent::decide_device(const commit::View& view, commit::Effects& effects) const {
    SERAI_CHECK(judge_once(view, once_, WireError::act_duplicate));
    SERAI_TRY(response, decide_act(view, effects));
    // Everybody who checks the act later compares with the leaf's time, and it may have waited since it was verified.
    if (effects.entry->receipt.leaf.time > act_.seal.header.not_after) {
        return WireError::act_expired;
    }
    return std::move(response);
}

protocol::message::ActReceipt ActIntent::receipt_of(const audit::AssembledEntry& entry) const {
    return {entry.receipt, act_, entry.server_hashes};
}

}  // namespace serai::storage::repo
