#include "client/channel/mailbox.hpp"

#include <optional>

namespace serai::client::channel {

namespace message = protocol::message;

Result<void> visit_mailbox(const Context& context,
                           const std::function<Result<void>(const message::MailboxItem&)>& visit) {
    message::ListMailbox request;
    std::optional<std::uint64_t> last;
    bool more = true;
    while (more) {
        SERAI_TRY(page, context.session.call(request));
        more = page.more && !page.items.empty();
        for (const message::MailboxItem& item : page.items) {
            // Otherwise a server could keep us busy for ever with one page.
            if (last && item.sequence <= *last) {
                return context.diagnostics.fail(ClientError::protocol_violation,
                                                "the mailbox is out of order");
            }
            last = item.sequence;
            request.from = item.sequence + 1;
            SERAI_CHECK(visit(item));
        }
    }
    return {};
}

}  // namespace serai::client::channel
