// Use cases around becoming a member: key packages and the mailbox.
#pragma once

#include "protocol/message/request.hpp"
#include "server/service/context.hpp"

namespace serai::server::service {

// Runs on the worker pools; thread-safe.
class Directory {
  public:
    explicit Directory(const Context& context) : context_(context) {}

    void handle(const Call& call, protocol::message::PublishKeyPackages request) const;
    void handle(const Call& call, protocol::message::ClaimKeyPackage request) const;
    void handle(const Call& call, const protocol::message::CountKeyPackages& request) const;
    void handle(const Call& call, const protocol::message::ListMailbox& request) const;
    void handle(const Call& call, const protocol::message::DeleteMailbox& request) const;

  private:
    const Context& context_;
};

}  // namespace serai::server::service
