// Internal: only .cpp files of crypto/x509 include this.
#pragma once

#include "crypto/x509/crl.hpp"
#include "crypto/x509/detail/openssl.hpp"

#include <span>

namespace serai::crypto::x509::detail {

// verify_crl against any CAs that are already trusted, for a list that has been taken in: one newer than `at` is no fault, since
// it knows all that an older one does.
Result<void> check_crl(const Crl& crl, std::span<X509* const> issuers, UnixSeconds at);

}  // namespace serai::crypto::x509::detail
