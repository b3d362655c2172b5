#include "crypto/mls/wire/credential.hpp"

namespace serai::crypto::mls {

CredentialType Credential::type() const {
    if (const auto* other = std::get_if<OtherCredential>(&value)) {
        return other->type;
    }
    return value.index() == 0 ? CredentialType::basic : CredentialType::x509;
}

void Credential::encode(Writer& writer) const {
    writer.enumeration(type());
    if (const auto* basic = std::get_if<BasicCredential>(&value)) {
        writer.vector(basic->identity);
    } else if (const auto* other = std::get_if<OtherCredential>(&value)) {
        writer.vector(other->content);
    } else {
        writer.nested([&](Writer& inner) {
            for (const auto& certificate : std::get<X509Credential>(value).certificates) {
                inner.vector(certificate);
            }
        });
    }
}

namespace {

Result<Credential> decode_x509(ByteView content) {
    Reader reader{content};
    X509Credential x509;
    while (!reader.at_end()) {
        SERAI_TRY(certificate, read_bytes(reader));
        x509.certificates.push_back(std::move(certificate));
    }
    return Credential{std::move(x509)};
}

}  // namespace

Result<Credential> Credential::decode(Reader& reader) {
    SERAI_TRY(type, read_open<CredentialType>(reader));
    SERAI_TRY(content, reader.vector());
    switch (type) {
        case CredentialType::basic:
            return Credential{BasicCredential{to_bytes(content)}};
        case CredentialType::x509:
            return decode_x509(content);
        default:
            break;
    }
    if (type == CredentialType{}) {
        return CodecError::unknown_value;  // reserved
    }
    return Credential{OtherCredential{type, to_bytes(content)}};
}

void ExternalSender::encode(Writer& writer) const {
    writer.vector(signature_key);
    credential.encode(writer);
}

Result<ExternalSender> ExternalSender::decode(Reader& reader) {
    SERAI_TRY(signature_key, read_bytes(reader));
    SERAI_TRY(credential, Credential::decode(reader));
    return ExternalSender{std::move(signature_key), std::move(credential)};
}

}  // namespace serai::crypto::mls
