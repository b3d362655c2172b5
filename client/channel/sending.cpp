#include "client/channel/sending.hpp"

#include "client/channel/catch_up.hpp"
#include "client/channel/follower.hpp"
#include "client/channel/judge.hpp"
#include "client/channel/roster.hpp"
#include "client/channel/roster_commit.hpp"
#include "client/crash_point.hpp"
#include "client/session/verdict.hpp"
#include "crypto/document/padding.hpp"
#include "crypto/secret/random.hpp"

#include <chrono>
#include <thread>

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
using protocol::codec::decode_exact;
using protocol::codec::encode;

constexpr int kMaxAttempts = 64;
constexpr std::uint64_t kMinPadded = 256;       // bytes; short messages all look alike
constexpr std::uint64_t kContentOverhead = 80;  // signature and lengths beside the plaintext

// Nobody writes into an epoch that holds a member whose certificate does not hold any more.
Result<void> check_members(const Context& context, const mls::Group& group) {
    const LeafJudge judge{context};
    std::string stranger;
    group.view()->tree().for_each_member([&](mls::LeafIndex, const mls::LeafNode& leaf) {
        if (const auto good = judge.identify(leaf); !good) {
            stranger = device_of(leaf) + " (" + good.error().message() + ")";
        }
    });
    if (!stranger.empty()) {
        return context.diagnostics.fail(ClientError::not_permitted,
                                        "the certificate of a member does not hold any more: " +
                                            stranger + "; remove that member first");
    }
    return {};
}

// Somebody who is removed before anything is written (RFC 9420, section 12.4: what is proposed is committed first), or our own leaf, if it
// shows a certificate that has been renewed.
bool wants_commit(const Context& context, const OpenChannel& channel) {
    bool wants = !channel.group->proposals().empty() || has_newer_certificate(context, channel);
    channel.group->view()->tree().for_each_member([&](mls::LeafIndex, const mls::LeafNode& leaf) {
        wants = wants || is_unfit(context, leaf);
    });
    return wants;
}

// Encrypts under the current epoch and saves ratchet, ciphertext and request together.
Result<void> encrypt(const Context& context,
                     OpenChannel& channel,
                     Task& task,
                     SendPayload& payload) {
    SERAI_CHECK(check_members(context, *channel.group));
    message::ChannelAad aad;
    aad.message_id = payload.message_id;
    aad.head = *channel.state.cursor;
    const std::uint64_t padded = crypto::document::padded_length(
        std::max(kMinPadded, payload.content.size() + kContentOverhead));
    SERAI_TRY(sealed,
              channel.group->protect(context.device.keys.private_key,
                                     encode(aad),
                                     payload.content,
                                     static_cast<std::size_t>(padded)));
    payload.epoch = Epoch{channel.group->epoch()};
    payload.ciphertext = encode(mls::MlsMessage{std::move(sealed)});
    task.payload = encode(payload);
    task.frame = message::make_request(session::Session::fresh_request_id(),
                                       message::Send{task.group, payload.ciphertext});
    vault::Batch batch = context.vault.batch();
    task.save(batch);
    save_channel(batch, channel, false);
    return context.vault.commit(std::move(batch));
}

ErrorCode accuse_unlogged(const Context& context, const Task& task, ByteView receipt) {
    const std::string accusation =
        "the server acknowledged a message and its channel does not have it";
    session::EvidenceFile file{accusation};
    file.text("checkpoint", context.log.note())
        .bytes("group", task.group.value())
        .bytes("request", encode(*task.frame))
        .bytes("answer", receipt);
    return context.evidence.accuse(accusation, file);
}

// The record that we wrote, once it is in the log.
Result<std::optional<HistoryEntry>> find_sent(const Context& context,
                                              const Task& task,
                                              const std::vector<HistoryEntry>& seen) {
    SERAI_TRY(tasks, load_tasks(context.vault));
    const bool pending =
        std::ranges::any_of(tasks, [&](const Task& one) { return one.number == task.number; });
    if (pending) {
        return std::optional<HistoryEntry>{};
    }
    SERAI_TRY(payload, decode_exact<SendPayload>(task.payload));
    for (const HistoryEntry& entry : seen) {
        if (entry.message_id == payload.message_id &&
            entry.sender == context.device.id.to_string()) {
            return std::optional<HistoryEntry>{entry};
        }
    }
    return context.diagnostics.fail(ClientError::removed,
                                    "this device was removed before the message was sent");
}

Result<void> give_up(const Context& context, const Task& task) {
    vault::Batch batch = context.vault.batch();
    task.finish(batch);
    return context.vault.commit(std::move(batch));
}

// What keeps us from sending now ends the task; what merely interrupted us leaves it for the next command.
ErrorCode end_unless_interrupted(const Context& context, const Task& task, const ErrorCode& error) {
    if (error == ClientError::not_permitted || error == ClientError::removed ||
        session::is_refused_for_good(error)) {
        if (auto ended = give_up(context, task); !ended) {
            return ended.error();
        }
    }
    return error;
}

void pause_before(int attempt) {
    constexpr int kCalm = 3;
    if (attempt >= kCalm) {
        const auto random = crypto::system_random().array<1>();
        std::this_thread::sleep_for(std::chrono::milliseconds{random[0] % (8 * attempt)});
    }
}

}  // namespace

Task make_send_task(std::uint64_t number, const GroupId& group, const message::Content& content) {
    SendPayload payload;
    payload.message_id = MessageId{crypto::system_random().array<16>()};
    payload.content = encode(content);
    return {number, TaskKind::send, group, std::nullopt, encode(payload)};
}

Result<HistoryEntry> send(const Context& context,
                          const GroupId& group,
                          const message::Content& content) {
    SERAI_TRY(number, next_task_number(context.vault));
    const Task task = make_send_task(number, group, content);
    vault::Batch batch = context.vault.batch();
    task.save(batch);
    SERAI_CHECK(context.vault.commit(std::move(batch)));
    SERAI_CRASH_POINT("client.send.begun");
    return carry_on_send(context, task);
}

Result<HistoryEntry> carry_on_send(const Context& context, Task task) {
    std::vector<HistoryEntry> seen;
    const OnEntry remember = [&](const HistoryEntry& entry) {
        seen.push_back(entry);
    };
    std::optional<Bytes> receipt;
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
        pause_before(attempt);
        SERAI_CHECK(catch_up(context, task.group, remember));
        SERAI_TRY(sent, find_sent(context, task, seen));
        if (sent) {
            return std::move(*sent);
        }
        if (receipt) {
            return accuse_unlogged(context, task, *receipt);
        }
        SERAI_TRY(channel, load_channel(context.vault, task.group));
        SERAI_TRY(payload, decode_exact<SendPayload>(task.payload));
        if (!channel.group) {
            SERAI_CHECK(give_up(context, task));
            return ClientError::removed;
        }
        if (wants_commit(context, channel)) {
            if (auto cleared = clear_removals(context, task.group); !cleared) {
                return end_unless_interrupted(context, task, cleared.error());
            }
            continue;
        }
        if (payload.ciphertext.empty() || payload.epoch.value() != channel.group->epoch()) {
            if (auto encrypted = encrypt(context, channel, task, payload); !encrypted) {
                SERAI_CHECK(give_up(context, task));
                return encrypted.error();
            }
        }
        SERAI_CRASH_POINT("client.send.saved");
        const auto answer = context.session.exchange(*task.frame);
        SERAI_CRASH_POINT("client.send.answered");
        if (answer) {
            receipt = *answer;
        } else if (answer.error() == WireError::commit_first) {
            if (auto cleared = clear_removals(context, task.group); !cleared) {
                return end_unless_interrupted(context, task, cleared.error());
            }
        } else if (answer.error() != WireError::stale_epoch) {
            if (session::is_refused_for_good(answer.error())) {
                SERAI_CHECK(give_up(context, task));
            }
            return answer.error();
        }
    }
    SERAI_CHECK(give_up(context, task));
    return ClientError::too_contended;
}

}  // namespace serai::client::channel
