// A server that lies: an honest one behind a transport that changes answers on their way to the client.
#pragma once

#include "client/session/session.hpp"
#include "protocol/message/request.hpp"

#include <functional>
#include <map>

namespace serai::tests {

// May change the answer to a request of that type before the client sees it.
using Lie = std::function<void(protocol::message::RequestType, protocol::message::ResponseFrame&)>;

// A lie about one kind of request: its decoded response may be changed.
template <class Request>
[[nodiscard]] Lie lie_about(std::function<void(typename Request::Response&)> change) {
    return [change = std::move(change)](protocol::message::RequestType type,
                                        protocol::message::ResponseFrame& frame) {
        if (type != Request::kType || frame.error) {
            return;
        }
        auto response = protocol::codec::decode_exact<typename Request::Response>(frame.body);
        if (response) {
            change(*response);
            frame.body = protocol::codec::encode(*response);
        }
    };
}

class TamperingTransport final : public client::session::Transport {
  public:
    TamperingTransport(std::unique_ptr<client::session::Transport> honest, Lie lie)
        : honest_(std::move(honest)), lie_(std::move(lie)) {}

    Result<void> send(ByteView message) override;
    Result<Bytes> receive(std::chrono::milliseconds timeout) override;

  private:
    std::unique_ptr<client::session::Transport> honest_;
    Lie lie_;
    std::map<RequestId, protocol::message::RequestType> asked_;
};

}  // namespace serai::tests
