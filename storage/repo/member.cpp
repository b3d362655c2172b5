#include "storage/repo/member.hpp"

#include <algorithm>

namespace serai::storage::repo {

using protocol::network::PartyCode;
using protocol::network::PersonId;
using protocol::network::SpiffeId;

bool KnownEpochs::has(std::uint64_t epoch) const {
    return epoch >= since && std::ranges::none_of(missed, [&](const auto& gap) {
               return epoch >= gap.first && epoch <= gap.second;
           });
}

void KnownEpochs::encode(protocol::codec::Writer& writer) const {
    writer.u64(since);
    writer.nested([&](protocol::codec::Writer& inner) {
        for (const auto& [first, last] : missed) {
            inner.u64(first);
            inner.u64(last);
        }
    });
}

Result<KnownEpochs> KnownEpochs::decode(protocol::codec::Reader& reader) {
    KnownEpochs out;
    SERAI_TRY(since, reader.u64());
    SERAI_TRY(list, reader.vector());
    protocol::codec::Reader inner{list};
    while (!inner.at_end()) {
        SERAI_TRY(first, inner.u64());
        SERAI_TRY(last, inner.u64());
        out.missed.emplace_back(first, last);
    }
    out.since = since;
    return out;
}

void Member::encode(protocol::codec::Writer& writer) const {
    device.encode(writer);
    party.encode(writer);
    writer.u32(leaf);
}

Result<Member> Member::decode(protocol::codec::Reader& reader) {
    SERAI_TRY(device, SpiffeId::decode(reader));
    SERAI_TRY(party, PartyCode::decode(reader));
    SERAI_TRY(leaf, reader.u32());
    return Member{std::move(device), std::move(party), leaf, std::nullopt, {}};
}

Roster::Roster(std::vector<Member> members) : members_(std::move(members)) {
    std::ranges::sort(members_, {}, &Member::device);
    for (const Member& member : members_) {
        parties_.push_back(member.party);
    }
    std::ranges::sort(parties_);
    parties_.erase(std::unique(parties_.begin(), parties_.end()), parties_.end());
}

const Member* Roster::find(const SpiffeId& device) const {
    const auto place = std::ranges::lower_bound(members_, device, {}, &Member::device);
    return place != members_.end() && place->device == device ? &*place : nullptr;
}

bool Roster::has_person(const PersonId& person) const {
    return std::ranges::any_of(
        members_, [&](const Member& member) { return member.device.person == person; });
}

bool Roster::has_party(const PartyCode& party) const {
    return std::ranges::binary_search(parties_, party);
}

Roster Roster::with(const std::vector<Member>& added, const std::vector<SpiffeId>& removed) const {
    std::vector<Member> next;
    next.reserve(members_.size() + added.size());
    for (const Member& member : members_) {
        if (std::ranges::find(removed, member.device) == removed.end()) {
            next.push_back(member);
        }
    }
    next.insert(next.end(), added.begin(), added.end());
    return Roster{std::move(next)};
}

}  // namespace serai::storage::repo
