// Use cases of a channel's life: found, establish, admit, expel, commit, and reading what a channel is.
#pragma once

#include "protocol/message/request.hpp"
#include "server/service/context.hpp"

namespace serai::server::service {

// Runs on the worker pools; thread-safe.
class Channels {
  public:
    explicit Channels(const Context& context) : context_(context) {}

    void handle(const Call& call, protocol::message::FoundChannel request) const;
    void handle(const Call& call, protocol::message::EstablishChannel request) const;
    void handle(const Call& call, protocol::message::Admit request) const;
    void handle(const Call& call, protocol::message::Expel request) const;
    void handle(const Call& call, protocol::message::Commit request) const;
    void handle(const Call& call, const protocol::message::ListChannels& request) const;
    void handle(const Call& call, const protocol::message::FetchTree& request) const;
    void handle(const Call& call, const protocol::message::ListActs& request) const;
    void handle(const Call& call, const protocol::message::FetchGroupInfo& request) const;
    void handle(const Call& call, protocol::message::Restore request) const;
    void handle(const Call& call, protocol::message::Report request) const;

  private:
    template <class Request>
    void record_act(const Call& call, Request request) const;

    const Context& context_;
};

}  // namespace serai::server::service
