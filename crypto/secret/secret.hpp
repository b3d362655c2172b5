// Secret<Tag>: key material of one role. The tag keeps roles apart (an EpochSecret is not a LeafKey); the type keeps the bytes
// from being copied, printed, compared in variable time or left behind in freed memory.
//
// `grep SecretAccess` lists every place where raw secret bytes are seen, each with its reason.
#pragma once

#include "crypto/secret/random.hpp"
#include "crypto/secret/secret_memory.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace serai::crypto {

// The token without which no secret byte is visible. The reason is for the reader of the code.
class SecretAccess {
  public:
    constexpr explicit SecretAccess(std::string_view reason) { static_cast<void>(reason); }
};

// Constant time in the content; lengths are public.
[[nodiscard]] bool ct_equal(ByteView a, ByteView b);

// Overwrites bytes that the compiler might otherwise leave: for temporaries that held a secret on the stack or in a vector.
void wipe(std::span<std::uint8_t> bytes);

// A borrowed look at some Secret, of whatever tag, for functions that work with any key. Lives as long as the secret; never
// store one.
class SecretView {
  public:
    SecretView() = default;

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }

    [[nodiscard]] bool empty() const { return bytes_.empty(); }

    [[nodiscard]] ByteView bytes(SecretAccess) const { return bytes_; }

    // For a key that is public by construction (a test vector, an all-zero salt).
    [[nodiscard]] static SecretView of_public(ByteView bytes) { return SecretView{bytes}; }

    // A part of the secret; offset + n <= size().
    [[nodiscard]] SecretView slice(std::size_t offset, std::size_t n) const {
        return SecretView{bytes_.subspan(offset, n)};
    }

  private:
    template <class Tag>
    friend class Secret;

    explicit SecretView(ByteView bytes) : bytes_(bytes) {}

    ByteView bytes_;
};

[[nodiscard]] bool ct_equal(SecretView a, SecretView b);

// Move-only; a moved-from secret is empty. Distinct objects may be used from distinct threads.
template <class Tag>
class Secret {
  public:
    // Empty: stands for "erased" or "not there yet".
    Secret() = default;

    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    Secret(Secret&&) noexcept = default;
    Secret& operator=(Secret&&) noexcept = default;
    ~Secret() = default;

    // Copies; wiping the source is the caller's duty.
    [[nodiscard]] static Secret from_bytes(ByteView source) {
        return filled(source.size(), [&](std::span<std::uint8_t> out) {
            std::copy(source.begin(), source.end(), out.begin());
        });
    }

    // n bytes that `fill` writes in place. `fill` may return void, or a Result<void> whose error is passed on; then this
    // returns a Result<Secret>.
    template <std::invocable<std::span<std::uint8_t>> Fill>
    [[nodiscard]] static auto filled(std::size_t n, Fill&& fill) {
        Secret secret;
        secret.memory_ = SecretMemory{n};
        if constexpr (std::is_void_v<std::invoke_result_t<Fill, std::span<std::uint8_t>>>) {
            std::invoke(std::forward<Fill>(fill), secret.memory_.bytes());
            return secret;
        } else {
            const auto done = std::invoke(std::forward<Fill>(fill), secret.memory_.bytes());
            return done ? Result<Secret>{std::move(secret)} : Result<Secret>{done.error()};
        }
    }

    [[nodiscard]] static Secret random(std::size_t n, Random& source = system_random()) {
        return filled(n, [&](std::span<std::uint8_t> out) { source.fill(out); });
    }

    // All zero; RFC 9420 uses such for absent PSKs and commit secrets.
    [[nodiscard]] static Secret zero(std::size_t n) {
        return filled(n, [](std::span<std::uint8_t>) {});
    }

    [[nodiscard]] std::size_t size() const { return memory_.size(); }

    [[nodiscard]] bool empty() const { return memory_.size() == 0; }

    // Calls fn(ByteView) and returns what it returns. The view must not outlive the call.
    template <std::invocable<ByteView> Fn>
    decltype(auto) with_bytes(SecretAccess, Fn&& fn) const {
        return std::invoke(std::forward<Fn>(fn), ByteView{memory_.bytes()});
    }

    // A second copy, where the protocol really needs two. The reason is for the reader of the code.
    [[nodiscard]] Secret clone(std::string_view reason) const {
        static_cast<void>(reason);
        return from_bytes(memory_.bytes());
    }

    // The same bytes in another role. Consumes this one.
    template <class OtherTag>
    [[nodiscard]] Secret<OtherTag> retag(std::string_view reason) && {
        static_cast<void>(reason);
        Secret<OtherTag> other;
        other.memory_ = std::move(memory_);
        return other;
    }

    // Wipes now instead of at the end of the lifetime.
    void erase() { memory_ = SecretMemory{}; }

    operator SecretView() const& { return SecretView{memory_.bytes()}; }

    // Temporaries may be passed to a function; the view dies with the full expression.
    operator SecretView() && { return SecretView{memory_.bytes()}; }

    bool operator==(const Secret&) const = delete;

  private:
    template <class OtherTag>
    friend class Secret;

    SecretMemory memory_;
};

template <class Stream, class Tag>
Stream& operator<<(Stream&, const Secret<Tag>&) = delete;

template <class Stream>
Stream& operator<<(Stream&, const SecretView&) = delete;

// What libfmt (and so spdlog) looks for.
template <class Tag>
void format_as(const Secret<Tag>&) = delete;
void format_as(const SecretView&) = delete;

}  // namespace serai::crypto
