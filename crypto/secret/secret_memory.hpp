// Memory for secrets: locked against swapping where the system allows it, guarded, and wiped when it is given back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace serai::crypto {

// Owns n bytes of secret memory. Move-only; a moved-from block is empty. Small blocks come from slabs shared by the process
// (one sodium_malloc costs three pages and five system calls, and MLS makes thousands of short secrets), larger ones each from
// sodium_malloc.
// Thread safety: distinct objects may be used from distinct threads; the slabs are guarded inside.
class SecretMemory {
  public:
    // Blocks up to this many bytes share slabs.
    static constexpr std::size_t kMaxPooled = 1024;

    SecretMemory() = default;

    // n zero bytes. Throws std::bad_alloc when memory is short.
    explicit SecretMemory(std::size_t n);
    ~SecretMemory();

    SecretMemory(const SecretMemory&) = delete;
    SecretMemory& operator=(const SecretMemory&) = delete;

    SecretMemory(SecretMemory&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

    SecretMemory& operator=(SecretMemory&& other) noexcept;

    [[nodiscard]] std::span<std::uint8_t> bytes() { return {data_, size_}; }

    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {data_, size_}; }

    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    void release() noexcept;

    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace serai::crypto
