#include "client/audit/openings.hpp"

#include "crypto/act/commitment.hpp"
#include "crypto/act/opening.hpp"
#include "crypto/act/signed_act.hpp"
#include "crypto/x509/chain_verifier.hpp"

#include <algorithm>

namespace serai::client::audit {
namespace {

namespace act = crypto::act;
namespace message = protocol::message;
namespace network = protocol::network;
using protocol::codec::Reader;

ErrorCode accuse(const Context& context, std::string what, const message::OpenedEntry& entry) {
    session::EvidenceFile file{what};
    file.text("checkpoint", context.log.note())
        .text("index", std::to_string(entry.index.value()))
        .bytes("leaf", protocol::codec::encode(entry.leaf))
        .bytes("opening", protocol::codec::encode(entry.opening));
    return context.evidence.accuse(std::move(what), file);
}

std::string text_field(const message::Opening& opening, std::string_view name) {
    const Bytes* value = opening.server_value(name);
    return value == nullptr ? std::string{} : std::string{as_text(*value)};
}

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

// The act root of an opening whose fields may partly be withheld.
Digest act_root_of(const std::string& origin, const message::Opening& opening) {
    const act::EntryContext context{origin, opening.entry_id};
    std::vector<Digest> hashes;
    for (const message::ShownField& shown : opening.act_fields) {
        const network::Field* field = shown.field();
        hashes.push_back(
            field != nullptr
                ? act::field_hash(context, static_cast<std::uint16_t>(hashes.size()), *field)
                : std::get<Digest>(shown.content));
    }
    return act::act_root(hashes);
}

// Who signed the act of an entry; an error if signature, certificate or time do not hold.
Result<std::string> verify_seal(const Context& context, const message::OpenedEntry& entry) {
    const network::ActSeal& seal = *entry.opening.seal;
    const network::Genesis& genesis = context.network.genesis();
    if (seal.header.network_id != genesis.network_id || seal.header.origin != genesis.log_origin) {
        return act::ActError::wrong_network;
    }
    SERAI_TRY(signer,
              context.network.trust_at(entry.index)
                  .verify(seal.chain, seal.header.time, crypto::x509::Usage::signature));
    if (signer.certificate_hash != seal.header.certificate_hash) {
        return act::ActError::certificate_mismatch;
    }
    SERAI_CHECK(act::check_act_time(seal.header, entry.leaf.time));
    const Digest root = act_root_of(genesis.log_origin, entry.opening);
    SERAI_CHECK(crypto::ed25519_verify(
        signer.public_key, network::sign_content(seal.header, root), seal.signature));
    return signer.id.to_string();
}

Result<VerifiedEntry> verify(const Context& context, message::OpenedEntry entry) {
    if (auto leads =
            act::verify_opening(context.network.genesis().log_origin, entry.leaf, entry.opening);
        !leads) {
        return accuse(context,
                      "the server opened entry " + std::to_string(entry.index.value()) +
                          " differently than the log commits to: " + leads.error().message(),
                      entry);
    }
    VerifiedEntry out;
    out.type = text_field(entry.opening, message::field::kType);
    out.device = text_field(entry.opening, message::field::kDevice);
    if (entry.opening.seal) {
        auto signer = verify_seal(context, entry);
        if (!signer) {
            return accuse(context,
                          "the log holds an act (entry " + std::to_string(entry.index.value()) +
                              ") whose signature does not hold: " + signer.error().message(),
                          entry);
        }
        out.signer = std::move(*signer);
    }
    out.entry = std::move(entry);
    return out;
}

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
    std::vector<VerifiedEntry> verified;
    std::uint64_t previous = message::kNoPrevious;
    bool more = true;
    while (more) {
        const network::QueryOpeningsStatement statement{scope.kind, scope.id, verified.size()};
        SERAI_TRY(page, context.session.call(message::QueryOpenings{context.sign(statement)}));
        more = page.more && !page.entries.empty();
        for (message::OpenedEntry& entry : page.entries) {
            const auto counter = counter_of(context, scope, entry.opening);
            if (!counter || counter->counter != verified.size() || counter->previous != previous) {
                return accuse(context,
                              "the server left out entries: number " +
                                  std::to_string(verified.size()) + " was due after leaf " +
                                  (verified.empty() ? "none" : std::to_string(previous)),
                              entry);
            }
            previous = entry.index.value();
            SERAI_TRY(one, verify(context, std::move(entry)));
            verified.push_back(std::move(one));
        }
    }
    return verified;
}

Result<void> check_included(const Context& context, const std::vector<VerifiedEntry>& entries) {
    for (const VerifiedEntry& one : entries) {
        SERAI_CHECK(context.log.check_included(context.session, one.entry.index, one.entry.leaf));
    }
    return {};
}

}  // namespace serai::client::audit
