// The durable side of AuditLog, and opening it.
#include "crypto/act/commitment.hpp"
#include "crypto/merkle/checkpoint.hpp"
#include "protocol/base/limits.hpp"
#include "storage/audit/audit_log.hpp"
#include "storage/audit/audit_log_impl.hpp"
#include "storage/file/crash_point.hpp"
#include "storage/kv/keyspace.hpp"

#include <algorithm>

namespace serai::storage::audit {
namespace {

namespace keyspace = kv::keyspace;
namespace merkle = crypto::merkle;
using kv::Space;
using protocol::codec::decode_exact;
using protocol::codec::Reader;
using protocol::codec::Writer;
using protocol::message::Leaf;
using protocol::message::OpenedEntry;
using protocol::message::Opening;

kv::Key sequence_key(const SequenceId& id, std::uint64_t counter) {
    return kv::make_key(
        keyspace::kSequence, static_cast<std::uint8_t>(id.scope), ByteView{id.id}, counter);
}

std::uint64_t first_counter(ByteView key) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : key.last(8)) {
        value = value << 8U | byte;
    }
    return value;
}

Result<std::vector<std::uint64_t>> run_of(ByteView value) {
    Reader reader{value};
    std::vector<std::uint64_t> leaves;
    while (!reader.at_end()) {
        SERAI_TRY(leaf, reader.u64());
        leaves.push_back(leaf);
    }
    return leaves;
}

// The row of the sequence that begins at or before `counter`; nullopt if there is none.
Result<std::optional<kv::ScanEntry>> row_before(const kv::Store& store,
                                                const SequenceId& id,
                                                std::uint64_t counter) {
    kv::ScanRequest request;
    request.begin = to_bytes(sequence_key(id, 0));
    request.end = to_bytes(sequence_key(id, counter));
    request.end.push_back(0);  // so that the row of `counter` itself is in the range
    request.direction = kv::Direction::backward;
    request.max_entries = 1;
    SERAI_TRY(page, store.scan(request));
    if (page.entries.empty()) {
        return std::optional<kv::ScanEntry>{};
    }
    return std::optional{std::move(page.entries.front())};
}

Result<TreeHead> read_head(const kv::Store& store, keyspace::Table table) {
    SERAI_TRY(row, store.get(Space::state, kv::make_key(table)));
    if (!row) {
        return TreeHead{TreeSize{0}, merkle::empty_root()};
    }
    return decode_exact<TreeHead>(*row);
}

}  // namespace

Result<std::unique_ptr<AuditLog>> AuditLog::open(kv::Store& store, AuditLogOptions options) {
    auto impl = std::make_unique<Impl>(store, std::move(options));
    SERAI_CHECK(impl->load());
    SERAI_CHECK(impl->compare_with_signed());
    std::unique_ptr<AuditLog> log{new AuditLog{std::move(impl)}};
    for (const auto& code : log->impl_->options.parties) {
        SERAI_TRY(sequence, log->load_sequence(SequenceId::of(code)));
        log->impl_->parties.emplace(code, std::move(sequence));
    }
    return log;
}

Result<void> AuditLog::Impl::load() {
    SERAI_TRY(head, read_head(store, keyspace::kTreeHead));
    SERAI_TRY(bounds, store.bounds(kv::make_key(keyspace::kLeavesLog)));
    if (bounds.first != 0 || bounds.tail != head.size.value()) {
        return AuditError::root_mismatch;
    }
    SERAI_TRY(rebuilt, RightEdge::rebuild(store, head.size));
    edge = std::move(rebuilt);
    if (edge.head() != head) {
        return AuditError::root_mismatch;
    }
    if (bounds.tail > 0) {
        SERAI_TRY(page, store.read(kv::make_key(keyspace::kLeavesLog), bounds.tail - 1, 1));
        SERAI_TRY(leaf, decode_exact<Leaf>(page.records.front()));
        last_time = leaf.time;
    }
    once_floor = head.size.value();
    durable_edge = std::make_shared<const RightEdge>(edge);
    return {};
}

Result<void> AuditLog::Impl::compare_with_signed() {
    SERAI_TRY(head, read_head(store, keyspace::kSignedHead));
    signed_head = head;
    if (head.size > edge.size()) {
        return AuditError::signed_beyond;
    }
    if (head.size.value() == 0) {
        return {};
    }
    SERAI_TRY(root, merkle::tree_root(head.size, edge.nodes(store, head.size)));
    if (root != head.root) {
        return AuditError::root_mismatch;
    }
    return {};
}

Result<std::string> AuditLog::Impl::sign(const TreeHead& head) {
    SERAI_TRY(signed_note,
              merkle::sign_checkpoint({options.origin, head.size, head.root, {}}, options.log_key));
    const std::lock_guard lock{mutex};
    note = signed_note;
    note_size = head.size;
    return signed_note;
}

std::shared_ptr<const RightEdge> AuditLog::Impl::durable() const {
    const std::lock_guard lock{mutex};
    return durable_edge;
}

Result<std::unique_ptr<Sequence>> AuditLog::load_sequence(const SequenceId& id) const {
    SERAI_TRY(row, row_before(impl_->store, id, ~std::uint64_t{0}));
    if (!row) {
        return std::make_unique<Sequence>(id, 0, protocol::message::kNoPrevious);
    }
    SERAI_TRY(run, run_of(row->value));
    if (run.empty()) {
        return kv::StoreError::corrupt;
    }
    return std::make_unique<Sequence>(id, first_counter(row->key) + run.size(), run.back());
}

TreeSize AuditLog::size() const {
    return impl_->durable()->size();
}

Digest AuditLog::root() const {
    return impl_->durable()->head().root;
}

Result<Leaf> AuditLog::leaf(LogIndex index) const {
    SERAI_TRY(page, leaves(index, 1));
    if (page.empty()) {
        return AuditError::not_in_log;
    }
    return page.front();
}

Result<std::vector<Leaf>> AuditLog::leaves(LogIndex from, std::size_t max) const {
    const std::uint64_t end = size().value();
    if (from.value() > end) {
        return AuditError::not_in_log;
    }
    std::size_t count = std::min<std::size_t>(max, limits::kMaxPage / protocol::message::kLeafSize);
    count = std::min<std::uint64_t>(count, end - from.value());
    std::vector<Leaf> out;
    if (count == 0) {
        return out;
    }
    SERAI_TRY(page, impl_->store.read(kv::make_key(keyspace::kLeavesLog), from.value(), count));
    for (const Bytes& record : page.records) {
        SERAI_TRY(leaf, decode_exact<Leaf>(record));
        out.push_back(leaf);
    }
    return out;
}

Result<std::vector<Digest>> AuditLog::prove_inclusion(LogIndex index, TreeSize size) const {
    const auto edge = impl_->durable();
    if (size > edge->size() || index.value() >= size.value()) {
        return AuditError::not_in_log;
    }
    return merkle::inclusion_proof(index, size, edge->nodes(impl_->store, size));
}

Result<std::vector<Digest>> AuditLog::prove_consistency(TreeSize from, TreeSize to) const {
    const auto edge = impl_->durable();
    if (from.value() == 0 || from > to || to > edge->size()) {
        return AuditError::not_in_log;
    }
    return merkle::consistency_proof(from, to, edge->nodes(impl_->store, to));
}

Result<Bytes> AuditLog::tile(std::uint8_t level, std::uint64_t index, std::uint16_t width) const {
    return impl_->durable()->tile(impl_->store, {level, index, width});
}

Result<Bytes> AuditLog::entries(std::uint64_t index, std::uint16_t width) const {
    const std::uint64_t end = size().value();
    if (width == 0 || width > merkle::kTileWidth || index > end / merkle::kTileWidth ||
        index * merkle::kTileWidth + width > end) {
        return AuditError::not_a_tile;
    }
    Bytes out;
    Writer writer{out};
    std::uint64_t written = 0;
    while (written < width) {
        SERAI_TRY(page,
                  impl_->store.read(kv::make_key(keyspace::kLeavesLog),
                                    index * merkle::kTileWidth + written,
                                    width - written));
        for (const Bytes& leaf : page.records) {
            writer.u16(static_cast<std::uint16_t>(leaf.size()));
            writer.fixed(leaf);
            ++written;
        }
    }
    return out;
}

Result<std::string> AuditLog::checkpoint() {
    const TreeSize wanted = size();
    if (wanted.value() == 0) {
        return AuditError::not_in_log;
    }
    const std::lock_guard signing{impl_->signing};
    {
        // Who waited while others signed mostly finds a note that covers what was durable when it asked: however many ask at
        // once, and however fast the log grows, two of them write.
        const std::lock_guard lock{impl_->mutex};
        if (!impl_->note.empty() && impl_->note_size >= wanted) {
            return impl_->note;
        }
    }
    const TreeHead head = impl_->durable()->head();
    // "signed" first, synced: whatever happens next, this log will never claim to be smaller than what it signed.
    if (impl_->signed_head != head) {
        kv::WriteBatch batch;
        batch.put_encoded(Space::state, kv::make_key(keyspace::kSignedHead), head);
        SERAI_CHECK(impl_->store.commit(batch));
        impl_->signed_head = head;
    }
    SERAI_CRASH_POINT("audit.signed");
    return impl_->sign(head);
}

Result<std::string> AuditLog::newest_checkpoint() const {
    const std::lock_guard signing{impl_->signing};
    const TreeHead head = impl_->signed_head;
    if (head.size.value() == 0) {
        return AuditError::not_in_log;
    }
    {
        const std::lock_guard lock{impl_->mutex};
        if (!impl_->note.empty() && impl_->note_size == head.size) {
            return impl_->note;
        }
    }
    return impl_->sign(head);  // signed before the start
}

Result<OpenedEntry> AuditLog::opened(LogIndex index) const {
    SERAI_TRY(found, leaf(index));
    SERAI_TRY(row, impl_->store.get(Space::openings, kv::make_key(keyspace::kOpening, index)));
    if (!row) {
        return AuditError::erased;
    }
    SERAI_TRY(opening, decode_exact<Opening>(*row));
    return OpenedEntry{index, found, std::move(opening)};
}

Result<std::vector<LogIndex>> AuditLog::sequence(const SequenceId& id,
                                                 std::uint64_t from,
                                                 std::size_t max) const {
    std::vector<LogIndex> out;
    SERAI_TRY(row, row_before(impl_->store, id, from));
    if (!row) {
        return out;
    }
    kv::ScanRequest request;
    request.begin = std::move(row->key);
    request.end = to_bytes(sequence_key(id, ~std::uint64_t{0}));
    while (out.size() < max) {
        SERAI_TRY(page, impl_->store.scan(request));
        for (const kv::ScanEntry& entry : page.entries) {
            SERAI_TRY(run, run_of(entry.value));
            const std::uint64_t first = first_counter(entry.key);
            for (std::size_t i = 0; i < run.size() && out.size() < max; ++i) {
                if (first + i >= from) {
                    out.push_back(LogIndex{run[i]});
                }
            }
        }
        if (!page.more) {
            break;
        }
        request = kv::next_page(request, page);
    }
    return out;
}

}  // namespace serai::storage::audit
