// Who we are and whom we expect, for TLS: the device's certificate and key, and the server's key as genesis pins it.
#pragma once

#include "crypto/primitive/signature.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <memory>
#include <span>

namespace serai::client::connection {

// TLS 1.3 only, no session tickets. The server is believed by the SHA-256 of its SubjectPublicKeyInfo and by nothing else: no
// name, date or issuer of its certificate matters. Move-only; connections made from it keep what they need of it.
class TlsContext {
  public:
    // chain: DER, the device's certificate first. untrusted if chain and key do not belong together.
    static Result<TlsContext> make(std::span<const Bytes> chain,
                                   const crypto::SignaturePrivateKey& key,
                                   const Digest& server_key);
    ~TlsContext();
    TlsContext(TlsContext&&) noexcept;
    TlsContext& operator=(TlsContext&&) noexcept;

    // For the files of this folder (tls_impl.hpp).
    struct Impl;

    [[nodiscard]] const std::shared_ptr<Impl>& impl() const { return impl_; }

  private:
    explicit TlsContext(std::shared_ptr<Impl> impl);

    std::shared_ptr<Impl> impl_;
};

}  // namespace serai::client::connection
