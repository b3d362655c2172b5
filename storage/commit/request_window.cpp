#include "storage/commit/request_window.hpp"

#include "storage/kv/keyspace.hpp"

#include <algorithm>

namespace serai::storage::commit {
namespace {

namespace keyspace = kv::keyspace;

constexpr std::size_t kRowBytes = 256 * 1024;  // a row is written when it has more

kv::Key row_key(std::uint64_t row) {
    return kv::make_key(keyspace::kVerdict, row);
}

std::uint64_t row_of(ByteView key) {
    std::uint64_t row = 0;
    for (const std::uint8_t byte : key.last(8)) {
        row = row << 8U | byte;
    }
    return row;
}

}  // namespace

std::uint64_t VerdictRows::add(const KeptVerdict& verdict, kv::WriteBatch& batch) {
    if (verdicts_.size() + verdict.body.size() > kRowBytes) {
        finish(batch);
    }
    protocol::codec::Writer writer{verdicts_};
    verdict.encode(writer);
    return number_;
}

void VerdictRows::finish(kv::WriteBatch& batch) {
    if (verdicts_.empty()) {
        return;
    }
    Bytes row;
    row.reserve(verdicts_.size() + 5);
    protocol::codec::Writer writer{row};
    writer.u8(kVerdictRowVersion);
    writer.vector(verdicts_);
    batch.put(kv::Space::state, row_key(number_), row);
    verdicts_.clear();
    ++number_;
}

Result<void> RequestWindow::load(const kv::Store& store) {
    auto request = kv::ScanRequest::prefix(kv::Space::state, kv::make_key(keyspace::kVerdict));
    for (bool more = true; more;) {
        SERAI_TRY(page, store.scan(request));
        for (const kv::ScanEntry& row : page.entries) {
            SERAI_TRY(verdicts, decode_verdict_row(row.value));
            const std::uint64_t number = row_of(row.key);
            for (const KeptVerdict& verdict : verdicts) {
                // Twice: the first was forgotten before the request came again.
                if (entries_.contains(verdict.key)) {
                    forget(verdict.key);
                }
                entries_[verdict.key].digest = verdict.digest;
                static_cast<void>(keep(verdict.key,
                                       verdict.time,
                                       std::make_shared<const Bytes>(to_bytes(verdict.body)),
                                       number));
            }
            next_row_ = number + 1;
        }
        more = page.more;
        if (more) {
            request = kv::next_page(request, page);
        }
    }
    forget_crowded();
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
                                        std::shared_ptr<const Bytes> body,
                                        std::uint64_t row) {
    Entry& entry = entries_.at(key);
    note_kept(key, time, body->size());
    entry.body = std::move(body);
    entry.time = time;
    entry.row = row;
    ++rows_[row];
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

void RequestWindow::forget_crowded() {
    for (const Digest& device : crowded_) {
        const auto found = by_device_.find(device);
        while (found != by_device_.end() && found->second.size() > limits_.per_device) {
            forget({device, found->second.front()});
        }
    }
    crowded_.clear();
}

void RequestWindow::trim(UnixMillis now, kv::WriteBatch& batch) {
    forget_crowded();
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
            forget(key);
        }
        order_.pop_front();
    }
    for (const std::uint64_t row : dead_rows_) {
        batch.erase(kv::Space::state, row_key(row));
    }
    dead_rows_.clear();
}

// Whether that verdict was forgotten, even if the request has come again since then.
bool RequestWindow::is_gone(const RequestKey& key, UnixMillis time) const {
    const auto found = entries_.find(key);
    return found == entries_.end() || !found->second.body || found->second.time != time;
}

void RequestWindow::forget(const RequestKey& key) {
    const auto found = entries_.find(key);
    bytes_ -= found->second.body->size();
    const auto row = rows_.find(found->second.row);
    if (--row->second == 0) {
        dead_rows_.push_back(row->first);
        rows_.erase(row);
    }
    entries_.erase(found);
    const auto of_device = by_device_.find(key.device);
    // Almost always the oldest of its device.
    const auto place = std::ranges::find(of_device->second, key.id);
    of_device->second.erase(place);
    if (of_device->second.empty()) {
        by_device_.erase(of_device);
    }
}

}  // namespace serai::storage::commit
