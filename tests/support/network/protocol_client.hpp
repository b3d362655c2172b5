// One device's connection, at the level of the protocol: any request, any number at once, answers and events as they come.
// Checks nothing that a client must check; it is the server that is under test.
#pragma once

#include "protocol/message/request.hpp"
#include "tests/support/network/test_network.hpp"
#include "tests/support/network/web_socket.hpp"

#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace serai::tests {

[[nodiscard]] RequestId random_request_id();

// One thread at a time. The end of the connection is boost::system::errc::connection_reset; a refusal is its WireError.
class ProtocolClient {
  public:
    // Connects and says hello. permission_denied if the server ends the connection before it answers hello.
    static Result<ProtocolClient> connect(const TestNetwork& network,
                                          const TestDevice& device,
                                          std::uint16_t port);

    // The same without hello.
    static Result<ProtocolClient> connect_silent(const TestDevice& device, std::uint16_t port);

    // Asks and waits. The id may be chosen to ask again what was asked before.
    template <class Request>
    Result<typename Request::Response> call(const Request& request,
                                            RequestId id = random_request_id()) {
        if (!post(request, id)) {
            return make_error_code(boost::system::errc::connection_reset);
        }
        SERAI_TRY(body, answer(id));
        return protocol::codec::decode_exact<typename Request::Response>(body);
    }

    // Asks without waiting: false if the connection is over.
    template <class Request>
    bool post(const Request& request, RequestId id) {
        return post_frame(protocol::message::make_request(id, request));
    }

    bool post_frame(const protocol::message::RequestFrame& frame);

    // Waits for the answer to an id: its body, or the WireError.
    Result<Bytes> answer(RequestId id);

    // Whichever answer comes next; nullopt when the connection is over.
    std::optional<protocol::message::ResponseFrame> next_answer();

    // Waits for the next event; nullopt when the connection is over.
    std::optional<protocol::message::EventFrame> next_event();

    // Reads until the connection is over, keeping what comes for next_answer() and next_event().
    void drain();

    [[nodiscard]] TestWebSocket& socket() { return socket_; }

    [[nodiscard]] const protocol::message::HelloOk& hello() const { return hello_; }

  private:
    explicit ProtocolClient(TestWebSocket socket) : socket_(std::move(socket)) {}

    // Reads one WebSocket message and sorts its frames; false when the connection is over.
    bool pump();

    TestWebSocket socket_;
    protocol::message::HelloOk hello_;
    std::deque<protocol::message::ResponseFrame> answers_;
    std::deque<protocol::message::EventFrame> events_;
};

}  // namespace serai::tests
