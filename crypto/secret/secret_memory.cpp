#include "crypto/secret/secret_memory.hpp"

#include "crypto/secret/random.hpp"

#include <sodium.h>

#include <mutex>
#include <new>
#include <vector>

namespace serai::crypto {

namespace {

// Four pages, beside which the three of sodium_malloc itself count for little.
constexpr std::size_t kSlabBytes = 16384;

// Slots of one size, all zero while they are free. Slabs are kept until the process ends.
class SlabPool {
  public:
    explicit SlabPool(std::size_t slot_size) : slot_size_(slot_size) {}

    std::uint8_t* take() {
        const std::lock_guard lock{mutex_};
        if (free_.empty()) {
            grow();
        }
        std::uint8_t* slot = free_.back();
        free_.pop_back();
        return slot;
    }

    // Only the first `used` bytes of the slot were ever in reach of its owner.
    void give_back(std::uint8_t* slot, std::size_t used) noexcept {
        sodium_memzero(slot, used);
        const std::lock_guard lock{mutex_};
        free_.push_back(slot);  // cannot allocate: grow() reserved room for every slot
    }

  private:
    void grow() {
        const std::size_t slots = kSlabBytes / slot_size_;
        free_.reserve((slabs_ + 1) * slots);
        auto* slab = static_cast<std::uint8_t*>(sodium_malloc(kSlabBytes));
        if (slab == nullptr) {
            throw std::bad_alloc{};
        }
        sodium_memzero(slab, kSlabBytes);
        ++slabs_;
        for (std::size_t i = slots; i > 0; --i) {
            free_.push_back(slab + (i - 1) * slot_size_);
        }
    }

    std::size_t slot_size_;
    std::mutex mutex_;
    std::vector<std::uint8_t*> free_;
    std::size_t slabs_ = 0;
};

// Keys; what is made of a few of them; encodings under way.
struct Pools {
    SlabPool small{64};
    SlabPool medium{256};
    SlabPool large{SecretMemory::kMaxPooled};
};

// Never destroyed, so that secrets with static lifetime can still give their slots back.
SlabPool& pool_for(std::size_t n) {
    static Pools* const instance = [] {
        ensure_sodium();
        return new Pools;
    }();
    if (n <= 64) {
        return instance->small;
    }
    return n <= 256 ? instance->medium : instance->large;
}

}  // namespace

SecretMemory::SecretMemory(std::size_t n) : size_(n) {
    if (n == 0) {
        return;
    }
    if (n <= kMaxPooled) {
        data_ = pool_for(n).take();
        return;
    }
    ensure_sodium();
    data_ = static_cast<std::uint8_t*>(sodium_malloc(n));
    if (data_ == nullptr) {
        throw std::bad_alloc{};
    }
    sodium_memzero(data_, n);
}

SecretMemory::~SecretMemory() {
    release();
}

SecretMemory& SecretMemory::operator=(SecretMemory&& other) noexcept {
    if (this != &other) {
        release();
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

void SecretMemory::release() noexcept {
    if (data_ == nullptr) {
        return;
    }
    if (size_ <= kMaxPooled) {
        pool_for(size_).give_back(data_, size_);
    } else {
        sodium_free(data_);
    }
    data_ = nullptr;
    size_ = 0;
}

}  // namespace serai::crypto
