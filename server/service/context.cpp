#include "server/service/context.hpp"

#include "server/service/errors.hpp"

namespace serai::server::service {

namespace commit = storage::commit;

commit::Asked Call::asked() const {
    return {caller_->identity.id,
            caller_->party,
            caller_->identity.serial,
            id_,
            commit::request_digest(type_, body_),
            caller_->identity.not_after};
}

void Call::fail(const ErrorCode& error) const {
    reply_.fail(wire_error(error), detail_of(error));
}

void refuse(const Context& context, const Call& call, const ErrorCode& error) {
    const auto known = context.pipeline.attach(call.asked(), call.reply().waiter());
    if (!known || !*known) {
        call.fail(known ? error : known.error());
    }
}

void submit(const Context& context, const Call& call, storage::repo::Prepared intent) {
    if (!intent) {
        refuse(context, call, intent.error());
        return;
    }
    const auto taken = context.pipeline.submit(std::move(*intent), call.reply().waiter());
    if (!taken) {
        call.fail(taken.error());
    }
}

}  // namespace serai::server::service
