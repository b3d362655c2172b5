#include "storage/repo/openings.hpp"

#include "crypto/act/opening.hpp"
#include "protocol/base/limits.hpp"
#include "storage/repo/device_intent.hpp"

#include <algorithm>

namespace serai::storage::repo {
namespace {

namespace field = protocol::message::field;
using audit::AuditLog;
using audit::SequenceId;
using commit::Asked;
using commit::Effects;
using commit::View;
using protocol::message::OpenedEntry;
using protocol::message::Opening;
using protocol::network::Field;
using protocol::network::OpeningScope;
using protocol::network::PartyCode;
using protocol::network::QueryOpeningsStatement;

class QueryIntent final : public ActIntent {
  public:
    QueryIntent(Repositories& repositories,
                Asked asked,
                QueryOpenings input,
                AuditLog::OnceCheck once)
        : ActIntent(repositories, std::move(asked), std::move(input.act), once, 0),
          scope_(input.statement.scope),
          channel_(std::move(input.channel)),
          document_(std::move(input.document)) {}

  private:
    Result<void> judge() const {
        if (scope_ == OpeningScope::party) {
            return {};
        }
        if (!channel_ || (scope_ == OpeningScope::document && !document_)) {
            return WireError::not_found;
        }
        const ChannelHead& head = channel_->overlay().head;
        if (scope_ == OpeningScope::document && document_->overlay().group != channel_->group()) {
            return WireError::not_found;
        }
        const bool concerned =
            head.roster->has_party(who().party) || head.founding->founder_party == who().party;
        return concerned ? Result<void>{} : Result<void>{WireError::forbidden};
    }

    Result<Bytes> decide_act(const View& view, Effects& effects) const override {
        SERAI_CHECK(judge());
        effects.entry = view.log.assemble(
            draft(),
            view.now,
            {},
            scope_ == OpeningScope::channel ? channel_->overlay().sequence.get() : nullptr,
            scope_ == OpeningScope::document ? document_->overlay().sequence.get() : nullptr,
            std::span{&who().party, 1});
        return protocol::codec::encode(effects.entry->receipt);
    }

    OpeningScope scope_;
    ChannelPtr channel_;
    DocumentPtr document_;
};

std::string own_counter(const PartyCode& party) {
    return std::string{field::kPartyCounterPrefix} + party.text();
}

bool is_party_counter(const Field& shown) {
    return shown.name.starts_with(field::kPartyCounterPrefix);
}

SequenceId sequence_of(const PartyCode& party, const QueryOpeningsStatement& statement) {
    if (statement.scope == OpeningScope::party) {
        return SequenceId::of(party);
    }
    const auto scope =
        statement.scope == OpeningScope::channel ? audit::Scope::channel : audit::Scope::document;
    return {scope, statement.id};
}

// What the party may see of an entry in a scope.
Opening shown_to(const PartyCode& party,
                 OpeningScope scope,
                 std::string_view origin,
                 const Opening& full) {
    const std::string own = own_counter(party);
    if (full.server_value(own) != nullptr) {
        return crypto::act::withhold(
            origin, full, [&](crypto::act::FieldOwner owner, const Field& shown) {
                return owner == crypto::act::FieldOwner::server && is_party_counter(shown) &&
                       shown.name != own;
            });
    }
    const std::string_view counter =
        scope == OpeningScope::channel ? field::kChannelCounter : field::kDocumentCounter;
    Opening out =
        crypto::act::withhold(origin, full, [&](crypto::act::FieldOwner owner, const Field& shown) {
            return owner == crypto::act::FieldOwner::act || shown.name != counter;
        });
    out.seal.reset();  // its hash stays withheld in the field "seal"
    return out;
}

}  // namespace

Prepared prepare(Repositories& repositories, Asked asked, QueryOpenings input) {
    SERAI_TRY(once, check_act(repositories, input.act));
    return std::make_unique<const QueryIntent>(
        repositories, std::move(asked), std::move(input), once);
}

Result<protocol::message::Openings> page(const AuditLog& log,
                                         const PartyCode& party,
                                         const QueryOpeningsStatement& statement,
                                         const protocol::message::Receipt& query) {
    protocol::message::Openings out{query, {}, false};
    SERAI_TRY(indices,
              log.sequence(sequence_of(party, statement), statement.from, limits::kMaxPageEntries));
    const auto end = std::ranges::lower_bound(indices, query.index);
    out.more = end == indices.end() && indices.size() == limits::kMaxPageEntries;
    std::size_t bytes = 0;
    for (auto index = indices.begin(); index != end; ++index) {
        const auto full = log.opened(*index);
        if (!full && full.error() == make_error_code(audit::AuditError::erased)) {
            continue;
        }
        if (!full) {
            return full.error();
        }
        OpenedEntry entry{
            *index, full->leaf, shown_to(party, statement.scope, log.origin(), full->opening)};
        bytes += protocol::codec::encode(entry).size();
        if (bytes > limits::kMaxPage && !out.entries.empty()) {
            out.more = true;
            break;
        }
        out.entries.push_back(std::move(entry));
    }
    return out;
}

}  // namespace serai::storage::repo
