#include "crypto/x509/certificate.hpp"

#include "crypto/primitive/hash.hpp"
#include "crypto/x509/detail/parsed.hpp"

#include <algorithm>
#include <ctime>

namespace serai::crypto::x509 {

namespace detail {

Result<Bytes> integer_bytes(const ASN1_INTEGER* integer) {
    if (integer == nullptr || ASN1_STRING_type(integer) == V_ASN1_NEG_INTEGER) {
        return X509Error::malformed;
    }
    const unsigned char* data = ASN1_STRING_get0_data(integer);
    Bytes out(data, data + ASN1_STRING_length(integer));
    const auto first = std::find_if(out.begin(), out.end(), [](std::uint8_t b) { return b != 0; });
    out.erase(out.begin(), first);
    return out;
}

Result<UnixSeconds> unix_seconds(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
        return X509Error::malformed;
    }
    const std::time_t seconds = timegm(&parts);
    if (seconds < 0) {
        return X509Error::malformed;
    }
    return UnixSeconds{static_cast<std::uint64_t>(seconds)};
}

}  // namespace detail

namespace {

using detail::GeneralNamesHandle;

Result<std::vector<std::string>> uris_of(const X509* certificate) {
    int critical = -1;
    GeneralNamesHandle names{static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, nullptr))};
    std::vector<std::string> uris;
    if (names == nullptr) {
        // -1: not there. Anything else: there twice, or not decodable.
        return critical == -1 ? Result<std::vector<std::string>>{uris} : X509Error::malformed;
    }
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_URI) {
            const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
            const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri));
            uris.emplace_back(text, static_cast<std::size_t>(ASN1_STRING_length(uri)));
        }
    }
    return uris;
}

KeyAlgorithm algorithm_of_curve(const EVP_PKEY* key) {
    char group[32] = {};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key, group, sizeof group, &size) != 1) {
        return KeyAlgorithm::other;
    }
    switch (OBJ_txt2nid(group)) {
        case NID_X9_62_prime256v1:
            return KeyAlgorithm::ecdsa_p256;
        case NID_secp384r1:
            return KeyAlgorithm::ecdsa_p384;
        case NID_secp521r1:
            return KeyAlgorithm::ecdsa_p521;
        default:
            return KeyAlgorithm::other;
    }
}

KeyAlgorithm algorithm_of(const EVP_PKEY* key) {
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_ED25519:
            return KeyAlgorithm::ed25519;
        case EVP_PKEY_ED448:
            return KeyAlgorithm::ed448;
        case EVP_PKEY_EC:
            return algorithm_of_curve(key);
        default:
            return KeyAlgorithm::other;
    }
}

Bytes key_bits_of(const X509* certificate) {
    const ASN1_BIT_STRING* bits = X509_get0_pubkey_bitstr(certificate);
    const unsigned char* data = ASN1_STRING_get0_data(bits);
    return {data, data + ASN1_STRING_length(bits)};
}

Result<void> fill_key(Certificate::Parsed& parsed) {
    const X509* certificate = parsed.handle.get();
    parsed.spki = detail::to_der(X509_get_X509_PUBKEY(certificate), i2d_X509_PUBKEY);
    parsed.spki_hash = sha256(parsed.spki);
    const EVP_PKEY* key = X509_get0_pubkey(certificate);
    // A key type that the library does not know is somebody's future, not an error of encoding.
    parsed.key_algorithm = key == nullptr ? KeyAlgorithm::other : algorithm_of(key);
    parsed.public_key = key_bits_of(certificate);
    if (parsed.spki.empty()) {
        return X509Error::malformed;
    }
    return {};
}

Result<void> fill(Certificate::Parsed& parsed) {
    X509* certificate = parsed.handle.get();
    SERAI_CHECK(fill_key(parsed));
    SERAI_TRY(serial, detail::integer_bytes(X509_get0_serialNumber(certificate)));
    SERAI_TRY(not_before, detail::unix_seconds(X509_get0_notBefore(certificate)));
    SERAI_TRY(not_after, detail::unix_seconds(X509_get0_notAfter(certificate)));
    SERAI_TRY(uris, uris_of(certificate));
    parsed.serial = std::move(serial);
    parsed.not_before = not_before;
    parsed.not_after = not_after;
    parsed.uris = std::move(uris);
    parsed.issuer = detail::to_der(X509_get_issuer_name(certificate), i2d_X509_NAME);
    parsed.subject = detail::to_der(X509_get_subject_name(certificate), i2d_X509_NAME);
    // Fills the extension cache, so that later uses from several threads only read it.
    if (X509_check_purpose(certificate, -1, 0) != 1 ||
        (X509_get_extension_flags(certificate) & EXFLAG_INVALID) != 0) {
        return X509Error::malformed;
    }
    return {};
}

}  // namespace

Result<Certificate> Certificate::parse(ByteView der) {
    const detail::ErrorQueueGuard guard;
    const unsigned char* cursor = der.data();
    auto parsed = std::make_shared<Parsed>();
    parsed->handle.reset(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
    if (parsed->handle == nullptr || cursor != der.data() + der.size()) {
        return X509Error::malformed;
    }
    // The library reads some BER too; only the one DER form may have a hash here.
    parsed->der = detail::to_der(parsed->handle.get(), i2d_X509);
    if (!equal(parsed->der, der)) {
        return X509Error::malformed;
    }
    parsed->hash = sha256(der);
    SERAI_CHECK(fill(*parsed));
    return Certificate{std::move(parsed)};
}

const Bytes& Certificate::der() const {
    return parsed_->der;
}

const Digest& Certificate::hash() const {
    return parsed_->hash;
}

const Bytes& Certificate::spki() const {
    return parsed_->spki;
}

const Digest& Certificate::spki_hash() const {
    return parsed_->spki_hash;
}

KeyAlgorithm Certificate::key_algorithm() const {
    return parsed_->key_algorithm;
}

const Bytes& Certificate::public_key() const {
    return parsed_->public_key;
}

const Bytes& Certificate::serial() const {
    return parsed_->serial;
}

const Bytes& Certificate::issuer() const {
    return parsed_->issuer;
}

const Bytes& Certificate::subject() const {
    return parsed_->subject;
}

UnixSeconds Certificate::not_before() const {
    return parsed_->not_before;
}

UnixSeconds Certificate::not_after() const {
    return parsed_->not_after;
}

const std::vector<std::string>& Certificate::uris() const {
    return parsed_->uris;
}

bool Certificate::is_ca() const {
    return (X509_get_extension_flags(parsed_->handle.get()) & EXFLAG_CA) != 0;
}

Result<protocol::network::SpiffeId> Certificate::claimed_id() const {
    if (uris().empty()) {
        return X509Error::no_uri;
    }
    if (uris().size() > 1) {
        return X509Error::two_uris;
    }
    auto id = protocol::network::SpiffeId::parse(uris().front());
    return id ? std::move(id) : X509Error::bad_spiffe_id;
}

}  // namespace serai::crypto::x509
