// The one result type of protocol, crypto, storage and client: a value, or a boost error_code whose category names the
// layer it comes from. Exceptions are left for bad_alloc, broken invariants and start-up configuration.
#pragma once

#include <boost/system/result.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace serai {

using ErrorCode = boost::system::error_code;

template <class E>
concept ErrorEnum = boost::system::is_error_code_enum<E>::value;

// As boost::system::result, but dropping one is a compile error (boost's own is not nodiscard), and Result<bool> can be made
// from an error (boost's own refuses, since an error_code converts to bool).
// `*r` is unchecked in release builds: test first, or use SERAI_TRY.
template <class T>
class [[nodiscard]] Result : public boost::system::result<T> {
    using Base = boost::system::result<T>;

  public:
    template <class U = T>

    requires(std::convertible_to<U&&, T> && !std::same_as<std::remove_cvref_t<U>, Result> &&
             !std::same_as<std::remove_cvref_t<U>, ErrorCode>) Result(U&& value)
        : Base(boost::system::in_place_value, std::forward<U>(value)) {}

    Result(const ErrorCode& error) : Base(boost::system::in_place_error, error) {}

    template <ErrorEnum E>
    Result(E error) : Base(boost::system::in_place_error, make_error_code(error)) {}
};

template <>
class [[nodiscard]] Result<void> : public boost::system::result<void> {
    using Base = boost::system::result<void>;

  public:
    Result() = default;

    Result(const ErrorCode& error) : Base(boost::system::in_place_error, error) {}

    template <ErrorEnum E>
    Result(E error) : Base(boost::system::in_place_error, make_error_code(error)) {}
};

}  // namespace serai

#define SERAI_CONCAT_INNER(a, b) a##b
#define SERAI_CONCAT(a, b) SERAI_CONCAT_INNER(a, b)

// SERAI_TRY(name, expression): returns the error of `expression`, or binds `name` to its value.
#define SERAI_TRY(var, expr)                       \
    auto SERAI_CONCAT(var, _result) = (expr);      \
    if (!SERAI_CONCAT(var, _result)) {             \
        return SERAI_CONCAT(var, _result).error(); \
    }                                              \
    auto& var = *SERAI_CONCAT(var, _result)

// SERAI_CHECK(expression): the same for an expression whose value is not needed (Result<void> above all).
#define SERAI_CHECK(expr)                              \
    do {                                               \
        if (auto serai_check = (expr); !serai_check) { \
            return serai_check.error();                \
        }                                              \
    } while (false)
