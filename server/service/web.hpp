// The HTTPS side of the port: the log as C2SP tiles, health, and the bytes of documents. docs/protocol.md, section 8.
#pragma once

#include "server/net/http.hpp"
#include "server/service/context.hpp"
#include "server/service/documents.hpp"

namespace serai::server::service {

// Thread-safe; called on the blocking pool.
class Web final : public net::HttpService {
  public:
    Web(const Context& context, Documents& documents) : context_(context), documents_(documents) {}

    net::HttpOutcome handle(const session::Caller& caller,
                            const net::HttpRequest& request) override;

  private:
    [[nodiscard]] net::HttpResponse checkpoint() const;
    [[nodiscard]] net::HttpResponse tile(std::string_view path) const;
    [[nodiscard]] net::HttpResponse health() const;
    net::HttpOutcome documents(const session::Caller& caller, const net::HttpRequest& request);
    net::HttpResponse create(const session::Caller& caller, const net::HttpRequest& request);
    net::HttpOutcome object(const session::Caller& caller,
                            const net::HttpRequest& request,
                            const ObjectId& id);
    net::HttpOutcome append(const session::Caller& caller,
                            const net::HttpRequest& request,
                            const ObjectId& id);
    net::HttpResponse fetch(const session::Caller& caller,
                            const net::HttpRequest& request,
                            const ObjectId& id);

    const Context& context_;
    Documents& documents_;
};

}  // namespace serai::server::service
