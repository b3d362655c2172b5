#include "storage/repo/lru.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace serai::tests {
namespace {

using storage::repo::Lru;

using Ptr = std::shared_ptr<int>;

Result<Ptr> make(int key) {
    return std::make_shared<int>(key);
}

TEST(Lru, keeps_what_somebody_holds_and_lets_go_of_the_oldest_of_the_rest) {
    Lru<int, int> loaded{1};
    const auto held = *loaded.load(1, [] { return make(1); });
    std::weak_ptr<int> dropped = *loaded.load(2, [] { return make(2); });

    EXPECT_TRUE(loaded.load(3, [] { return make(3); }));

    EXPECT_TRUE(dropped.expired());
    EXPECT_EQ(*loaded.load(1, [] { return make(1); }), held);
}

TEST(Lru, keeps_the_place_of_what_is_being_read) {
    Lru<int, int> loaded{1};
    const auto first = loaded.load(1, [&] {
        EXPECT_TRUE(loaded.load(2, [] { return make(2); }));
        EXPECT_TRUE(loaded.load(3, [] { return make(3); }));
        return make(1);
    });

    ASSERT_TRUE(first);
    EXPECT_EQ(*loaded.load(1, [] { return make(1); }), *first);
}

// One thread holds the object only by a weak_ptr, as a session does, while the other keeps pushing it out.
TEST(Lru, never_has_a_second_object_while_the_first_is_locked) {
    Lru<int, int> loaded{1};
    std::atomic<bool> done = false;
    std::thread pusher{[&] {
        for (int key = 2; !done; ++key) {
            EXPECT_TRUE(loaded.load(key, [key] { return make(key); }));
        }
    }};
    for (int i = 0; i < 2000; ++i) {
        const std::weak_ptr<int> weak = *loaded.load(1, [] { return make(1); });
        if (const auto locked = weak.lock()) {
            ASSERT_EQ(*loaded.load(1, [] { return make(1); }), locked);
        }
    }
    done = true;
    pusher.join();
}

}  // namespace
}  // namespace serai::tests
