#include "client/error.hpp"

namespace serai::client {
namespace {

const char* sentence(ClientError error) {
    switch (error) {
        case ClientError::bad_argument:
            return "that is not a valid argument";
        case ClientError::not_found:
            return "there is no such thing here";
        case ClientError::ambiguous:
            return "that name fits more than one";
        case ClientError::not_set_up:
            return "this home is not set up yet";
        case ClientError::already_set_up:
            return "this home is set up already";
        case ClientError::file_failed:
            return "the file could not be read or written";
        case ClientError::unreachable:
            return "the server cannot be reached";
        case ClientError::timed_out:
            return "the server did not answer in time";
        case ClientError::wrong_server:
            return "the server's key is not the one that the network's genesis names";
        case ClientError::certificate_refused:
            return "the server did not accept this device's certificate";
        case ClientError::protocol_violation:
            return "the server's answer does not follow the protocol";
        case ClientError::server_lied:
            return "the server was caught in a lie";
        case ClientError::untrusted:
            return "a signature, certificate or authority does not hold up";
        case ClientError::wrong_passphrase:
            return "the passphrase is wrong";
        case ClientError::no_passphrase:
            return "no passphrase was given";
        case ClientError::vault_in_use:
            return "another process is using this home";
        case ClientError::vault_damaged:
            return "this home's store is damaged";
        case ClientError::removed:
            return "this device is no longer a member of the channel";
        case ClientError::not_permitted:
            return "this identity may not do that";
        case ClientError::wedged:
            return "this device cannot follow the channel any more";
        case ClientError::too_contended:
            return "others were faster every time";
        case ClientError::damaged_content:
            return "the content is damaged or not what was announced";
    }
    return "unknown client error";
}

class Category final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "serai.client"; }

    std::string message(int value) const override {
        return sentence(static_cast<ClientError>(value));
    }
};

}  // namespace

const boost::system::error_category& client_category() {
    static const Category category;
    return category;
}

boost::system::error_code make_error_code(ClientError error) {
    return {static_cast<int>(error), client_category()};
}

ErrorCode Diagnostics::fail(ErrorCode error, std::string explanation) {
    explanation_ = std::move(explanation);
    return error;
}

ErrorCode Diagnostics::lied(std::string explanation, std::filesystem::path evidence) {
    evidence_ = std::move(evidence);
    return fail(ClientError::server_lied, std::move(explanation));
}

void Diagnostics::clear() {
    explanation_.clear();
    evidence_.reset();
}

}  // namespace serai::client
