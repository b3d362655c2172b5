#include "storage/audit/entry_draft.hpp"

#include "crypto/act/commitment.hpp"
#include "crypto/act/opening.hpp"

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
      entry_id_(random.array<16>()),
      opening_head_(head_of(act::open_event(entry_id_, {}))),
      act_root_(act::act_root({})),
      random_(&random) {
    add(protocol::message::field::kType, as_bytes(type));
}

EntryDraft::EntryDraft(std::string origin,
                       const protocol::network::Act& source,
                       crypto::Random& random)
    : origin_(std::move(origin)),
      kind_(LeafKind::event),
      entry_id_(source.seal.header.act_id),
      opening_head_(head_of(act::open_act(source, {}))),
      act_fields_(source.fields.size()),
      is_act_(true),
      random_(&random) {
    act_root_ = act::act_root(act::field_hashes({origin_, entry_id_}, 0, source.fields));
    add(protocol::message::field::kType, as_bytes(protocol::network::name(source.kind())));
    add(protocol::message::field::kSeal, act::seal_hash(source.seal));
}

EntryDraft& EntryDraft::add(std::string_view name, ByteView value) {
    const Field field{std::string{name}, to_bytes(value), random_->array<32>()};
    const auto index = static_cast<std::uint16_t>(act_fields_ + hashes_.size());
    hashes_.push_back(act::field_hash({origin_, entry_id_}, index, field));
    protocol::codec::Writer writer{fixed_fields_};
    writer.flag(true);  // shown
    field.encode(writer);
    return *this;
}

EntryDraft& EntryDraft::reserve_late(std::size_t count) {
    const std::size_t old = salts_.size();
    salts_.resize(old + count);
    if (count != 0) {
        random_->fill({salts_[old].data(), count * sizeof(Digest)});
    }
    return *this;
}

std::size_t EntryDraft::estimated_bytes() const {
    constexpr std::size_t kLateField = 160;
    return opening_head_.size() + fixed_fields_.size() + salts_.size() * kLateField;
}

}  // namespace serai::storage::audit
