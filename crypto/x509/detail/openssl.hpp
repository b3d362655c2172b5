// Owning handles for OpenSSL's certificate objects. Internal: only .cpp files of crypto/x509 include this.
#pragma once

#include "crypto/detail/openssl.hpp"
#include "crypto/x509/error.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace serai::crypto::x509::detail {

using crypto::detail::ErrorQueueGuard;
using crypto::detail::Handle;
using crypto::detail::PkeyHandle;

using X509Handle = Handle<X509, X509_free>;
using X509CrlHandle = Handle<X509_CRL, X509_CRL_free>;
using X509ReqHandle = Handle<X509_REQ, X509_REQ_free>;
using X509StoreHandle = Handle<X509_STORE, X509_STORE_free>;
using X509StoreCtxHandle = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;
using GeneralNamesHandle = Handle<GENERAL_NAMES, GENERAL_NAMES_free>;
using IntegerHandle = Handle<ASN1_INTEGER, ASN1_INTEGER_free>;

// The DER bytes that an i2d function writes; empty if it fails.
template <class T, class I2d>
Bytes to_der(const T* object, I2d i2d) {
    const int size = i2d(object, nullptr);
    if (size <= 0) {
        return {};
    }
    Bytes out(static_cast<std::size_t>(size));
    unsigned char* cursor = out.data();
    i2d(object, &cursor);
    return out;
}

// Magnitude of a serial or CRL number, big-endian, shortest form; negative numbers are malformed.
Result<Bytes> integer_bytes(const ASN1_INTEGER* integer);

// Times before 1970 are malformed.
Result<UnixSeconds> unix_seconds(const ASN1_TIME* time);

}  // namespace serai::crypto::x509::detail
