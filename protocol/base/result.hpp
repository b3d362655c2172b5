// The one result type of protocol, crypto, storage and client: a value, or a boost error_code whose category names the
// layer it comes from. Exceptions are left for bad_alloc, broken invariants and start-up configuration.
#pragma once

#include <boost/system/result.hpp>

namespace serai {

using ErrorCode = boost::system::error_code;

// As boost::system::result, but dropping one is a compile error (boost's own is not nodiscard).
// `*r` is unchecked in release builds: test first, or use SERAI_TRY.
template <class T>
class [[nodiscard]] Result : public boost::system::result<T> {
  public:
    using boost::system::result<T>::result;
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
