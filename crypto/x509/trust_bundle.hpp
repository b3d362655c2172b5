// The roots of one trust domain. A certificate is only ever judged against the bundle of the domain it names, so the CA of
// one party can never vouch for another's people.
#pragma once

#include "crypto/x509/certificate.hpp"
#include "crypto/x509/error.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace serai::crypto::x509 {

// Immutable and cheap to copy (copies share); any thread may use it.
class TrustBundle {
  public:
    // bad_bundle unless there is a root and each is a self-signed CA that may sign certificates and, if it names URIs, names
    // spiffe://<trust_domain> alone (SPIFFE X.509-SVID, section 4.2). Two roots overlap while a CA renews its key.
    static Result<TrustBundle> make(std::string trust_domain, std::span<const Bytes> roots_der);

    [[nodiscard]] const std::string& trust_domain() const;
    [[nodiscard]] const std::vector<Certificate>& roots() const;

    // For crypto/x509's own files.
    struct Parsed;

    [[nodiscard]] const Parsed& parsed() const { return *parsed_; }

  private:
    explicit TrustBundle(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}

    std::shared_ptr<const Parsed> parsed_;
};

}  // namespace serai::crypto::x509
