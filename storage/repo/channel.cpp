#include "storage/repo/channel.hpp"

#include <algorithm>

namespace serai::storage::repo {
namespace {

constexpr std::uint8_t kFoundingVersion = 1;

}  // namespace

using protocol::network::PersonId;

void Founding::encode(protocol::codec::Writer& writer) const {
    writer.u8(kFoundingVersion);
    writer.strong(group);
    rules.encode(writer);
    founder.encode(writer);
    founder_party.encode(writer);
    act.encode(writer);
}

Result<Founding> Founding::decode(protocol::codec::Reader& reader) {
    SERAI_TRY(version, reader.u8());
    if (version != kFoundingVersion) {
        return protocol::codec::CodecError::unknown_value;
    }
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(rules, protocol::network::ChannelRules::decode(reader));
    SERAI_TRY(founder, protocol::network::SpiffeId::decode(reader));
    SERAI_TRY(party, protocol::network::PartyCode::decode(reader));
    SERAI_TRY(act, protocol::message::ActReceipt::decode(reader));
    return Founding{group, std::move(rules), std::move(founder), std::move(party), std::move(act)};
}

void PendingAct::encode(protocol::codec::Writer& writer) const {
    writer.enumeration(kind);
    subject.encode(writer);
    signer.encode(writer);
    writer.fixed(receipt_hash);
}

Result<PendingAct> PendingAct::decode(protocol::codec::Reader& reader) {
    SERAI_TRY(kind, protocol::network::read_act_kind(reader));
    SERAI_TRY(subject, PersonId::decode(reader));
    SERAI_TRY(signer, PersonId::decode(reader));
    SERAI_TRY(hash, reader.array<32>());
    return PendingAct{kind, std::move(subject), std::move(signer), hash};
}

void ChannelHead::update_awaits_removal() {
    awaits_removal = std::ranges::any_of(*pending, [&](const auto& item) {
        const PendingAct& act = item.second;
        return act.kind == protocol::network::ActKind::expel && roster->has_person(act.subject);
    });
}

Channel::Channel(ChannelHead head, std::unique_ptr<audit::Sequence> sequence)
    : group_(head.founding->group),
      overlay_{std::move(head), std::move(sequence), {}, {}, false},
      head_(std::make_shared<const ChannelHead>(overlay_.head)) {}

std::shared_ptr<const ChannelHead> Channel::head() const {
    const std::lock_guard lock{mutex_};
    return head_;
}

std::vector<std::shared_ptr<const Bytes>> Channel::recent(RecordNumber from,
                                                          std::size_t max_records,
                                                          std::size_t max_bytes) const {
    const std::lock_guard lock{mutex_};
    std::vector<std::shared_ptr<const Bytes>> out;
    const std::uint64_t first = head_->end.value() - ring_.size();
    if (from.value() < first) {
        return out;
    }
    std::size_t bytes = 0;
    for (std::uint64_t i = from.value() - first; i < ring_.size() && out.size() < max_records;
         ++i) {
        const auto& entry = ring_[i];
        bytes += entry->size();
        if (bytes > max_bytes && !out.empty()) {
            break;
        }
        out.push_back(entry);
    }
    return out;
}

void Channel::publish() {
    if (!overlay_.changed) {
        return;
    }
    auto head = std::make_shared<const ChannelHead>(overlay_.head);
    const std::lock_guard lock{mutex_};
    head_ = std::move(head);
    for (auto& entry : overlay_.appended) {
        ring_bytes_ += entry->size();
        ring_.push_back(std::move(entry));
    }
    while (ring_.size() > kRingRecords || (ring_bytes_ > kRingBytes && ring_.size() > 1)) {
        ring_bytes_ -= ring_.front()->size();
        ring_.pop_front();
    }
    overlay_.appended.clear();
    overlay_.changed = false;
}

}  // namespace serai::storage::repo
