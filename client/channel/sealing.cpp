#include "client/channel/sealing.hpp"

#include "client/channel/sending.hpp"
#include "client/crash_point.hpp"
#include "client/session/verdict.hpp"

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace network = protocol::network;
using protocol::codec::decode_exact;

// The same statement, signed anew: the act lay here for too long and was never carried out.
Result<void> sign_again(const Context& context, Task& task) {
    SERAI_TRY(request, decode_exact<message::SealDocument>(task.frame->body));
    SERAI_TRY(statement, network::SealDocumentStatement::parse(request.act.fields));
    task.frame = message::make_request(session::Session::fresh_request_id(),
                                       message::SealDocument{context.sign(statement)});
    vault::Batch batch = context.vault.batch();
    task.save(batch);
    return context.vault.commit(std::move(batch));
}

}  // namespace

Result<Task> carry_on_seal(const Context& context, Task task) {
    auto answer = context.session.exchange(*task.frame);
    if (!answer && answer.error() == WireError::act_expired) {
        SERAI_CHECK(sign_again(context, task));
        answer = context.session.exchange(*task.frame);
    }
    SERAI_CRASH_POINT("client.seal.answered");
    if (!answer && answer.error() == WireError::act_duplicate) {
        answer = Bytes{};  // sealed so long ago that the verdict is not kept any more
    }
    if (!answer && !session::is_refused_for_good(answer.error())) {
        return answer.error();
    }
    vault::Batch batch = context.vault.batch();
    task.finish(batch);
    if (!answer) {
        SERAI_CHECK(context.vault.commit(std::move(batch)));
        return answer.error();
    }
    SERAI_TRY(payload, decode_exact<SealPayload>(task.payload));
    SERAI_TRY(content, decode_exact<message::Content>(payload.content));
    SERAI_TRY(number, next_task_number(context.vault));
    Task announcement = make_send_task(number, task.group, content);
    announcement.save(batch);
    SERAI_CHECK(context.vault.commit(std::move(batch)));
    return announcement;
}

}  // namespace serai::client::channel
