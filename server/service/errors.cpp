#include "server/service/errors.hpp"

#include "crypto/act/error.hpp"
#include "crypto/mls/error.hpp"
#include "crypto/primitive/error.hpp"
#include "crypto/x509/error.hpp"
#include "protocol/codec/reader.hpp"
#include "storage/audit/audit_log.hpp"
#include "storage/kv/error.hpp"
#include "storage/objects/object_store.hpp"

namespace serai::server::service {

namespace {

using crypto::act::ActError;
using crypto::mls::MlsError;
using protocol::codec::CodecError;
using storage::audit::AuditError;
using storage::kv::StoreError;
using storage::objects::ObjectError;

WireError of_act(ActError error) {
    switch (error) {
        case ActError::bad_validity:
        case ActError::not_yet_valid:
        case ActError::expired:
            return WireError::act_expired;
        case ActError::wrong_network:
        case ActError::certificate_mismatch:
            return WireError::forbidden;
        default:
            return WireError::verification_failed;
    }
}

WireError of_mls(MlsError error) {
    switch (error) {
        case MlsError::wrong_epoch:
            return WireError::stale_epoch;
        case MlsError::invalid_key_package:
            return WireError::invalid_key_package;
        case MlsError::corrupt_state:
            return WireError::internal;
        default:
            return WireError::invalid_commit;
    }
}

WireError of_store(StoreError error) {
    switch (error) {
        case StoreError::unknown:
            return WireError::unknown_outcome;
        case StoreError::unavailable:
            return WireError::unavailable;
        case StoreError::too_large:
            return WireError::too_large;
        default:
            return WireError::internal;
    }
}

WireError of_audit(AuditError error) {
    switch (error) {
        case AuditError::not_in_log:
        case AuditError::not_a_tile:
        case AuditError::erased:
            return WireError::not_found;
        default:
            return WireError::internal;
    }
}

WireError of_object(ObjectError error) {
    switch (error) {
        case ObjectError::not_found:
            return WireError::not_found;
        case ObjectError::incomplete:
        case ObjectError::digest_mismatch:
            return WireError::upload_incomplete;
        case ObjectError::exists:
        case ObjectError::offset_mismatch:
            return WireError::exists;
        case ObjectError::limit_reached:
            return WireError::too_large;
        case ObjectError::no_space:
        case ObjectError::unavailable:
            return WireError::unavailable;
        case ObjectError::out_of_range:
            return WireError::internal;
    }
    return WireError::internal;
}

template <class Enum>
bool is_of(const ErrorCode& error) {
    return error.category() == make_error_code(Enum{1}).category();
}

}  // namespace

WireError wire_error(const ErrorCode& error) {
    if (error.category() == wire_category()) {
        return static_cast<WireError>(error.value());
    }
    if (is_of<CodecError>(error)) {
        return WireError::malformed;
    }
    if (is_of<crypto::CryptoError>(error)) {
        return WireError::verification_failed;
    }
    if (is_of<crypto::x509::X509Error>(error)) {
        return WireError::invalid_certificate;
    }
    if (is_of<ActError>(error)) {
        return of_act(static_cast<ActError>(error.value()));
    }
    if (is_of<MlsError>(error)) {
        return of_mls(static_cast<MlsError>(error.value()));
    }
    if (is_of<StoreError>(error)) {
        return of_store(static_cast<StoreError>(error.value()));
    }
    if (is_of<AuditError>(error)) {
        return of_audit(static_cast<AuditError>(error.value()));
    }
    if (is_of<ObjectError>(error)) {
        return of_object(static_cast<ObjectError>(error.value()));
    }
    return WireError::internal;
}

std::string_view detail_of(const ErrorCode& error) {
    if (is_of<crypto::x509::X509Error>(error)) {
        return crypto::x509::name(static_cast<crypto::x509::X509Error>(error.value()));
    }
    return {};
}

}  // namespace serai::server::service
