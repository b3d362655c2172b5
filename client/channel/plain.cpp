#include "client/channel/plain.hpp"

#include "client/channel/authority.hpp"
#include "client/channel/verdict.hpp"

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace network = protocol::network;

// Their receipts are for the evidence beside a commit.
bool decides_about_members(message::RequestType type) {
    return type == message::RequestType::admit || type == message::RequestType::expel ||
           type == message::RequestType::restore;
}

// Where the log has what we said. A server that only says so would keep it from everybody.
Result<message::Receipt> find_in_log(const Context& context,
                                     const message::RequestFrame& request,
                                     ByteView answer) {
    SERAI_TRY(sent, protocol::codec::decode_exact<network::Act>(request.body));
    if (decides_about_members(request.type)) {
        SERAI_TRY(recorded, context.session.decode_answer<message::ActReceipt>(answer));
        SERAI_CHECK(verify_recorded(context, sent, recorded));
        return recorded.receipt;
    }
    SERAI_TRY(receipt, context.session.decode_answer<message::Receipt>(answer));
    if (receipt.leaf.entry_id != sent.seal.header.act_id) {
        return context.diagnostics.fail(ClientError::protocol_violation,
                                        "the receipt is of another act than ours");
    }
    SERAI_CHECK(context.log.check_included(context.session, receipt.index, receipt.leaf));
    return receipt;
}

bool is_lie(const ErrorCode& error) {
    return error == ClientError::protocol_violation || error == ClientError::server_lied ||
           error == ClientError::untrusted;
}

}  // namespace

Result<message::Receipt> carry_on_plain(const Context& context, const Task& task) {
    const auto answer = context.session.exchange(*task.frame);
    if (!answer && !is_refused_for_good(answer.error())) {
        return answer.error();
    }
    const auto found = answer ? find_in_log(context, *task.frame, *answer)
                              : Result<message::Receipt>{answer.error()};
    // Asked again, the server says the same.
    if (answer && !found && !is_lie(found.error())) {
        return found;
    }
    vault::Batch batch = context.vault.batch();
    task.finish(batch);
    SERAI_CHECK(context.vault.commit(std::move(batch)));
    return found;
}

}  // namespace serai::client::channel
