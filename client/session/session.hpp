// One conversation with the server: hello, requests and their answers, events. It knows the protocol's shapes and believes
// none of the content; log_view.hpp and network_view.hpp do the judging.
#pragma once

#include "client/connection/web_socket.hpp"
#include "client/error.hpp"
#include "protocol/message/request.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace serai::client::session {

// How messages reach the server: the WebSocket, or a fake server in a test. One thread at a time.
class Transport {
  public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    virtual Result<void> send(ByteView message) = 0;

    // The next WebSocket message; timed_out leaves everything as it is.
    virtual Result<Bytes> receive(std::chrono::milliseconds timeout) = 0;
};

// The real one.
[[nodiscard]] std::unique_ptr<Transport> over(connection::WebSocket socket);

inline constexpr std::chrono::milliseconds kPatience{60'000};  // for one answer

// Answers come in the order of waiting: one request at a time, as a command-line program needs it. Events that arrive
// meanwhile are kept for next_event, unless there are too many (protocol_violation: an honest server pushes only what was
// subscribed to, and a caller that subscribes reads). One thread at a time.
class Session {
  public:
    // diagnostics must outlive the session.
    Session(std::unique_ptr<Transport> transport, Diagnostics& diagnostics)
        : transport_(std::move(transport)), diagnostics_(&diagnostics) {}

    // Says hello. WireError::wrong_network, unsupported_version and the like come back as they are; an answer for another network
    // is protocol_violation.
    Result<protocol::message::HelloOk> hello(const NetworkId& network, std::string agent);

    // Asks under a fresh request id: for requests without effect, or whose effect may be lost without harm.
    template <class Request>
    Result<typename Request::Response> call(const Request& request) {
        SERAI_TRY(body, exchange(protocol::message::make_request(fresh_request_id(), request)));
        return decode_answer<typename Request::Response>(body);
    }

    // Sends this very frame and returns the body of its response. A refusal is its WireError, with the server's words in the
    // diagnostics.
    Result<Bytes> exchange(const protocol::message::RequestFrame& request);

    template <class Response>
    Result<Response> decode_answer(ByteView body) {
        auto response = protocol::codec::decode_exact<Response>(body);
        if (!response) {
            return diagnostics_->fail(ClientError::protocol_violation,
                                      "an answer that does not decode");
        }
        return response;
    }

    // The next event, at once if one is waiting; nullopt when the time is over. A goodbye is unreachable.
    Result<std::optional<protocol::message::EventFrame>> next_event(
        std::chrono::milliseconds timeout);

    // Answers the server's pings, in a moment; for callers who are busy elsewhere for long. A connection that is broken is noticed
    // by the next request.
    void keep_alive();

    [[nodiscard]] Diagnostics& diagnostics() const { return *diagnostics_; }

    [[nodiscard]] static RequestId fresh_request_id();

  private:
    // Takes in one WebSocket message.
    Result<void> pump(std::chrono::milliseconds timeout);

    std::unique_ptr<Transport> transport_;
    Diagnostics* diagnostics_;
    std::optional<protocol::message::ResponseFrame> response_;
    std::deque<protocol::message::EventFrame> events_;
};

}  // namespace serai::client::session
