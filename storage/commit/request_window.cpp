#include "storage/commit/request_window.hpp"

#include "storage/kv/keyspace.hpp"

#include <algorithm>

namespace serai::storage::commit {
namespace {

namespace keyspace = kv::keyspace;

constexpr std::uint8_t kVersion = 1;

kv::Key row_key(const RequestKey& key) {
    return kv::make_key(keyspace::kVerdict, ByteView{key.device}, key.id);
}

RequestKey key_of(ByteView row) {
    RequestKey key;
    ByteArray<16> id{};
    std::ranges::copy(row.subspan(1, key.device.size()), key.device.begin());
    std::ranges::copy(row.last(id.size()), id.begin());
    key.id = RequestId{id};
    return key;
}

}  // namespace

void KeptVerdict::encode(protocol::codec::Writer& writer) const {
    writer.u8(kVersion);
    writer.fixed(digest);
    writer.strong(time);
    writer.flag(leaf.has_value());
    if (leaf) {
        writer.strong(*leaf);
    }
    writer.vector(body);
}

Result<KeptVerdict> KeptVerdict::decode(protocol::codec::Reader& reader) {
    SERAI_TRY(version, reader.u8());
    SERAI_TRY(digest, reader.array<32>());
    SERAI_TRY(time, reader.strong<UnixMillis>());
    SERAI_TRY(has_leaf, reader.flag());
    KeptVerdict out{digest, time, std::nullopt, {}};
    if (has_leaf) {
        SERAI_TRY(leaf, reader.strong<LogIndex>());
        out.leaf = leaf;
    }
    SERAI_TRY(body, reader.vector());
    if (version != kVersion) {
        return protocol::codec::CodecError::unknown_value;
    }
    out.body = body;
    return out;
}

Result<void> RequestWindow::load(const kv::Store& store) {
    struct Row {
        RequestKey key;
        Digest digest{};
        UnixMillis time;
        std::shared_ptr<const Bytes> body;
    };

    std::vector<Row> rows;
    auto request = kv::ScanRequest::prefix(kv::Space::state, kv::make_key(keyspace::kVerdict));
    for (bool more = true; more;) {
        SERAI_TRY(page, store.scan(request));
        for (const kv::ScanEntry& row : page.entries) {
            SERAI_TRY(verdict, protocol::codec::decode_exact<KeptVerdict>(row.value));
            rows.push_back({key_of(row.key),
                            verdict.digest,
                            verdict.time,
                            std::make_shared<const Bytes>(to_bytes(verdict.body))});
        }
        more = page.more;
        if (more) {
            request = kv::next_page(request, page);
        }
    }
    std::ranges::stable_sort(rows, {}, &Row::time);
    for (Row& row : rows) {
        entries_[row.key].digest = row.digest;
        static_cast<void>(keep(row.key, row.time, std::move(row.body)));
    }
    return {};
}

RequestWindow::State RequestWindow::find(const RequestKey& key, const Digest& digest) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
        return State::unknown;
    }
    if (found->second.digest != digest) {
        return State::reused;
    }
    return found->second.body ? State::kept : State::under_way;
}

Verdict RequestWindow::kept(const RequestKey& key) const {
    return {std::nullopt, entries_.at(key).body};
}

void RequestWindow::begin(const RequestKey& key, const Digest& digest, Waiter waiter) {
    Entry& entry = entries_[key];
    entry.digest = digest;
    entry.waiters.push_back(std::move(waiter));
}

void RequestWindow::wait(const RequestKey& key, Waiter waiter) {
    entries_.at(key).waiters.push_back(std::move(waiter));
}

std::vector<Waiter> RequestWindow::refuse(const RequestKey& key) {
    const auto found = entries_.find(key);
    auto waiters = std::move(found->second.waiters);
    entries_.erase(found);
    return waiters;
}

std::vector<Waiter> RequestWindow::keep(const RequestKey& key,
                                        UnixMillis time,
                                        std::shared_ptr<const Bytes> body) {
    Entry& entry = entries_.at(key);
    note_kept(key, time, body->size());
    entry.body = std::move(body);
    entry.time = time;
    return std::exchange(entry.waiters, {});
}

void RequestWindow::note_kept(const RequestKey& key, UnixMillis time, std::size_t size) {
    order_.emplace_back(key, time);
    auto& of_device = by_device_[key.device];
    of_device.push_back(key.id);
    if (of_device.size() > limits_.per_device) {
        crowded_.push_back(key.device);
    }
    bytes_ += size;
}

std::vector<Waiter> RequestWindow::abandon_all() {
    std::vector<Waiter> all;
    for (auto& [key, entry] : entries_) {
        for (Waiter& waiter : entry.waiters) {
            all.push_back(std::move(waiter));
        }
        entry.waiters.clear();
    }
    return all;
}

void RequestWindow::trim(UnixMillis now, kv::WriteBatch& batch) {
    for (const Digest& device : crowded_) {
        const auto found = by_device_.find(device);
        while (found != by_device_.end() && found->second.size() > limits_.per_device) {
            forget({device, found->second.front()}, batch);
        }
    }
    crowded_.clear();
    // Most of what is forgotten by the rule above stays behind in order_, wherever it is; sweep before that is most of it.
    if (order_.size() > 2 * entries_.size() + 1024) {
        std::erase_if(order_, [&](const auto& item) { return is_gone(item.first, item.second); });
    }
    const auto age = static_cast<std::uint64_t>(limits_.age.count());
    while (!order_.empty()) {
        const auto [key, time] = order_.front();
        if (!is_gone(key, time)) {
            if (time.value() + age > now.value() && bytes_ <= limits_.bytes) {
                break;
            }
            forget(key, batch);
        }
        order_.pop_front();
    }
}

// Whether that verdict was forgotten, even if the request has come again since then.
bool RequestWindow::is_gone(const RequestKey& key, UnixMillis time) const {
    const auto found = entries_.find(key);
    return found == entries_.end() || !found->second.body || found->second.time != time;
}

void RequestWindow::forget(const RequestKey& key, kv::WriteBatch& batch) {
    const auto found = entries_.find(key);
    bytes_ -= found->second.body->size();
    entries_.erase(found);
    const auto of_device = by_device_.find(key.device);
    // Almost always the oldest of its device.
    const auto place = std::ranges::find(of_device->second, key.id);
    of_device->second.erase(place);
    if (of_device->second.empty()) {
        by_device_.erase(of_device);
    }
    batch.erase(kv::Space::state, row_key(key));
}

void RequestWindow::write(const RequestKey& key,
                          const KeptVerdict& verdict,
                          kv::WriteBatch& batch) {
    batch.put_encoded(kv::Space::state, row_key(key), verdict);
}

}  // namespace serai::storage::commit
