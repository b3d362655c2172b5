#include "storage/audit/entry_draft.hpp"

#include "crypto/act/commitment.hpp"
#include "crypto/act/opening.hpp"

#include <algorithm>

namespace serai::storage::audit {
namespace {

namespace act = crypto::act;
using protocol::message::LeafKind;
using protocol::message::Opening;
using protocol::network::Field;

// An encoded Opening without its server fields: they are its last list, and an empty list is one zero byte.
Bytes head_of(const Opening& opening) {
    Bytes encoded = protocol::codec::encode(opening);
    encoded.pop_back();
    return encoded;
}

}  // namespace

EntryDraft::EntryDraft(std::string origin,
                       LeafKind kind,
                       std::string_view type,
                       crypto::Random& random)
    : origin_(std::move(origin)),
      kind_(kind),
      random_(&random),
      entry_id_(draw_id()),
      opening_head_(head_of(act::open_event(entry_id_, {}))),
      act_root_(act::act_root({})) {
    add(protocol::message::field::kType, as_bytes(type));
}

EntryDraft::EntryDraft(std::string origin,
                       const protocol::network::Act& source,
                       crypto::Random& random)
    : origin_(std::move(origin)),
      kind_(LeafKind::event),
      random_(&random),
      entry_id_(source.seal.header.act_id),
      opening_head_(head_of(act::open_act(source, {}))),
      act_fields_(source.fields.size()),
      is_act_(true) {
    act_root_ = act::act_root(act::field_hashes({origin_, entry_id_}, 0, source.fields));
    add(protocol::message::field::kType, as_bytes(protocol::network::name(source.kind())));
    add(protocol::message::field::kSeal, act::seal_hash(source.seal));
}

EntryDraft& EntryDraft::add(std::string_view name, ByteView value) {
    Field field{std::string{name}, to_bytes(value), {}};
    draw(field.salt);
    const auto index = static_cast<std::uint16_t>(act_fields_ + hashes_.size());
    hashes_.push_back(act::field_hash({origin_, entry_id_}, index, field));
    protocol::codec::Writer writer{fixed_fields_};
    writer.flag(true);  // shown
    field.encode(writer);
    return *this;
}

EntryDraft& EntryDraft::reserve_late(std::size_t count) {
    salts_.reserve(salts_.size() + count);
    while (count-- > 0) {
        draw(salts_.emplace_back());
    }
    return *this;
}

EntryId EntryDraft::draw_id() {
    ByteArray<16> id{};
    draw(id);
    return EntryId{id};
}

void EntryDraft::draw(std::span<std::uint8_t> out) {
    constexpr std::size_t kPool = 384;
    if (pool_.size() < out.size()) {
        pool_.resize(kPool);
        random_->fill(pool_);
    }
    const auto from = pool_.end() - static_cast<std::ptrdiff_t>(out.size());
    std::copy(from, pool_.end(), out.begin());
    std::fill(from, pool_.end(), std::uint8_t{0});
    pool_.erase(from, pool_.end());
}

std::size_t EntryDraft::estimated_bytes() const {
    constexpr std::size_t kLateField = 160;
    return opening_head_.size() + fixed_fields_.size() + salts_.size() * kLateField;
}

}  // namespace serai::storage::audit
