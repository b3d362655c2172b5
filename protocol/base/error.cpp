#include "protocol/base/error.hpp"

#include <array>
#include <string>

namespace serai {
namespace {

struct Text {
    std::string_view name;
    std::string_view sentence;
};

// Indexed by value - kFirstWireError.
constexpr std::array<Text, kLastWireError> kTexts{{
    {"malformed", "The bytes received do not follow the protocol."},
    {"unsupported_version", "No protocol version is spoken by both sides."},
    {"wrong_network", "The other side belongs to another network."},
    {"forbidden", "This identity is not allowed to do that."},
    {"not_found", "There is no such thing, or none that this identity may see."},
    {"stale_epoch", "The channel has moved on to a newer epoch."},
    {"invalid_commit", "The commit does not fit the channel's public state."},
    {"request_id_reused", "This request id was already used for a different request."},
    {"busy", "The server's queue is full; try again in a moment."},
    {"too_large", "That is larger than the limit allows."},
    {"rate_limited", "Too many requests; try again later."},
    {"unknown_outcome", "The outcome is not known; repeat the same request to learn it."},
    {"unavailable", "The server accepts no changes at the moment."},
    {"commit_first", "A pending removal must be committed before anything is sent."},
    {"verification_failed", "A cryptographic check failed."},
    {"act_expired", "The signed act is not valid at this time."},
    {"act_duplicate", "A signed act with this id was accepted before."},
    {"invalid_certificate", "The certificate is not valid for its trust domain."},
    {"invalid_key_package", "The key package is not valid."},
    {"no_key_package", "No key package is available for that person."},
    {"upload_incomplete", "The uploaded bytes are not complete or do not match."},
    {"grant_expired", "The permission to fetch this document has ended."},
    {"exists", "It already exists with other content."},
    {"shutting_down", "The server is shutting down."},
    {"internal", "The server failed; its log says why."},
}};

const Text& text_of(WireError error) {
    static constexpr Text kUnknown{"unknown", "Unknown error."};
    const auto value = static_cast<std::uint16_t>(error);
    return is_wire_error(value) ? kTexts[value - kFirstWireError] : kUnknown;
}

class WireCategory final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "wire"; }

    std::string message(int value) const override {
        return std::string{sentence(static_cast<WireError>(value))};
    }
};

}  // namespace

std::string_view name(WireError error) {
    return text_of(error).name;
}

std::string_view sentence(WireError error) {
    return text_of(error).sentence;
}

const boost::system::error_category& wire_category() {
    static const WireCategory category;
    return category;
}

boost::system::error_code make_error_code(WireError error) {
    return {static_cast<int>(error), wire_category()};
}

}  // namespace serai
