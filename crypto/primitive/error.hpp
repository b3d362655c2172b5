#pragma once

#include "protocol/base/result.hpp"

namespace serai::crypto {

enum class CryptoError {
    bad_key = 1,              // a key of the wrong size, or that is no valid point
    bad_length = 2,           // an input or output length that the algorithm does not allow
    verification_failed = 3,  // a signature, MAC or AEAD tag is wrong; deliberately no detail
};

const boost::system::error_category& crypto_category();
boost::system::error_code make_error_code(CryptoError error);

}  // namespace serai::crypto

template <>
struct boost::system::is_error_code_enum<serai::crypto::CryptoError> : std::true_type {};
