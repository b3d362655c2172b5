#include "server/service/messages.hpp"

#include "crypto/mls/wire/private_head.hpp"
#include "server/service/commit_check.hpp"
#include "server/service/errors.hpp"

#include <utility>

namespace serai::server::service {

namespace message = protocol::message;
namespace mls = crypto::mls;
namespace repo = storage::repo;
using session::NumberedFrame;
using session::Outbox;
using session::Session;

namespace {

// What can be told before the queue; the decision looks again.
Result<Epoch> check_send(const Context& context,
                         const protocol::network::SpiffeId& sender,
                         const repo::Channel& channel,
                         const message::Send& request) {
    if (request.message.size() > limits::kMaxMlsMessage) {
        return WireError::too_large;
    }
    const auto head = mls::read_private_head(request.message);
    if (!head || head->content_type != mls::ContentType::application ||
        !equal(head->group_id, request.group.value())) {
        return WireError::malformed;
    }
    const auto durable = channel.head();
    if (!durable->established() || durable->roster->find(sender) == nullptr) {
        return WireError::not_found;
    }
    const Epoch epoch{head->epoch};
    if (epoch != durable->epoch) {
        return epoch < durable->epoch ? WireError::stale_epoch : WireError::malformed;
    }
    const auto aad = protocol::codec::decode_exact<message::ChannelAad>(head->authenticated_data);
    if (!aad || !aad->acts.empty()) {
        return WireError::malformed;
    }
    // A sender is hardly ever behind the ring, so this hardly ever reads the store.
    if (!check_chain_head(context, channel, *durable, aad->head)) {
        return WireError::invalid_commit;
    }
    return epoch;
}

std::vector<NumberedFrame> frames_of(const GroupId& group, const message::Records& records) {
    std::vector<NumberedFrame> frames;
    frames.reserve(records.entries.size());
    for (const auto& entry : records.entries) {
        frames.push_back(
            {entry.head.n, session::record_event_frame(group, protocol::codec::encode(entry))});
    }
    return frames;
}

// Not beyond `end`: later records may be there by now that a device which is being removed must not get.
std::vector<NumberedFrame> frames_of(const GroupId& group,
                                     RecordNumber first,
                                     RecordNumber end,
                                     const std::vector<std::shared_ptr<const Bytes>>& entries) {
    std::vector<NumberedFrame> frames;
    frames.reserve(entries.size());
    for (const auto& entry : entries) {
        if (first >= end) {
            break;
        }
        frames.push_back({first, session::record_event_frame(group, *entry)});
        first = next(first);
    }
    return frames;
}

}  // namespace

void Messages::send(Outgoing message, ChannelPtr channel) const {
    const auto fail = [&message](const ErrorCode& error) {
        message.reply.fail(wire_error(error), detail_of(error));
    };
    const auto epoch = check_send(context_, message.asked.device, *channel, message.request);
    if (!epoch) {
        // A retry of what has happened is answered as it was then, whatever the world looks like now.
        const auto known = context_.pipeline.attach(message.asked, message.reply.waiter());
        if (!known || !*known) {
            fail(known ? epoch.error() : known.error());
        }
        return;
    }
    auto intent = repo::prepare(
        context_.repositories,
        std::move(message.asked),
        repo::AppendMessage{std::move(channel), *epoch, std::move(message.request.message)});
    if (!intent) {
        fail(intent.error());
        return;
    }
    const auto taken = context_.pipeline.submit(std::move(*intent), message.reply.waiter());
    if (!taken) {
        fail(taken.error());
    }
}

Result<Messages::ChannelPtr> Messages::load(const GroupId& group) const {
    return context_.repositories.channels().load(group);
}

void Messages::handle(const Call& call, const message::FetchRecords& request) const {
    if (request.max == 0 || request.max > limits::kMaxPageEntries) {
        call.fail(make_error_code(WireError::too_large));
        return;
    }
    call.answer(context_.repositories.channels().records(
        request.group, call.device(), request.from, request.max));
}

// The order matters: first the hub knows of us, then we look whether we may read. A removal after that look reaches the held
// subscription; one before it is seen.
void Messages::handle(const Call& call, const message::Subscribe& request) const {
    const auto& session = call.reply().shared_session();
    if (!session->outbox().subscribe(request.group, request.from)) {
        call.fail(make_error_code(session->ending().value_or(WireError::too_large)));
        return;
    }
    context_.hub.add(request.group, session);
    const auto readable = context_.repositories.channels().readable(request.group, call.device());
    const bool allowed = readable && !readable->last && request.from >= readable->from;
    if (!allowed) {
        context_.hub.remove(request.group, session);
        session->outbox().unsubscribe(request.group);
        call.fail(readable ? make_error_code(WireError::forbidden) : readable.error());
        return;
    }
    call.ok(message::Nothing{});
    session->wake_if(session->outbox().start(request.group));
}

void Messages::handle(const Call& call, const message::Unsubscribe& request) const {
    const auto& session = call.reply().shared_session();
    context_.hub.remove(request.group, session);
    session->outbox().unsubscribe(request.group);
    call.ok(message::Nothing{});
}

void Messages::catch_up(const std::shared_ptr<Session>& session,
                        const Outbox::Cursor& cursor) const {
    const auto posted =
        context_.blocking.post([this, session, cursor] { read_on(session, cursor); });
    if (!posted) {
        session->outbox().catch_up_failed(cursor.group);
    }
}

void Messages::read_on(const std::shared_ptr<Session>& session,
                       const Outbox::Cursor& cursor) const {
    auto& outbox = session->outbox();
    auto& channels = context_.repositories.channels();
    if (session->is_closed()) {
        outbox.catch_up_failed(cursor.group);
        return;
    }
    // The ring is for members; a device that was removed reads the rest of its range from the store.
    if (const auto channel = channels.load(cursor.group)) {
        const auto head = (*channel)->head();
        const bool member = head->roster->find(session->caller()->identity.id) != nullptr;
        const auto entries = (*channel)->recent(cursor.next, limits::kMaxPageEntries, cursor.room);
        if (member && (!entries.empty() || cursor.next == head->end)) {
            const auto frames = frames_of(cursor.group, cursor.next, head->end, entries);
            session->wake_if(outbox.caught_up(cursor.group, frames, head->end));
            return;
        }
    }
    const auto page = channels.records(
        cursor.group, session->caller()->identity.id, cursor.next, limits::kMaxPageEntries);
    if (!page) {
        context_.log.warning(
            "catch_up_failed",
            {{"device", session->caller()->device}, {"reason", page.error().message()}});
        context_.hub.remove(cursor.group, session);
        outbox.catch_up_failed(cursor.group);
        return;
    }
    session->wake_if(outbox.caught_up(cursor.group, frames_of(cursor.group, *page), page->end));
}

}  // namespace serai::server::service
