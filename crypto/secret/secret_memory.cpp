#include "crypto/secret/secret_memory.hpp"

#include "crypto/secret/random.hpp"

#include <sodium.h>

#include <mutex>
#include <new>
#include <vector>

namespace serai::crypto {

namespace {

constexpr std::size_t kSlotsPerSlab = 256;

// Slots of kMaxPooled bytes, wiped when free. Slabs are kept until the process ends.
class SlabPool {
  public:
    std::uint8_t* take() {
        const std::lock_guard lock{mutex_};
        if (free_.empty()) {
            grow();
        }
        std::uint8_t* slot = free_.back();
        free_.pop_back();
        return slot;
    }

    void give_back(std::uint8_t* slot) noexcept {
        sodium_memzero(slot, SecretMemory::kMaxPooled);
        const std::lock_guard lock{mutex_};
        free_.push_back(slot);  // cannot allocate: grow() reserved room for every slot
    }

  private:
    void grow() {
        free_.reserve((slabs_ + 1) * kSlotsPerSlab);
        auto* slab =
            static_cast<std::uint8_t*>(sodium_malloc(kSlotsPerSlab * SecretMemory::kMaxPooled));
        if (slab == nullptr) {
            throw std::bad_alloc{};
        }
        sodium_memzero(slab, kSlotsPerSlab * SecretMemory::kMaxPooled);
        ++slabs_;
        for (std::size_t i = kSlotsPerSlab; i > 0; --i) {
            free_.push_back(slab + (i - 1) * SecretMemory::kMaxPooled);
        }
    }

    std::mutex mutex_;
    std::vector<std::uint8_t*> free_;
    std::size_t slabs_ = 0;
};

// Never destroyed, so that secrets with static lifetime can still give their slots back.
SlabPool& pool() {
    static SlabPool* const instance = [] {
        ensure_sodium();
        return new SlabPool;
    }();
    return *instance;
}

}  // namespace

SecretMemory::SecretMemory(std::size_t n) : size_(n) {
    if (n == 0) {
        return;
    }
    if (n <= kMaxPooled) {
        data_ = pool().take();
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
        pool().give_back(data_);
    } else {
        sodium_free(data_);
    }
    data_ = nullptr;
    size_ = 0;
}

}  // namespace serai::crypto
