#include "crypto/x509/requests.hpp"

#include "crypto/x509/detail/openssl.hpp"

#include <openssl/bn.h>

#include <algorithm>
#include <string>

namespace serai::crypto::x509 {
namespace {

using detail::Handle;
using detail::PkeyHandle;
using ExtensionHandle = Handle<X509_EXTENSION, X509_EXTENSION_free>;

struct ExtensionsDeleter {
    void operator()(STACK_OF(X509_EXTENSION) * stack) const {
        sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
    }
};

using ExtensionsHandle = std::unique_ptr<STACK_OF(X509_EXTENSION), ExtensionsDeleter>;

PkeyHandle pkey_of(const SignatureKeyPair& key) {
    const auto seed = ed25519_seed(key.private_key);
    return seed.with_bytes(SecretAccess{"Ed25519 key of a request"}, [](ByteView bytes) {
        return PkeyHandle{
            EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes.data(), bytes.size())};
    });
}

// `value` is in OpenSSL's configuration syntax; callers pass text in which nothing can be mistaken for syntax.
ExtensionHandle extension(X509V3_CTX* context, int nid, const std::string& value) {
    return ExtensionHandle{X509V3_EXT_conf_nid(nullptr, context, nid, value.c_str())};
}

bool set_common_name(X509_NAME* name, std::string_view text) {
    return X509_NAME_add_entry_by_txt(name,
                                      "CN",
                                      MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()),
                                      -1,
                                      0) == 1;
}

// At most 64 characters, the upper bound of a common name (RFC 5280, appendix A).
std::string_view short_name(std::string_view text) {
    return text.substr(0, 64);
}

bool is_host_name(std::string_view host) {
    return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == ':';
    });
}

bool is_address(const std::string& host) {
    const Handle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> address{a2i_IPADDRESS(host.c_str())};
    return address != nullptr;
}

bool set_serial(X509* certificate, Random& random) {
    auto bytes = random.array<16>();
    bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x7fU) | 0x40U);  // positive, of full length
    const Handle<BIGNUM, BN_free> number{
        BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)};
    return number != nullptr &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_times(X509* certificate, UnixSeconds not_before, UnixSeconds not_after) {
    return ASN1_TIME_set(X509_getm_notBefore(certificate),
                         static_cast<std::time_t>(not_before.value())) != nullptr &&
           ASN1_TIME_set(X509_getm_notAfter(certificate),
                         static_cast<std::time_t>(not_after.value())) != nullptr;
}

bool add_server_extensions(X509* certificate, const std::string& names) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const std::pair<int, std::string> wanted[] = {
        {NID_basic_constraints, "critical,CA:FALSE"},
        {NID_key_usage, "critical,digitalSignature"},
        {NID_ext_key_usage, "serverAuth"},
        {NID_subject_key_identifier, "hash"},
        {NID_subject_alt_name, names},
    };
    for (const auto& [nid, value] : wanted) {
        const auto made = extension(&context, nid, value);
        if (made == nullptr || X509_add_ext(certificate, made.get(), -1) != 1) {
            return false;
        }
    }
    return true;
}

}  // namespace

Result<Bytes> make_certificate_request(const protocol::network::SpiffeId& id,
                                       const SignatureKeyPair& key) {
    const detail::ErrorQueueGuard guard;
    const PkeyHandle pkey = pkey_of(key);
    const detail::X509ReqHandle request{X509_REQ_new()};
    const ExtensionsHandle extensions{sk_X509_EXTENSION_new_null()};
    if (pkey == nullptr || request == nullptr || extensions == nullptr) {
        return X509Error::openssl_failure;
    }
    // The text rules of SPIFFE IDs leave no comma or colon that the configuration syntax could take for its own.
    auto names = extension(nullptr, NID_subject_alt_name, "URI:" + id.to_string());
    if (names == nullptr || sk_X509_EXTENSION_push(extensions.get(), names.get()) == 0) {
        return X509Error::openssl_failure;
    }
    static_cast<void>(names.release());  // the stack owns it now
    const bool made =
        X509_REQ_set_version(request.get(), 0) == 1 &&
        set_common_name(X509_REQ_get_subject_name(request.get()), short_name(id.person.person)) &&
        X509_REQ_set_pubkey(request.get(), pkey.get()) == 1 &&
        X509_REQ_add_extensions(request.get(), extensions.get()) == 1 &&
        X509_REQ_sign(request.get(), pkey.get(), nullptr) > 0;
    if (!made) {
        return X509Error::openssl_failure;
    }
    return detail::to_der(request.get(), i2d_X509_REQ);
}

Result<Bytes> make_server_certificate(std::string_view host,
                                      const SignatureKeyPair& key,
                                      UnixSeconds not_before,
                                      UnixSeconds not_after,
                                      Random& random) {
    const detail::ErrorQueueGuard guard;
    const std::string name{host};
    const bool address = is_address(name);
    if (!is_host_name(host) || (!address && name.find(':') != std::string::npos)) {
        return X509Error::malformed;
    }
    const PkeyHandle pkey = pkey_of(key);
    const detail::X509Handle certificate{X509_new()};
    if (pkey == nullptr || certificate == nullptr) {
        return X509Error::openssl_failure;
    }
    X509* x = certificate.get();
    const bool made = X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x, random) &&
                      set_times(x, not_before, not_after) &&
                      set_common_name(X509_get_subject_name(x), short_name(host)) &&
                      X509_set_issuer_name(x, X509_get_subject_name(x)) == 1 &&
                      X509_set_pubkey(x, pkey.get()) == 1 &&
                      add_server_extensions(x, (address ? "IP:" : "DNS:") + name) &&
                      X509_sign(x, pkey.get(), nullptr) > 0;
    if (!made) {
        return X509Error::openssl_failure;
    }
    return detail::to_der(x, i2d_X509);
}

}  // namespace serai::crypto::x509
