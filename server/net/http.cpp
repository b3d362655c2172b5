#include "server/net/http.hpp"

namespace serai::server::net {

namespace {

unsigned status_of(WireError error) {
    switch (error) {
        case WireError::malformed:
            return 400;
        case WireError::grant_expired:
            return 401;
        case WireError::forbidden:
        case WireError::invalid_certificate:
            return 403;
        case WireError::not_found:
            return 404;
        case WireError::exists:
        case WireError::upload_incomplete:
            return 409;
        case WireError::too_large:
            return 413;
        case WireError::rate_limited:
            return 429;
        case WireError::busy:
        case WireError::unavailable:
        case WireError::unknown_outcome:
        case WireError::shutting_down:
            return 503;
        default:
            return 500;
    }
}

}  // namespace

HttpResponse HttpResponse::failure(WireError error) {
    const std::string word{name(error)};
    auto response = text(status_of(error), word + "\n");
    response.headers.emplace_back("Serai-Error", word);
    return response;
}

}  // namespace serai::server::net
