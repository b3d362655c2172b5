#include "client/audit/openings.hpp"

#include "client/audit/entry_check.hpp"

#include <algorithm>

namespace serai::client::audit {
namespace {

namespace message = protocol::message;
namespace network = protocol::network;

// The counter of the scope that was asked by.
Result<message::Counter> counter_of(const Context& context,
                                    const Scope& scope,
                                    const message::Opening& opening) {
    const auto counter_in = [&](std::string_view name, ByteView id) -> Result<message::Counter> {
        const Bytes* value = opening.server_value(name);
        if (value == nullptr || value->size() < id.size() ||
            !equal(ByteView{*value}.first(id.size()), id)) {
            return protocol::codec::CodecError::truncated;
        }
        return protocol::codec::decode_exact<message::Counter>(ByteView{*value}.subspan(id.size()));
    };
    switch (scope.kind) {
        case network::OpeningScope::party:
            return counter_in(std::string{message::field::kPartyCounterPrefix} +
                                  context.network.party_of(context.device.id.person),
                              {});
        case network::OpeningScope::channel:
            return counter_in(message::field::kChannelCounter, scope.id);
        case network::OpeningScope::document: {
            constexpr std::size_t kIdSize = 16;
            return counter_in(message::field::kDocumentCounter, ByteView{scope.id}.first(kIdSize));
        }
    }
    return protocol::codec::CodecError::unknown_value;
}

// Reads a scope from its first entry to the end.
class Reading {
  public:
    Reading(const Context& context, const Scope& scope) : context_(context), scope_(scope) {}

    Result<std::vector<VerifiedEntry>> run() {
        bool more = true;
        while (more) {
            SERAI_TRY(page, ask());
            more = page.more && !page.entries.empty();
            for (message::OpenedEntry& entry : page.entries) {
                SERAI_CHECK(take(std::move(entry)));
            }
        }
        SERAI_CHECK(prove_the_end());
        return std::move(verified_);
    }

  private:
    Result<message::Openings> ask() {
        const network::QueryOpeningsStatement statement{scope_.kind, scope_.id, verified_.size()};
        const network::Act query = context_.sign(statement);
        query_ = query.seal.header.act_id;
        SERAI_TRY(page, context_.session.call(message::QueryOpenings{query}));
        asked_at_ = page.receipt.index;
        return std::move(page);
    }

    Result<void> take(message::OpenedEntry entry) {
        const auto counter = counter_of(context_, scope_, entry.opening);
        if (!counter || counter->counter != verified_.size() || counter->previous != previous_) {
            return accuse(context_,
                          "the server left out entries: number " +
                              std::to_string(verified_.size()) + " was due after leaf " +
                              (verified_.empty() ? "none" : std::to_string(previous_)),
                          entry);
        }
        previous_ = entry.index.value();
        SERAI_TRY(one, check_entry(context_, std::move(entry)));
        verified_.push_back(std::move(one));
        return {};
    }

    // The dense counter shows a gap, but not that the newest entries are missing. Our own query is an entry of the scope: what
    // comes next must be it, under our signature, or something before it was kept back.
    Result<void> prove_the_end() {
        const EntryId query = query_;
        const LogIndex asked_at = asked_at_;
        SERAI_TRY(page, ask());
        if (page.entries.empty() || page.entries.front().index != asked_at ||
            page.entries.front().leaf.entry_id != query) {
            session::EvidenceFile file{"the server keeps back the newest entries"};
            file.text("checkpoint", context_.log.note())
                .text("due", std::to_string(verified_.size()))
                .text("query", std::to_string(asked_at.value()));
            return context_.evidence.accuse("the server keeps back the newest entries: number " +
                                                std::to_string(verified_.size()) +
                                                " is not our query at leaf " +
                                                std::to_string(asked_at.value()),
                                            file);
        }
        SERAI_CHECK(take(std::move(page.entries.front())));
        verified_.pop_back();
        return {};
    }

    const Context& context_;
    const Scope& scope_;
    std::vector<VerifiedEntry> verified_;
    std::uint64_t previous_ = message::kNoPrevious;
    EntryId query_;
    LogIndex asked_at_;
};

}  // namespace

Scope party_scope() {
    return {};
}

Scope channel_scope(const GroupId& group) {
    return {network::OpeningScope::channel, group.value()};
}

Scope document_scope(const network::DocumentId& document) {
    Scope scope{network::OpeningScope::document, {}};
    std::ranges::copy(document.value(), scope.id.begin());
    return scope;
}

Result<std::vector<VerifiedEntry>> query_openings(const Context& context, const Scope& scope) {
    return Reading{context, scope}.run();
}

Result<void> check_included(const Context& context, const std::vector<VerifiedEntry>& entries) {
    for (const VerifiedEntry& one : entries) {
        SERAI_CHECK(context.log.check_included(context.session, one.entry.index, one.entry.leaf));
    }
    return {};
}

}  // namespace serai::client::audit
