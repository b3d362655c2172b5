#include "storage/audit/audit_log.hpp"

#include "crypto/act/commitment.hpp"
#include "crypto/merkle/checkpoint.hpp"
#include "crypto/primitive/hash.hpp"
#include "storage/audit/audit_log_impl.hpp"
#include "storage/kv/keyspace.hpp"

#include <algorithm>
#include <stdexcept>

namespace serai::storage::audit {
namespace {

namespace act = crypto::act;
namespace keyspace = kv::keyspace;
namespace merkle = crypto::merkle;
using kv::Space;
using protocol::codec::Writer;
using protocol::message::Counter;
using protocol::message::Leaf;
using protocol::message::LeafKind;
using protocol::network::Field;
using protocol::network::PartyCode;

// So many names are kept in memory: far more than can be taken while an intent waits.
constexpr std::size_t kTakenKept = 1U << 17U;

// The server's fields of one entry, as they are hashed and written one after another.
class FieldList {
  public:
    FieldList(act::EntryContext context,
              std::size_t first_index,
              std::span<const Digest> salts,
              std::vector<Digest>& hashes)
        : context_(context), index_(first_index), salts_(salts), hashes_(hashes) {}

    // Sets the name and value of a field that is used over and over, so that most fields cost no allocation.
    template <class WriteValue>
    void add(std::string_view name, WriteValue&& write_value) {
        field_.value.clear();
        Writer writer{field_.value};
        std::forward<WriteValue>(write_value)(writer);
        finish(name);
    }

    [[nodiscard]] const Bytes& encoded() const { return encoded_; }

  private:
    void finish(std::string_view name) {
        if (salts_.empty()) {
            throw std::logic_error{"an audit entry with more late fields than were reserved"};
        }
        field_.name = name;
        field_.salt = salts_.front();
        salts_ = salts_.subspan(1);
        hashes_.push_back(act::field_hash(context_, static_cast<std::uint16_t>(index_), field_));
        ++index_;
        Writer writer{encoded_};
        writer.flag(true);  // shown
        field_.encode(writer);
    }

    act::EntryContext context_;
    std::size_t index_;
    std::span<const Digest> salts_;
    std::vector<Digest>& hashes_;
    Field field_;
    Bytes encoded_;
};

void add_scoped_counter(FieldList& fields,
                        std::string_view name,
                        ByteView id,
                        const Counter& counter) {
    fields.add(name, [&](Writer& writer) {
        writer.fixed(id);
        counter.encode(writer);
    });
}

std::string_view party_field(std::string& buffer, const PartyCode& code) {
    buffer.assign(protocol::message::field::kPartyCounterPrefix);
    buffer.append(code.text());
    return buffer;
}

}  // namespace

AuditLog::AuditLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

AuditLog::~AuditLog() = default;

const std::string& AuditLog::origin() const {
    return impl_->options.origin;
}

LogIndex AuditLog::next_index() const {
    return LogIndex{impl_->edge.size().value()};
}

Sequence* AuditLog::party(const PartyCode& code) const {
    const auto found = impl_->parties.find(code);
    return found == impl_->parties.end() ? nullptr : found->second.get();
}

AssembledEntry AuditLog::assemble(const EntryDraft& draft,
                                  UnixMillis now,
                                  std::span<const LateField> late,
                                  Sequence* channel,
                                  Sequence* document,
                                  std::span<const PartyCode> parties) const {
    AssembledEntry out;
    out.is_act = draft.is_act_;
    out.server_hashes = draft.hashes_;
    out.server_hashes.reserve(draft.hashes_.size() + draft.salts_.size());
    const act::EntryContext context{draft.origin_, draft.entry_id_};
    FieldList fields{
        context, draft.act_fields_ + draft.hashes_.size(), draft.salts_, out.server_hashes};
    for (const LateField& field : late) {
        fields.add(field.name, [&](Writer& writer) { writer.fixed(field.value); });
    }
    if (channel != nullptr) {
        add_scoped_counter(fields,
                           protocol::message::field::kChannelCounter,
                           channel->id().id,
                           channel->upcoming());
        out.sequences.push_back(channel);
    }
    if (document != nullptr) {
        add_scoped_counter(fields,
                           protocol::message::field::kDocumentCounter,
                           ByteView{document->id().id}.first(16),
                           document->upcoming());
        out.sequences.push_back(document);
    }
    std::string name;
    for (const PartyCode& code : parties) {
        Sequence* sequence = party(code);
        if (sequence == nullptr ||
            std::ranges::find(out.sequences, sequence) != out.sequences.end()) {
            continue;
        }
        fields.add(party_field(name, code),
                   [&](Writer& writer) { sequence->upcoming().encode(writer); });
        out.sequences.push_back(sequence);
    }

    const UnixSeconds time = act::leaf_time(UnixSeconds{now.value() / 1000});
    Leaf& leaf = out.receipt.leaf;
    leaf.kind = draft.kind_;
    leaf.time = std::max(time, impl_->last_time);
    leaf.entry_id = draft.entry_id_;
    leaf.commit = act::commitment(context, draft.act_root_, out.server_hashes);
    out.receipt.index = next_index();
    out.leaf_hash = act::leaf_hash(leaf);

    Bytes& opening = out.opening;
    opening.reserve(draft.opening_head_.size() + draft.fixed_fields_.size() +
                    fields.encoded().size() + 4);
    opening = draft.opening_head_;
    Writer writer{opening};
    writer.length(draft.fixed_fields_.size() + fields.encoded().size());
    writer.fixed(draft.fixed_fields_);
    writer.fixed(fields.encoded());
    return out;
}

Digest AuditLog::once_key(std::string_view domain, ByteView id) {
    const auto size = static_cast<std::uint8_t>(domain.size());
    const ByteArray<4> length{0, 0, 0, size};
    return crypto::sha256({as_bytes("serai/once/v1"), length, as_bytes(domain), id});
}

Result<AuditLog::OnceCheck> AuditLog::check_once(const Digest& key) const {
    OnceCheck check{key, false, impl_->durable()->size().value()};
    SERAI_TRY(row, impl_->store.get(Space::state, kv::make_key(keyspace::kOnce, ByteView{key})));
    check.taken = row.has_value();
    return check;
}

AuditLog::Once AuditLog::once(const OnceCheck& check) const {
    if (check.taken || impl_->taken.contains(Strong<struct OnceTag, Digest>{check.key})) {
        return Once::taken;
    }
    return check.as_of < impl_->once_floor ? Once::stale : Once::free;
}

void AuditLog::append(AssembledEntry entry, kv::WriteBatch& batch) {
    const LogIndex index = next_index();
    if (entry.receipt.index != index) {
        throw std::logic_error{"an audit entry that was assembled for another place"};
    }
    batch.append(
        kv::make_key(keyspace::kLeavesLog), index.value(), act::leaf_bytes(entry.receipt.leaf));
    batch.put(Space::openings, kv::make_key(keyspace::kOpening, index), entry.opening);
    if (entry.receipt.leaf.kind == LeafKind::governance) {
        batch.put(Space::state, kv::make_key(keyspace::kGovernance, index), {});
    }
    for (Sequence* sequence : entry.sequences) {
        if (sequence->run_.empty()) {
            impl_->touched.push_back(sequence);
        }
        sequence->run_.push_back(index.value());
        sequence->last_ = index.value();
        ++sequence->next_;
    }
    impl_->edge.append(entry.leaf_hash, impl_->filled);
    impl_->last_time = entry.receipt.leaf.time;
    impl_->changed = true;
    if (entry.is_act) {
        claim_once(once_key("act", entry.receipt.leaf.entry_id.value()), batch);
    }
}

void AuditLog::claim_once(const Digest& key, kv::WriteBatch& batch) {
    const std::uint64_t size = impl_->edge.size().value();
    Bytes value;
    Writer{value}.u64(size - 1);
    batch.put(Space::state, kv::make_key(keyspace::kOnce, ByteView{key}), value);
    impl_->taken.emplace(key);
    impl_->taken_order.push_back({key, size});
    while (impl_->taken_order.size() > kTakenKept) {
        const Impl::Taken oldest = impl_->taken_order.front();
        impl_->taken_order.pop_front();
        impl_->taken.erase(Strong<struct OnceTag, Digest>{oldest.key});
        impl_->once_floor = oldest.size + 1;
    }
}

void AuditLog::write(kv::WriteBatch& batch) {
    if (!impl_->changed) {
        return;
    }
    for (const FullTile& tile : impl_->filled) {
        batch.put(Space::state, kv::make_key(keyspace::kTile, tile.level, tile.index), tile.hashes);
    }
    impl_->filled.clear();
    batch.put_encoded(Space::state, kv::make_key(keyspace::kTreeHead), impl_->edge.head());
    for (Sequence* sequence : impl_->touched) {
        const std::uint64_t first = sequence->next_ - sequence->run_.size();
        Bytes run;
        Writer writer{run};
        for (const std::uint64_t leaf : sequence->run_) {
            writer.u64(leaf);
        }
        sequence->run_.clear();
        const SequenceId& id = sequence->id();
        batch.put(
            Space::state,
            kv::make_key(
                keyspace::kSequence, static_cast<std::uint8_t>(id.scope), ByteView{id.id}, first),
            run);
    }
    impl_->touched.clear();
    impl_->changed = false;
}

void AuditLog::publish() {
    auto edge = std::make_shared<const RightEdge>(impl_->edge);
    const std::lock_guard lock{impl_->mutex};
    impl_->durable_edge = std::move(edge);
}

}  // namespace serai::storage::audit
