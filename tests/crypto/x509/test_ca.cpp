#include "tests/crypto/x509/test_ca.hpp"

#include "crypto/x509/detail/openssl.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

#include <stdexcept>

namespace serai::tests {
namespace {

using crypto::x509::detail::Handle;
using crypto::x509::detail::PkeyHandle;
using crypto::x509::detail::to_der;
using crypto::x509::detail::X509CrlHandle;
using crypto::x509::detail::X509Handle;

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::runtime_error{std::string{"test CA: "} + what};
    }
}

PkeyHandle private_pkey(const crypto::SignatureKeyPair& key) {
    return crypto::ed25519_seed(key.private_key)
        .with_bytes(crypto::SecretAccess{"test CA key"}, [](ByteView seed) {
            return PkeyHandle{
                EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size())};
        });
}

PkeyHandle public_pkey(const char* type, ByteView key) {
    return PkeyHandle{
        EVP_PKEY_new_raw_public_key_ex(nullptr, type, nullptr, key.data(), key.size())};
}

// OpenSSL's name of a curve of NIST; null for the other kinds.
const char* curve_of(LeafKey kind) {
    switch (kind) {
        case LeafKey::p256:
            return "P-256";
        case LeafKey::p384:
            return "P-384";
        case LeafKey::p521:
            return "P-521";
        default:
            return nullptr;
    }
}

const char* type_of(LeafKey kind) {
    switch (kind) {
        case LeafKey::ed25519:
            return "ED25519";
        case LeafKey::ed448:
            return "ED448";
        case LeafKey::x25519:
            return "X25519";
        default:
            return "EC";
    }
}

PkeyHandle point_pkey(const char* curve, ByteView point) {
    const Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context{
        EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)};
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>(curve), 0),
        OSSL_PARAM_construct_octet_string(
            OSSL_PKEY_PARAM_PUB_KEY, const_cast<std::uint8_t*>(point.data()), point.size()),
        OSSL_PARAM_construct_end()};
    EVP_PKEY* key = nullptr;
    require(EVP_PKEY_fromdata_init(context.get()) == 1 &&
                EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) == 1,
            "a point of the curve");
    return PkeyHandle{key};
}

PkeyHandle leaf_pkey(const LeafOptions& options) {
    const char* curve = curve_of(options.key_kind);
    const char* type = type_of(options.key_kind);
    const Bytes& key = options.public_key;
    if (key.empty()) {
        return PkeyHandle{EVP_PKEY_Q_keygen(nullptr, nullptr, type, curve)};
    }
    return curve != nullptr ? point_pkey(curve, key) : public_pkey(type, key);
}

void set_random_serial(X509* certificate) {
    auto bytes = crypto::system_random().array<16>();
    bytes[0] = 0x42;
    const Handle<BIGNUM, BN_free> number{BN_bin2bn(bytes.data(), 16, nullptr)};
    require(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
            "serial");
}

void add_extension(X509* subject, X509* issuer, int nid, const std::string& value) {
    if (value.empty()) {
        return;
    }
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
    const Handle<X509_EXTENSION, X509_EXTENSION_free> made{
        X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())};
    require(made != nullptr && X509_add_ext(subject, made.get(), -1) == 1, value.c_str());
}

Handle<X509_EXTENSION, X509_EXTENSION_free> unknown_critical(const std::string& oid) {
    const Handle<ASN1_OBJECT, ASN1_OBJECT_free> object{OBJ_txt2obj(oid.c_str(), 1)};
    const Handle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> content{ASN1_OCTET_STRING_new()};
    const unsigned char null_value[] = {0x05, 0x00};
    ASN1_OCTET_STRING_set(content.get(), null_value, sizeof null_value);
    return Handle<X509_EXTENSION, X509_EXTENSION_free>{
        X509_EXTENSION_create_by_OBJ(nullptr, object.get(), 1, content.get())};
}

void set_name(X509_NAME* name, const std::string& common_name) {
    require(X509_NAME_add_entry_by_txt(name,
                                       "CN",
                                       MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(common_name.c_str()),
                                       -1,
                                       -1,
                                       0) == 1,
            "name");
}

X509Handle blank_certificate(UnixSeconds not_before, UnixSeconds not_after) {
    X509Handle certificate{X509_new()};
    X509_set_version(certificate.get(), X509_VERSION_3);
    set_random_serial(certificate.get());
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()),
                  static_cast<std::time_t>(not_before.value()));
    ASN1_TIME_set(X509_getm_notAfter(certificate.get()),
                  static_cast<std::time_t>(not_after.value()));
    return certificate;
}

// The signature is the last part of both structures.
Bytes finished(Bytes der, bool damage_signature) {
    if (damage_signature) {
        der.back() ^= 1;
    }
    return der;
}

}  // namespace

struct TestCa::Impl {
    std::string trust_domain;
    CaOptions options;
    crypto::SignatureKeyPair key;
    X509Handle certificate;
    Bytes der;
};

namespace {

std::string join(const std::vector<std::string>& uris, const std::string& more) {
    std::string out;
    for (const auto& uri : uris) {
        out += (out.empty() ? "URI:" : ",URI:") + uri;
    }
    if (!more.empty()) {
        out += (out.empty() ? "" : ",") + more;
    }
    return out;
}

// issuer == nullptr: self-signed.
X509Handle ca_certificate(const std::string& trust_domain,
                          const CaOptions& options,
                          const crypto::SignatureKeyPair& key,
                          X509* issuer,
                          const crypto::SignatureKeyPair& issuer_key) {
    X509Handle certificate = blank_certificate(options.not_before, options.not_after);
    X509* x = certificate.get();
    set_name(X509_get_subject_name(x), trust_domain + " " + options.common_name);
    X509_set_issuer_name(x, X509_get_subject_name(issuer == nullptr ? x : issuer));
    X509_set_pubkey(x, public_pkey("ED25519", key.public_key).get());
    const std::string uri = options.uri.value_or("spiffe://" + trust_domain);
    add_extension(x, x, NID_basic_constraints, options.basic_constraints);
    add_extension(x, x, NID_key_usage, options.key_usage);
    add_extension(x, x, NID_subject_key_identifier, "hash");
    if (issuer != nullptr) {
        add_extension(x, issuer, NID_authority_key_identifier, "keyid:always");
    }
    add_extension(x, x, NID_subject_alt_name, uri.empty() ? "" : "URI:" + uri);
    add_extension(x, x, NID_name_constraints, options.name_constraints);
    require(X509_sign(x, private_pkey(issuer_key).get(), nullptr) > 0, "sign");
    return certificate;
}

}  // namespace

TestCa::TestCa(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
    impl_->der = to_der(impl_->certificate.get(), i2d_X509);
}

TestCa::TestCa(std::string trust_domain, const CaOptions& options)
    : impl_(std::make_unique<Impl>(
          Impl{std::move(trust_domain), options, crypto::ed25519_generate(), nullptr, {}})) {
    impl_->certificate =
        ca_certificate(impl_->trust_domain, options, impl_->key, nullptr, impl_->key);
    impl_->der = to_der(impl_->certificate.get(), i2d_X509);
}

TestCa::~TestCa() = default;
TestCa::TestCa(TestCa&&) noexcept = default;
TestCa& TestCa::operator=(TestCa&&) noexcept = default;

TestCa TestCa::intermediate(const CaOptions& options) {
    auto impl = std::make_unique<Impl>(
        Impl{impl_->trust_domain, options, crypto::ed25519_generate(), nullptr, {}});
    impl->certificate = ca_certificate(
        impl_->trust_domain, options, impl->key, impl_->certificate.get(), impl_->key);
    return TestCa{std::move(impl)};
}

TestCa TestCa::same_name(const CaOptions& options) const {
    return TestCa{impl_->trust_domain, options};
}

const Bytes& TestCa::certificate() const {
    return impl_->der;
}

const crypto::SignatureKeyPair& TestCa::key() const {
    return impl_->key;
}

Bytes TestCa::issue(const LeafOptions& options) const {
    X509Handle certificate = blank_certificate(options.not_before, options.not_after);
    X509* x = certificate.get();
    X509* issuer = impl_->certificate.get();
    set_name(X509_get_subject_name(x), "device");
    X509_set_issuer_name(x, X509_get_subject_name(issuer));
    X509_set_pubkey(x, leaf_pkey(options).get());
    add_extension(x, issuer, NID_basic_constraints, options.basic_constraints);
    add_extension(x, issuer, NID_key_usage, options.key_usage);
    add_extension(x, issuer, NID_ext_key_usage, options.extended_key_usage);
    add_extension(x, issuer, NID_subject_key_identifier, "hash");
    add_extension(
        x, issuer, NID_authority_key_identifier, options.authority_key_id ? "keyid:always" : "");
    add_extension(x, issuer, NID_subject_alt_name, join(options.uris, options.more_names));
    if (!options.critical_extension_oid.empty()) {
        X509_add_ext(x, unknown_critical(options.critical_extension_oid).get(), -1);
    }
    require(X509_sign(x, private_pkey(impl_->key).get(), nullptr) > 0, "sign");
    return finished(to_der(x, i2d_X509), options.damage_signature);
}

Bytes TestCa::crl(const CrlOptions& options) const {
    const X509CrlHandle crl{X509_CRL_new()};
    X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(impl_->certificate.get()));
    const Handle<ASN1_TIME, ASN1_TIME_free> this_update{
        ASN1_TIME_set(nullptr, static_cast<std::time_t>(options.this_update.value()))};
    const Handle<ASN1_TIME, ASN1_TIME_free> next_update{
        ASN1_TIME_set(nullptr, static_cast<std::time_t>(options.next_update.value()))};
    X509_CRL_set1_lastUpdate(crl.get(), this_update.get());
    X509_CRL_set1_nextUpdate(crl.get(), next_update.get());
    for (const auto& serial : options.serials) {
        const Handle<BIGNUM, BN_free> number{
            BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr)};
        const Handle<ASN1_INTEGER, ASN1_INTEGER_free> integer{
            BN_to_ASN1_INTEGER(number.get(), nullptr)};
        X509_REVOKED* entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, integer.get());
        X509_REVOKED_set_revocationDate(entry, this_update.get());
        X509_CRL_add0_revoked(crl.get(), entry);
    }
    if (options.with_number) {
        const Handle<ASN1_INTEGER, ASN1_INTEGER_free> number{ASN1_INTEGER_new()};
        ASN1_INTEGER_set_uint64(number.get(), options.number);
        X509_CRL_add1_ext_i2d(crl.get(), NID_crl_number, number.get(), 0, 0);
    }
    if (options.critical_extension_oid) {
        X509_CRL_add_ext(crl.get(), unknown_critical(*options.critical_extension_oid).get(), -1);
    }
    X509_CRL_sort(crl.get());
    require(X509_CRL_sign(crl.get(), private_pkey(impl_->key).get(), nullptr) > 0, "sign CRL");
    return finished(to_der(crl.get(), i2d_X509_CRL), options.damage_signature);
}

Bytes TestCa::issue_device(const std::string& path, const Bytes& public_key) const {
    LeafOptions options;
    options.uris = {uri(path)};
    options.public_key = public_key;
    return issue(options);
}

std::string TestCa::uri(const std::string& path) const {
    return "spiffe://" + impl_->trust_domain + "/" + path;
}

}  // namespace serai::tests
