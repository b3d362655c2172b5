#include "client/channel/plain.hpp"

#include "client/channel/authority.hpp"
#include "client/session/verdict.hpp"

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
    // Its fields come with the openings of the channel; here it is only seen that there is such an entry.
    SERAI_TRY(receipt, context.session.decode_answer<message::Receipt>(answer));
    if (receipt.leaf.entry_id != sent.seal.header.act_id) {
        return context.diagnostics.fail(ClientError::protocol_violation,
                                        "the receipt is of another act than ours");
    }
    SERAI_CHECK(context.log.check_included(context.session, receipt.index, receipt.leaf));
    return receipt;
}

// The receipt does not fit our act, or the log is not shown. Otherwise nothing is known against the server.
bool is_contradiction(const ErrorCode& error) {
    return error == ClientError::protocol_violation || error == ClientError::untrusted;
}

ErrorCode accuse(const Context& context, const Task& task, ByteView answer) {
    session::EvidenceFile file{
        "the server acknowledged an act of ours and does not show it in its log"};
    file.text("checkpoint", context.log.note())
        .bytes("act", task.frame->body)
        .bytes("receipt", answer);
    return context.evidence.accuse(
        "the server acknowledged our act and does not show it in its log: " +
            context.diagnostics.explanation(),
        file);
}

}  // namespace

Result<message::Receipt> carry_on_plain(const Context& context, const Task& task) {
    const auto answer = context.session.exchange(*task.frame);
    if (!answer && !session::is_refused_for_good(answer.error())) {
        return answer.error();
    }
    auto found = answer ? find_in_log(context, *task.frame, *answer)
                        : Result<message::Receipt>{answer.error()};
    if (answer && !found) {
        if (is_contradiction(found.error())) {
            found = accuse(context, task, *answer);
        }
        // Asked again, the server gives the same receipt; a proof may be had another time.
        if (found.error() != ClientError::server_lied) {
            return found;
        }
    }
    vault::Batch batch = context.vault.batch();
    task.finish(batch);
    SERAI_CHECK(context.vault.commit(std::move(batch)));
    return found;
}

}  // namespace serai::client::channel
