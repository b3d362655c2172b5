#include "server/session/outbox.hpp"

#include "protocol/base/limits.hpp"

#include <algorithm>
#include <utility>

namespace serai::server::session {

const Bytes& Outbox::Item::bytes() const {
    const auto* own = std::get_if<Bytes>(&frame);
    return own != nullptr ? *own : *std::get<SharedFrame>(frame);
}

bool Outbox::wake_once() {
    return !std::exchange(woken_, true);
}

void Outbox::queue(Item item) {
    bytes_ += item.bytes().size();
    items_.push_back(std::move(item));
}

bool Outbox::push_responses(std::vector<Bytes> frames) {
    const std::lock_guard lock{mutex_};
    for (Bytes& frame : frames) {
        queue({std::move(frame), 0, true});
    }
    return !frames.empty() && wake_once();
}

bool Outbox::push_event(std::uint16_t kind, SharedFrame frame) {
    const std::lock_guard lock{mutex_};
    const auto same = [kind](const Item& item) {
        return item.event_kind == kind;
    };
    if (std::any_of(items_.begin(), items_.end(), same)) {
        return false;
    }
    queue({std::move(frame), kind, false});
    return wake_once();
}

bool Outbox::subscribe(const GroupId& group, RecordNumber from) {
    const std::lock_guard lock{mutex_};
    const bool full =
        !subscriptions_.contains(group) && subscriptions_.size() >= limits_.subscriptions;
    if (ended_ || full) {
        return false;
    }
    Subscription subscription;
    subscription.next = from;
    subscriptions_.insert_or_assign(group, subscription);
    return true;
}

bool Outbox::start(const GroupId& group) {
    const std::lock_guard lock{mutex_};
    const auto it = subscriptions_.find(group);
    if (it == subscriptions_.end() || it->second.mode != Mode::held) {
        return false;
    }
    set_behind(it);
    return wake_once();
}

void Outbox::unsubscribe(const GroupId& group) {
    const std::lock_guard lock{mutex_};
    subscriptions_.erase(group);
}

void Outbox::end_subscriptions(bool at_once) {
    const std::lock_guard lock{mutex_};
    ended_ = true;
    subscriptions_.clear();
    behind_.clear();
    if (at_once) {
        std::erase_if(items_, [this](const Item& item) {
            bytes_ -= item.is_response ? 0 : item.bytes().size();
            return !item.is_response;
        });
    }
}

void Outbox::set_behind(Subscriptions::iterator it) {
    it->second.mode = Mode::behind;
    behind_.push_back(it->first);
}

bool Outbox::push_next(Subscriptions::iterator it, const NumberedFrame& record) {
    auto& subscription = it->second;
    queue({record.frame, 0, false});
    subscription.next = next(record.number);
    if (subscription.ends_at && subscription.next > *subscription.ends_at) {
        subscriptions_.erase(it);
        return true;
    }
    return false;
}

bool Outbox::offer(const GroupId& group, std::span<const NumberedFrame> records) {
    const std::lock_guard lock{mutex_};
    const auto it = subscriptions_.find(group);
    if (it == subscriptions_.end()) {
        return false;
    }
    auto& subscription = it->second;
    bool news = false;
    for (const NumberedFrame& record : records) {
        subscription.seen_end = std::max(subscription.seen_end, next(record.number));
        if (subscription.mode != Mode::live || record.number < subscription.next) {
            continue;
        }
        news = true;
        if (record.number > subscription.next || bytes_ + record.frame->size() > limits_.bytes) {
            set_behind(it);
        } else if (push_next(it, record)) {
            break;
        }
    }
    return news && wake_once();
}

bool Outbox::end_after(const GroupId& group, RecordNumber last) {
    const std::lock_guard lock{mutex_};
    const auto it = subscriptions_.find(group);
    if (it == subscriptions_.end()) {
        return false;
    }
    it->second.ends_at = last;
    if (it->second.next > last) {
        subscriptions_.erase(it);
        return false;
    }
    return wake_once();
}

std::optional<Outbox::Cursor> Outbox::begin_catch_up() {
    const std::lock_guard lock{mutex_};
    if (catching_up_ || bytes_ > limits_.bytes / 2) {
        return std::nullopt;
    }
    while (!behind_.empty()) {
        const auto group = behind_.front();
        behind_.pop_front();
        const auto it = subscriptions_.find(group);
        if (it != subscriptions_.end() && it->second.mode == Mode::behind) {
            it->second.mode = Mode::reading;
            catching_up_ = true;
            return Cursor{group, it->second.next, limits_.bytes - bytes_};
        }
    }
    return std::nullopt;
}

bool Outbox::caught_up(const GroupId& group,
                       const std::vector<NumberedFrame>& records,
                       RecordNumber end) {
    const std::lock_guard lock{mutex_};
    catching_up_ = false;
    const auto it = subscriptions_.find(group);
    if (it == subscriptions_.end() || it->second.mode != Mode::reading) {
        return wake_once();  // ended or begun anew meanwhile
    }
    for (const auto& record : records) {
        if (record.number == it->second.next && push_next(it, record)) {
            return wake_once();
        }
    }
    auto& subscription = it->second;
    if (subscription.next >= end && subscription.next >= subscription.seen_end) {
        subscription.mode = Mode::live;
    } else {
        set_behind(it);
    }
    return wake_once();
}

void Outbox::catch_up_failed(const GroupId& group) {
    const std::lock_guard lock{mutex_};
    catching_up_ = false;
    const auto it = subscriptions_.find(group);
    if (it != subscriptions_.end() && it->second.mode == Mode::reading) {
        subscriptions_.erase(it);
    }
}

std::size_t Outbox::drain(Bytes& message) {
    message.clear();
    std::size_t responses = 0;
    const std::lock_guard lock{mutex_};
    woken_ = false;
    while (!items_.empty() && message.size() < kTargetMessage) {
        const auto& frame = items_.front().bytes();
        if (!message.empty() && message.size() + frame.size() > limits::kMaxWebSocketMessage) {
            break;
        }
        append(message, frame);
        bytes_ -= frame.size();
        responses += items_.front().is_response ? 1U : 0U;
        items_.pop_front();
    }
    return responses;
}

std::size_t Outbox::queued_bytes() const {
    const std::lock_guard lock{mutex_};
    return bytes_;
}

std::size_t Outbox::subscriptions() const {
    const std::lock_guard lock{mutex_};
    return subscriptions_.size();
}

std::vector<GroupId> Outbox::subscribed_groups() const {
    const std::lock_guard lock{mutex_};
    std::vector<GroupId> groups;
    groups.reserve(subscriptions_.size());
    for (const auto& [group, subscription] : subscriptions_) {
        groups.push_back(group);
    }
    return groups;
}

bool Outbox::is_subscribed(const GroupId& group) const {
    const std::lock_guard lock{mutex_};
    return subscriptions_.contains(group);
}

}  // namespace serai::server::session
