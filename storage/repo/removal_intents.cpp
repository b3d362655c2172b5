// The server's own proposals.
#include "storage/kv/keyspace.hpp"
#include "storage/repo/channel_intents.hpp"
#include "storage/repo/device_intent.hpp"
#include "storage/repo/network_state.hpp"
#include "storage/repo/record_append.hpp"
#include "storage/repo/removals.hpp"

#include <algorithm>

namespace serai::storage::repo {
namespace {

namespace keyspace = kv::keyspace;
using commit::Effects;
using commit::View;

constexpr std::size_t kRowOverhead = 1024;  // bytes of keys and small rows beside a record

audit::EntryDraft make_draft(Repositories& repositories) {
    audit::EntryDraft draft{repositories.log().origin(),
                            protocol::message::LeafKind::event,
                            protocol::message::entry_type::kProposal,
                            repositories.random()};
    draft.reserve_late(kRecordLateFields + repositories.parties());
    return draft;
}

// Nobody asked for it, so there is no request to remember.
class ProposeRemovalIntent final : public commit::Intent {
  public:
    ProposeRemovalIntent(Repositories& repositories, ProposeRemoval input)
        : repositories_(repositories),
          input_(std::move(input)),
          record_(record_without_time(protocol::message::RecordType::proposal,
                                      std::move(input_.message),
                                      std::move(input_.acts))),
          draft_(make_draft(repositories)) {}

    [[nodiscard]] const commit::Asking* asking() const override { return nullptr; }

    [[nodiscard]] std::size_t bytes() const override {
        return 2 * record_.size() + draft_.estimated_bytes() + kRowOverhead;
    }

    [[nodiscard]] Result<Bytes> decide(const View& view, Effects& effects) const override {
        const ChannelHead& head = input_.channel->overlay().head;
        SERAI_CHECK(judge(head));
        const Appended appended =
            append_record(view, *input_.channel, draft_, record_, head.roster->parties(), effects);
        ServerProposal proposal{appended.head.n, input_.device, input_.proposal};
        effects.rows.put_encoded(
            kv::Space::state,
            kv::make_key(keyspace::kProposal, input_.channel->group(), proposal.record),
            proposal);
        effects.changes.push_back(
            channel_change(input_.channel, [appended, proposal](Channel::Overlay& overlay) {
                appended.enter(overlay);
                auto proposals = std::make_shared<ServerProposals>(*overlay.head.proposals);
                proposals->push_back(proposal);
                overlay.head.proposals = std::move(proposals);
            }));
        return appended.response();
    }

  private:
    Result<void> judge(const ChannelHead& head) const {
        if (head.epoch != input_.base->epoch) {
            return WireError::stale_epoch;
        }
        const auto due =
            due_removals(*head.roster, *head.pending, repositories_.network().state().revocations);
        const bool has_to_leave = std::ranges::any_of(
            due, [&](const Member* member) { return member->device == input_.device; });
        const bool proposed = std::ranges::any_of(*head.proposals, [&](const auto& proposal) {
            return proposal.device == input_.device;
        });
        return has_to_leave && !proposed ? Result<void>{} : Result<void>{WireError::exists};
    }

    Repositories& repositories_;
    ProposeRemoval input_;
    Bytes record_;
    audit::EntryDraft draft_;
};

}  // namespace

Prepared prepare(Repositories& repositories, ProposeRemoval input) {
    return std::make_unique<const ProposeRemovalIntent>(repositories, std::move(input));
}

}  // namespace serai::storage::repo
