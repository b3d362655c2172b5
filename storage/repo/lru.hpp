// The loaded objects of one kind: at most one object for each key at any time, however often it is loaded and let go.
//
// An object leaves only when nobody but the table holds it, so heads that an intent has pinned, or that a batch is about to
// change, are never loaded a second time. Thread-safe. Loading one key blocks the others of this table that are not loaded.
#pragma once

#include "protocol/base/result.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace serai::storage::repo {

template <class Key, class Value, class Hash = std::hash<Key>>
class Lru {
  public:
    using Ptr = std::shared_ptr<Value>;

    explicit Lru(std::size_t keep) : keep_(keep) {}

    // The loaded object, or what `read` (a function returning Result<Ptr>) makes of it.
    template <class Read>
    Result<Ptr> load(const Key& key, Read&& read) {
        const std::lock_guard lock{mutex_};
        if (const auto found = entries_.find(key); found != entries_.end()) {
            order_.splice(order_.begin(), order_, found->second.place);
            return found->second.value;
        }
        SERAI_TRY(value, std::forward<Read>(read)());
        insert(key, value);
        return value;
    }

    // Adds an object that is known to be new (its key was never loaded).
    void add(const Key& key, Ptr value) {
        const std::lock_guard lock{mutex_};
        if (!entries_.contains(key)) {
            insert(key, std::move(value));
        }
    }

  private:
    struct Entry {
        Ptr value;
        typename std::list<Key>::iterator place;
    };

    void insert(const Key& key, Ptr value) {
        order_.push_front(key);
        entries_.emplace(key, Entry{std::move(value), order_.begin()});
        evict();
    }

    // From the oldest on; what somebody holds stays and is looked at again next time.
    void evict() {
        auto place = order_.end();
        while (entries_.size() > keep_ && place != order_.begin()) {
            --place;
            const auto entry = entries_.find(*place);
            if (entry->second.value.use_count() == 1) {
                entries_.erase(entry);
                place = order_.erase(place);
            }
        }
    }

    std::size_t keep_;
    std::mutex mutex_;
    std::list<Key> order_;  // newest first
    std::unordered_map<Key, Entry, Hash> entries_;
};

}  // namespace serai::storage::repo
