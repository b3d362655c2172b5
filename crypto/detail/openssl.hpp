// Owning handles for OpenSSL's objects, and manners towards its error queue. Internal: only .cpp files of crypto/ include this.
#pragma once

#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

namespace serai::crypto::detail {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

template <class T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

using PkeyHandle = Handle<EVP_PKEY, EVP_PKEY_free>;
using PkeyCtxHandle = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

// Leaves the thread's OpenSSL error queue as it was found: what we refuse must not look like a TLS failure to the next
// SSL call on this thread.
class ErrorQueueGuard {
  public:
    ErrorQueueGuard() { ERR_set_mark(); }

    ~ErrorQueueGuard() { ERR_pop_to_mark(); }

    ErrorQueueGuard(const ErrorQueueGuard&) = delete;
    ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
};

}  // namespace serai::crypto::detail
