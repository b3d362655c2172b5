#include "crypto/x509/crl.hpp"

#include "crypto/primitive/hash.hpp"
#include "crypto/x509/detail/crl_check.hpp"
#include "crypto/x509/detail/parsed.hpp"

#include <algorithm>

namespace serai::crypto::x509 {
namespace {

Result<std::vector<Bytes>> serials_of(X509_CRL* crl) {
    std::vector<Bytes> serials;
    STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(crl);
    const int count = revoked == nullptr ? 0 : sk_X509_REVOKED_num(revoked);
    for (int i = 0; i < count; ++i) {
        const X509_REVOKED* entry = sk_X509_REVOKED_value(revoked, i);
        // A critical entry extension names another issuer or changes the meaning (RFC 5280, section 5.3).
        for (int k = 0; k < X509_REVOKED_get_ext_count(entry); ++k) {
            if (X509_EXTENSION_get_critical(X509_REVOKED_get_ext(entry, k)) != 0) {
                return X509Error::malformed;
            }
        }
        SERAI_TRY(serial, detail::integer_bytes(X509_REVOKED_get0_serialNumber(entry)));
        serials.push_back(std::move(serial));
    }
    std::sort(serials.begin(), serials.end());
    return serials;
}

bool has_critical_extension(const X509_CRL* crl) {
    for (int i = 0; i < X509_CRL_get_ext_count(crl); ++i) {
        if (X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, i)) != 0) {
            return true;
        }
    }
    return false;
}

Result<Bytes> number_of(const X509_CRL* crl) {
    const detail::IntegerHandle number{
        static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(crl, NID_crl_number, nullptr, nullptr))};
    return detail::integer_bytes(number.get());
}

Result<void> fill(Crl::Parsed& parsed) {
    X509_CRL* crl = parsed.handle.get();
    if (has_critical_extension(crl)) {
        return X509Error::malformed;
    }
    SERAI_TRY(number, number_of(crl));
    SERAI_TRY(this_update, detail::unix_seconds(X509_CRL_get0_lastUpdate(crl)));
    SERAI_TRY(next_update, detail::unix_seconds(X509_CRL_get0_nextUpdate(crl)));
    SERAI_TRY(serials, serials_of(crl));
    parsed.number = std::move(number);
    parsed.this_update = this_update;
    parsed.next_update = next_update;
    parsed.serials = std::move(serials);
    parsed.issuer = detail::to_der(X509_CRL_get_issuer(crl), i2d_X509_NAME);
    return {};
}

Result<void> check_dates(const Crl& crl, UnixSeconds at) {
    if (crl.next_update() <= crl.this_update() ||
        crl.next_update().value() - crl.this_update().value() > kMaxCrlSeconds) {
        return X509Error::crl_too_long_lived;
    }
    if (at > crl.next_update()) {
        return X509Error::crl_stale;
    }
    return {};
}

}  // namespace

namespace detail {

Result<void> check_crl(const Crl& crl, std::span<X509* const> issuers, UnixSeconds at) {
    const ErrorQueueGuard guard;
    X509_CRL* handle = crl.parsed().handle.get();
    bool issuer_found = false;
    for (X509* issuer : issuers) {
        // KU_CRL_SIGN: RFC 5280, section 6.3.3 (f). X509_get_key_usage is all ones where there is no keyUsage at all.
        if (X509_NAME_cmp(X509_CRL_get_issuer(handle), X509_get_subject_name(issuer)) != 0 ||
            (X509_get_key_usage(issuer) & KU_CRL_SIGN) == 0) {
            continue;
        }
        issuer_found = true;
        if (X509_CRL_verify(handle, X509_get0_pubkey(issuer)) == 1) {
            return check_dates(crl, at);
        }
    }
    return issuer_found ? X509Error::crl_bad_signature : X509Error::crl_bad_issuer;
}

}  // namespace detail

Result<Crl> Crl::parse(ByteView der) {
    const detail::ErrorQueueGuard guard;
    const unsigned char* cursor = der.data();
    auto parsed = std::make_shared<Parsed>();
    parsed->handle.reset(d2i_X509_CRL(nullptr, &cursor, static_cast<long>(der.size())));
    if (parsed->handle == nullptr || cursor != der.data() + der.size()) {
        return X509Error::malformed;
    }
    parsed->der = detail::to_der(parsed->handle.get(), i2d_X509_CRL);
    if (!equal(parsed->der, der)) {
        return X509Error::malformed;
    }
    parsed->hash = sha256(der);
    SERAI_CHECK(fill(*parsed));
    return Crl{std::move(parsed)};
}

const Bytes& Crl::der() const {
    return parsed_->der;
}

const Digest& Crl::hash() const {
    return parsed_->hash;
}

const Bytes& Crl::issuer() const {
    return parsed_->issuer;
}

const Bytes& Crl::number() const {
    return parsed_->number;
}

UnixSeconds Crl::this_update() const {
    return parsed_->this_update;
}

UnixSeconds Crl::next_update() const {
    return parsed_->next_update;
}

const std::vector<Bytes>& Crl::revoked_serials() const {
    return parsed_->serials;
}

bool Crl::revokes(ByteView serial) const {
    return std::binary_search(parsed_->serials.begin(), parsed_->serials.end(), to_bytes(serial));
}

bool Crl::is_newer_than(const Crl& other) const {
    if (number().size() != other.number().size()) {
        return number().size() > other.number().size();
    }
    return number() > other.number();
}

Result<void> verify_crl(const Crl& crl, const TrustBundle& bundle, UnixSeconds at) {
    std::vector<X509*> issuers;
    for (const auto& root : bundle.roots()) {
        issuers.push_back(root.parsed().handle.get());
    }
    if (at < crl.this_update()) {
        return X509Error::crl_not_yet_valid;
    }
    return detail::check_crl(crl, issuers, at);
}

}  // namespace serai::crypto::x509
