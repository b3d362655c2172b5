#include "client/audit/entry_check.hpp"

#include "crypto/act/commitment.hpp"
#include "crypto/act/opening.hpp"
#include "crypto/act/signed_act.hpp"
#include "crypto/x509/chain_verifier.hpp"
#include "protocol/network/statement.hpp"

namespace serai::client::audit {
namespace {

namespace act = crypto::act;
namespace message = protocol::message;
namespace network = protocol::network;

std::string text_field(const message::Opening& opening, std::string_view name) {
    const Bytes* value = opening.server_value(name);
    return value == nullptr ? std::string{} : std::string{as_text(*value)};
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

const Bytes* act_value(const message::Opening& opening, std::string_view name) {
    for (const message::ShownField& shown : opening.act_fields) {
        if (const network::Field* field = shown.field(); field != nullptr && field->name == name) {
            return &field->value;
        }
    }
    return nullptr;
}

// Whether the counter field, if it is shown, is of what the act's field names. Both begin with the id.
bool counted_where_it_acts(const message::Opening& opening,
                           std::string_view counter_field,
                           const Bytes* named) {
    const Bytes* counted = opening.server_value(counter_field);
    if (counted == nullptr || named == nullptr) {
        return true;
    }
    constexpr std::size_t kCounterSize = 2 * sizeof(std::uint64_t);
    return counted->size() >= kCounterSize && named->size() >= counted->size() - kCounterSize &&
           equal(ByteView{*counted}.first(counted->size() - kCounterSize),
                 ByteView{*named}.first(counted->size() - kCounterSize));
}

// A query names its scope by "id" where other acts have "group" or "document".
bool counted_under_its_subject(const message::Opening& opening, network::ActKind kind) {
    const bool query = kind == network::ActKind::query_openings;
    return counted_where_it_acts(opening,
                                 message::field::kChannelCounter,
                                 act_value(opening, query ? "id" : "group")) &&
           counted_where_it_acts(opening,
                                 message::field::kDocumentCounter,
                                 act_value(opening, query ? "id" : "document"));
}

// What is wrong with an entry's claim to be an act, or not to be one; empty if nothing is.
std::string wrong_claim(const VerifiedEntry& entry) {
    const message::Opening& opening = entry.entry.opening;
    const auto kind = network::act_kind_named(entry.type);
    if (!entry.signer) {
        return kind ? "is said to be an act, but nobody signed it" : "";
    }
    const network::ActKind signed_kind = opening.seal->header.kind;
    if (kind != signed_kind) {
        return "calls an act what it is not";
    }
    if (entry.device != *entry.signer) {
        return "names another device than the one that signed";
    }
    if (!counted_under_its_subject(opening, signed_kind)) {
        return "is counted under something that its act does not name";
    }
    return {};
}

}  // namespace

ErrorCode accuse(const Context& context, std::string what, const message::OpenedEntry& entry) {
    session::EvidenceFile file{what};
    file.text("checkpoint", context.log.note())
        .text("index", std::to_string(entry.index.value()))
        .bytes("leaf", protocol::codec::encode(entry.leaf))
        .bytes("opening", protocol::codec::encode(entry.opening));
    return context.evidence.accuse(std::move(what), file);
}

Result<VerifiedEntry> check_entry(const Context& context, message::OpenedEntry entry) {
    const std::string place = "entry " + std::to_string(entry.index.value());
    if (auto leads =
            act::verify_opening(context.network.genesis().log_origin, entry.leaf, entry.opening);
        !leads) {
        return accuse(context,
                      "the server opened " + place +
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
                          "the log holds an act (" + place +
                              ") whose signature does not hold: " + signer.error().message(),
                          entry);
        }
        out.signer = std::move(*signer);
    }
    out.entry = std::move(entry);
    if (const std::string wrong = wrong_claim(out); !wrong.empty()) {
        return accuse(context, place + " of the log " + wrong, out.entry);
    }
    return out;
}

}  // namespace serai::client::audit
