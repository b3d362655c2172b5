#include "client/channel/founding.hpp"

#include "client/channel/authority.hpp"
#include "client/channel/catch_up.hpp"
#include "client/channel/sending.hpp"
#include "client/channel/store.hpp"
#include "client/crash_point.hpp"
#include "client/session/verdict.hpp"
#include "crypto/act/channel_chain.hpp"
#include "crypto/act/channel_group.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/primitive/hash.hpp"
#include "crypto/x509/certificate.hpp"
#include "protocol/codec/utf8.hpp"
#include "protocol/network/authority.hpp"

#include <algorithm>

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
using protocol::codec::decode_exact;
using protocol::codec::encode;

Result<void> finish(const Context& context, const Task& task) {
    vault::Batch batch = context.vault.batch();
    task.finish(batch);
    return context.vault.commit(std::move(batch));
}

Result<Bytes> ask(const Context& context, const Task& task) {
    auto answer = context.session.exchange(*task.frame);
    if (!answer && session::is_refused_for_good(answer.error())) {
        SERAI_CHECK(finish(context, task));
    }
    return answer;
}

// A group of one, in which the founder's certificate bounds the leaf's lifetime.
Result<mls::Group> make_group(const Context& context,
                              const GroupId& group,
                              const network::ChannelRules& rules) {
    const std::uint16_t suite_id = context.network.genesis().cipher_suite;
    const mls::CipherSuite* suite = setup::Device::usable_suite(suite_id);
    if (suite == nullptr) {
        return mls::MlsError::unsupported;
    }
    SERAI_TRY(certificate, crypto::x509::Certificate::parse(context.device.chain.front()));
    SERAI_TRY(extensions, crypto::act::channel_extensions(context.network.genesis(), rules));
    return mls::Group::create(*suite,
                              to_bytes(group.value()),
                              context.device.leaf_identity(suite_id),
                              {certificate.not_before().value(), certificate.not_after().value()},
                              std::move(extensions));
}

// From the founding act's receipt to a group that waits to be established: one batch.
Result<void> take_founding(const Context& context, Task& task, ByteView answer) {
    SERAI_TRY(payload, decode_exact<FoundPayload>(task.payload));
    SERAI_TRY(receipt, context.session.decode_answer<message::ActReceipt>(answer));
    const GroupId group = crypto::act::group_id_of(context.network.genesis().network_id,
                                                   crypto::act::leaf_hash(receipt.receipt.leaf));
    SERAI_TRY(founder, verify_founding(context, group, payload.rules, receipt));
    SERAI_TRY(mls_group, make_group(context, group, payload.rules));

    OpenChannel channel;
    channel.state.group = group;
    channel.state.rules = payload.rules;
    channel.state.founder = founder;
    channel.state.founding = std::move(receipt);
    channel.state.title = payload.title;
    const mls::GroupInfo info = mls_group.group_info(
        context.device.keys.private_key,
        {.with_ratchet_tree = true, .with_external_pub = true, .extensions = {}});
    channel.group = std::move(mls_group);

    task.group = group;
    task.frame =
        message::make_request(session::Session::fresh_request_id(),
                              message::EstablishChannel{group, encode(mls::MlsMessage{info})});
    SERAI_TRY(number, next_task_number(context.vault));
    vault::Batch batch = context.vault.batch();
    task.save(batch);
    make_send_task(number, group, title_content(context, payload.title)).save(batch);
    save_channel(batch, channel, true);
    return context.vault.commit(std::move(batch));
}

}  // namespace

message::Content title_content(const Context& context, const std::string& title) {
    return {message::ContentType::title, context.clock(), to_bytes(as_bytes(title))};
}

ThemeId theme_of(std::string_view name) {
    const Digest hash = crypto::sha256({as_bytes("serai/theme/v1"), as_bytes(name)});
    ByteArray<16> id;
    std::copy_n(hash.begin(), id.size(), id.begin());
    return ThemeId{id};
}

Result<GroupId> found(const Context& context,
                      const std::string& title,
                      const network::ChannelRules& rules) {
    // Checked before anything is asked for: what cannot be read back from the vault would stand in the way of every later command.
    if (title.empty() || title.size() > kMaxTitle ||
        !protocol::codec::is_printable_utf8(as_bytes(title))) {
        return context.diagnostics.fail(ClientError::bad_argument,
                                        "a title has 1 to 1024 bytes of UTF-8 on one line");
    }
    if (!network::may_found(context.network.genesis(), rules, context.device.id.person)) {
        return context.diagnostics.fail(ClientError::not_permitted,
                                        "only a focal point of a party in the channel may found "
                                        "it, and class 'state' admits no "
                                        "guests");
    }
    SERAI_TRY(number, next_task_number(context.vault));
    const FoundPayload payload{title, rules};
    Task task{number, TaskKind::found, GroupId{}, std::nullopt, encode(payload)};
    task.frame = message::make_request(
        session::Session::fresh_request_id(),
        message::FoundChannel{context.sign(network::FoundChannelStatement{rules})});
    vault::Batch batch = context.vault.batch();
    task.save(batch);
    SERAI_CHECK(context.vault.commit(std::move(batch)));
    SERAI_CRASH_POINT("client.found.saved");
    return carry_on_found(context, std::move(task));
}

Result<GroupId> carry_on_found(const Context& context, Task task) {
    if (task.group == GroupId{}) {
        SERAI_TRY(answer, ask(context, task));
        SERAI_CRASH_POINT("client.found.answered");
        SERAI_CHECK(take_founding(context, task, answer));
    }
    SERAI_CRASH_POINT("client.establish.saved");
    const auto answer = context.session.exchange(*task.frame);
    SERAI_CRASH_POINT("client.establish.answered");
    if (!answer && answer.error() != WireError::exists) {
        return answer.error();
    }
    SERAI_CHECK(catch_up(context, task.group));
    SERAI_TRY(tasks, load_tasks(context.vault));
    for (const Task& one : tasks) {
        if (one.kind == TaskKind::send && one.group == task.group) {
            SERAI_CHECK(carry_on_send(context, one));
        }
    }
    return task.group;
}

}  // namespace serai::client::channel
