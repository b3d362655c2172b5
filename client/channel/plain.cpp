#include "client/channel/plain.hpp"

#include "client/channel/authority.hpp"
#include "client/channel/verdict.hpp"

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace network = protocol::network;

// Whether the log has what we said. A server that only says so would keep it from everybody.
Result<void> check_recorded(const Context& context,
                            const message::RequestFrame& request,
                            ByteView answer) {
    SERAI_TRY(sent, protocol::codec::decode_exact<network::Act>(request.body));
    if (request.type != message::RequestType::report) {
        SERAI_TRY(receipt, context.session.decode_answer<message::ActReceipt>(answer));
        return verify_recorded(context, sent, receipt);
    }
    SERAI_TRY(receipt, context.session.decode_answer<message::Receipt>(answer));
    if (receipt.leaf.entry_id != sent.seal.header.act_id) {
        return context.diagnostics.fail(ClientError::protocol_violation,
                                        "the receipt is of another act than ours");
    }
    return context.log.check_included(context.session, receipt.index, receipt.leaf);
}

bool is_lie(const ErrorCode& error) {
    return error == ClientError::protocol_violation || error == ClientError::server_lied ||
           error == ClientError::untrusted;
}

}  // namespace

Result<void> carry_on_plain(const Context& context, const Task& task) {
    const auto answer = context.session.exchange(*task.frame);
    if (!answer && !is_refused_for_good(answer.error())) {
        return answer.error();
    }
    const auto recorded =
        answer ? check_recorded(context, *task.frame, *answer) : Result<void>{answer.error()};
    // Asked again, the server says the same.
    if (answer && !recorded && !is_lie(recorded.error())) {
        return recorded;
    }
    vault::Batch batch = context.vault.batch();
    task.finish(batch);
    SERAI_CHECK(context.vault.commit(std::move(batch)));
    return recorded;
}

}  // namespace serai::client::channel
