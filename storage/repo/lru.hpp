// The loaded objects of one kind: at most one object for each key at any time, however often it is loaded and let go.
//
// An object leaves only when nobody but the table holds it, so heads that an intent has pinned, or that a batch is about to
// change, are never loaded a second time. Thread-safe. Loading one key blocks only those who want the same.
#pragma once

#include "protocol/base/result.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace serai::storage::repo {

template <class Key, class Value>
class Lru {
  public:
    using Ptr = std::shared_ptr<Value>;

    // Keeps about `keep` objects, more if more are held.
    explicit Lru(std::size_t keep) : keep_(keep) {}

    // The loaded object, or what `read` (a function returning Result<Ptr>) makes of it. `read` runs without the lock.
    template <class Read>
    Result<Ptr> load(const Key& key, Read&& read) {
        std::unique_lock lock{mutex_};
        while (true) {
            const auto found = entries_.find(key);
            if (found == entries_.end()) {
                break;
            }
            if (found->second.value) {
                order_.splice(order_.begin(), order_, found->second.place);
                return found->second.value;
            }
            loaded_.wait(lock);  // somebody reads it
        }
        order_.push_front(key);
        entries_.emplace(key, Entry{nullptr, order_.begin()});
        lock.unlock();
        Result<Ptr> value = std::forward<Read>(read)();
        lock.lock();
        const auto entry = entries_.find(key);
        if (value) {
            entry->second.value = *value;
            evict();
        } else {
            order_.erase(entry->second.place);
            entries_.erase(entry);
        }
        loaded_.notify_all();
        return value;
    }

  private:
    struct Entry {
        Ptr value;  // null while it is read
        typename std::list<Key>::iterator place;
    };

    // From the oldest on; what somebody holds or reads stays, and is looked at again next time.
    void evict() {
        auto place = order_.end();
        while (entries_.size() > keep_ && place != order_.begin()) {
            --place;
            const auto entry = entries_.find(*place);
            if (entry->second.value && let_go(entry->second.value)) {
                entries_.erase(entry);
                place = order_.erase(place);
            }
        }
    }

    // True if nobody else held the object. A count of the holders would be no answer: somebody may be locking a weak_ptr.
    static bool let_go(Ptr& value) {
        const std::weak_ptr<Value> weak = value;
        value.reset();
        value = weak.lock();
        return value == nullptr;
    }

    std::size_t keep_;
    std::mutex mutex_;
    std::condition_variable loaded_;
    std::list<Key> order_;  // newest first
    std::unordered_map<Key, Entry> entries_;
};

}  // namespace serai::storage::repo
