#pragma once

#include "crypto/mls/wire/types.hpp"

#include <variant>

namespace serai::crypto::mls {

struct BasicCredential {
    Bytes identity;

    friend bool operator==(const BasicCredential&, const BasicCredential&) = default;
};

// DER certificates, the end entity first (RFC 9420, section 5.3).
struct X509Credential {
    std::vector<Bytes> certificates;

    friend bool operator==(const X509Credential&, const X509Credential&) = default;
};

struct Credential {
    std::variant<BasicCredential, X509Credential> value;

    [[nodiscard]] CredentialType type() const {
        return value.index() == 0 ? CredentialType::basic : CredentialType::x509;
    }

    [[nodiscard]] const X509Credential* x509() const { return std::get_if<X509Credential>(&value); }

    void encode(Writer& writer) const;

    // Types other than basic and x509 do not decode: their length is not known.
    static Result<Credential> decode(Reader& reader);
    friend bool operator==(const Credential&, const Credential&) = default;
};

// An entry of the external_senders group context extension (section 12.1.8.1).
struct ExternalSender {
    Bytes signature_key;
    Credential credential;

    void encode(Writer& writer) const;
    static Result<ExternalSender> decode(Reader& reader);
    friend bool operator==(const ExternalSender&, const ExternalSender&) = default;
};

}  // namespace serai::crypto::mls
