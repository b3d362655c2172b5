#include "crypto/mls/wire/credential.hpp"

namespace serai::crypto::mls {

void Credential::encode(Writer& writer) const {
    writer.enumeration(type());
    if (const auto* basic = std::get_if<BasicCredential>(&value)) {
        writer.vector(basic->identity);
        return;
    }
    writer.nested([&](Writer& inner) {
        for (const auto& certificate : std::get<X509Credential>(value).certificates) {
            inner.vector(certificate);
        }
    });
}

Result<Credential> Credential::decode(Reader& reader) {
    SERAI_TRY(type, read_closed(reader, CredentialType::x509));
    if (type == CredentialType::basic) {
        SERAI_TRY(identity, read_bytes(reader));
        return Credential{BasicCredential{std::move(identity)}};
    }
    SERAI_TRY(content, reader.vector());
    Reader inner{content};
    X509Credential x509;
    while (!inner.at_end()) {
        SERAI_TRY(certificate, read_bytes(inner));
        x509.certificates.push_back(std::move(certificate));
    }
    return Credential{std::move(x509)};
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
