// MLSMessage, whole: what a member or a stranger may hand to server and client.
// The server reads the head of private messages in place, and must see what MlsMessage sees.
#include "crypto/mls/wire/message.hpp"
#include "crypto/mls/wire/private_head.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace serai::fuzz {
namespace {

namespace mls = crypto::mls;

void check_message(ByteView input) {
    check_decoder<mls::MlsMessage>(input);
    const auto whole = protocol::codec::decode_exact<mls::MlsMessage>(input);
    const auto* message = whole.has_value() ? whole->get<mls::PrivateMessage>() : nullptr;
    const auto head = mls::read_private_head(input);
    require(head.has_value() == (message != nullptr), "a head is read of private messages alone");
    if (message != nullptr) {
        require(equal(head->group_id, message->group_id) && head->epoch == message->epoch &&
                    head->content_type == message->content_type &&
                    equal(head->authenticated_data, message->authenticated_data),
                "a head says what its message says");
    }
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::check_message)
