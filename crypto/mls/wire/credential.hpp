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

// Of a type that is not known here: carried as it came, so that a tree or a list of senders which holds one can still be read. Each
// type defined so far is one vector of bytes, and so is this taken to be. Whether it is acceptable is for the validator to say.
struct OtherCredential {
    CredentialType type{};  // neither basic nor x509
    Bytes content;

    friend bool operator==(const OtherCredential&, const OtherCredential&) = default;
};

struct Credential {
    std::variant<BasicCredential, X509Credential, OtherCredential> value;

    [[nodiscard]] CredentialType type() const;

    [[nodiscard]] const X509Credential* x509() const { return std::get_if<X509Credential>(&value); }

    void encode(Writer& writer) const;

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
