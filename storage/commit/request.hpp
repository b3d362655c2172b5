// Who asks for something, and what the answer is.
#pragma once

#include "protocol/base/error.hpp"
#include "protocol/base/strong_id.hpp"
#include "protocol/message/frame.hpp"
#include "protocol/network/party.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace serai::storage::commit {

// SHA-256 of a SPIFFE id's text: how devices and persons appear in keys. A renewed certificate keeps it.
[[nodiscard]] Digest device_key(const protocol::network::SpiffeId& device);
[[nodiscard]] Digest person_key(const protocol::network::PersonId& person);

// Names one request for good: the id is unique per device.
struct RequestKey {
    Digest device{};  // device_key
    RequestId id;

    friend bool operator==(const RequestKey&, const RequestKey&) = default;
};

// What tells two requests with one id apart: SHA-256(uint16 type | body).
[[nodiscard]] Digest request_digest(protocol::message::RequestType type, ByteView body);

// A request of an authenticated device.
struct Asked {
    protocol::network::SpiffeId device;
    protocol::network::PartyCode party;
    Bytes
        certificate_serial;  // of the certificate it authenticated with; big-endian, no leading zero bytes
    RequestId request;
    Digest digest{};  // request_digest
    UnixSeconds certificate_not_after{
        ~std::uint64_t{0}};  // the first second that counts as expired
};

// What the pipeline itself needs to know of who asks.
struct Asking {
    RequestKey key;
    Digest digest{};
    protocol::network::PartyCode party;  // whose share of the queue it takes

    explicit Asking(const Asked& asked)
        : key{device_key(asked.device), asked.request}, digest(asked.digest), party(asked.party) {}
};

// The answer to an intent: refused with an error, or done, with the encoded Response (for QueryOpenings: the Receipt).
struct Verdict {
    std::optional<WireError> error;
    std::shared_ptr<const Bytes> body;  // not null when there is no error

    [[nodiscard]] static Verdict refused(WireError error) { return {error, nullptr}; }
};

// One answered request: the token is the waiter's own.
struct Completion {
    std::uint64_t token = 0;
    Verdict verdict;
};

// Where a connection takes its answers. Called by the committer's thread, once per batch at most, with every completion that
// the batch has for this sink, in the order of the decisions; must return at once and not throw (post to the strand).
class CompletionSink {
  public:
    virtual void complete(std::vector<Completion> completions) = 0;

    // After each complete(), when the batch's events are handed out too: the time to wake whoever sends both.
    virtual void delivered() {}

  protected:
    ~CompletionSink() = default;
};

// Somebody who wants the verdict. A dying session just lets go of its sink: the intent goes on, the answer is dropped. A
// waiter without a sink is nobody.
struct Waiter {
    std::weak_ptr<CompletionSink> sink;
    std::uint64_t token = 0;
};

}  // namespace serai::storage::commit
