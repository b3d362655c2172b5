#include "client/channel/plain.hpp"

#include "client/channel/verdict.hpp"

namespace serai::client::channel {

Result<void> carry_on_plain(const Context& context, const Task& task) {
    const auto answer = context.session.exchange(*task.frame);
    if (!answer && !is_refused_for_good(answer.error())) {
        return answer.error();
    }
    vault::Batch batch = context.vault.batch();
    task.finish(batch);
    SERAI_CHECK(context.vault.commit(std::move(batch)));
    if (!answer) {
        return answer.error();
    }
    return {};
}

}  // namespace serai::client::channel
