#include "crypto/act/opening.hpp"

#include "crypto/primitive/hash.hpp"

namespace serai::crypto::act {
namespace {

using protocol::message::Opening;
using protocol::message::ShownField;
using protocol::network::Field;

std::vector<ShownField> shown(std::vector<Field> fields) {
    std::vector<ShownField> out;
    out.reserve(fields.size());
    for (Field& field : fields) {
        out.push_back(ShownField{std::move(field)});
    }
    return out;
}

Digest hash_of(const EntryContext& entry, std::size_t index, const ShownField& shown_field) {
    const Field* field = shown_field.field();
    return field == nullptr ? std::get<Digest>(shown_field.content)
                            : field_hash(entry, static_cast<std::uint16_t>(index), *field);
}

std::vector<Digest> hashes_of(const EntryContext& entry,
                              std::size_t first,
                              std::span<const ShownField> fields) {
    std::vector<Digest> hashes;
    hashes.reserve(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        hashes.push_back(hash_of(entry, first + i, fields[i]));
    }
    return hashes;
}

EntryContext context_of(std::string_view origin, const Opening& opening) {
    return {origin, opening.entry_id};
}

Result<void> check_seal(const Opening& opening) {
    const Bytes* named = opening.server_value(protocol::message::field::kSeal);
    if (!opening.seal) {
        return named == nullptr ? Result<void>{} : ActError::seal_mismatch;
    }
    if (opening.seal->header.act_id != opening.entry_id) {
        return ActError::entry_mismatch;
    }
    if (named == nullptr || !equal(*named, seal_hash(*opening.seal))) {
        return ActError::seal_mismatch;
    }
    return {};
}

}  // namespace

Opening open_act(const protocol::network::Act& act, std::vector<Field> server) {
    return {act.seal.header.act_id, act.seal, shown(act.fields), shown(std::move(server))};
}

Opening open_event(const EntryId& entry_id, std::vector<Field> server) {
    return {entry_id, std::nullopt, {}, shown(std::move(server))};
}

Digest seal_hash(const protocol::network::ActSeal& seal) {
    return sha256(protocol::codec::encode(seal));
}

Digest commitment_of(std::string_view origin, const Opening& opening) {
    const EntryContext entry = context_of(origin, opening);
    const auto act_hashes = hashes_of(entry, 0, opening.act_fields);
    return commitment(entry, act_root(act_hashes), server_field_hashes(origin, opening));
}

std::vector<Digest> server_field_hashes(std::string_view origin, const Opening& opening) {
    return hashes_of(context_of(origin, opening), opening.act_fields.size(), opening.server_fields);
}

Opening withhold(std::string_view origin, const Opening& opening, const Withholds& withholds) {
    const EntryContext entry = context_of(origin, opening);
    Opening out = opening;
    std::size_t index = 0;
    const auto apply = [&](FieldOwner owner, std::vector<ShownField>& fields) {
        for (ShownField& shown_field : fields) {
            const Field* field = shown_field.field();
            if (field != nullptr && withholds(owner, *field)) {
                shown_field = ShownField{hash_of(entry, index, shown_field)};
            }
            ++index;
        }
    };
    apply(FieldOwner::act, out.act_fields);
    apply(FieldOwner::server, out.server_fields);
    return out;
}

Result<void> verify_opening(std::string_view origin,
                            const protocol::message::Leaf& leaf,
                            const Opening& opening) {
    if (leaf.entry_id != opening.entry_id) {
        return ActError::entry_mismatch;
    }
    if (commitment_of(origin, opening) != leaf.commit) {
        return ActError::commitment_mismatch;
    }
    return check_seal(opening);
}

Result<void> verify_act_receipt(std::string_view origin,
                                const protocol::message::ActReceipt& receipt) {
    const auto& leaf = receipt.receipt.leaf;
    if (receipt.act.seal.header.act_id != leaf.entry_id) {
        return ActError::entry_mismatch;
    }
    const EntryContext entry{origin, leaf.entry_id};
    const Digest root = act_root(field_hashes(entry, 0, receipt.act.fields));
    if (commitment(entry, root, receipt.server_field_hashes) != leaf.commit) {
        return ActError::commitment_mismatch;
    }
    return {};
}

}  // namespace serai::crypto::act
