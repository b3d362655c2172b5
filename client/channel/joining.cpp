#include "client/channel/joining.hpp"

#include "client/channel/authority.hpp"
#include "client/channel/judge.hpp"
#include "client/channel/mailbox.hpp"
#include "client/channel/stock.hpp"
#include "client/channel/store.hpp"
#include "client/crash_point.hpp"
#include "crypto/act/channel_chain.hpp"
#include "protocol/network/authority.hpp"

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
using protocol::codec::decode_exact;
using protocol::codec::encode;

template <class T>
Result<T> decode_extension(const mls::Extensions& extensions, std::uint16_t type) {
    const Bytes* data = extensions.find(static_cast<mls::ExtensionType>(type));
    if (data == nullptr) {
        return protocol::codec::CodecError::truncated;
    }
    return decode_exact<T>(*data);
}

// One Welcome on its way in. untrusted and MLS errors are the inviter's doing, or the server's in a way that proves nothing;
// not_found and forbidden say that it is not for us any more.
class Joining {
  public:
    Joining(const Context& context, const message::MailboxItem& item)
        : context_(context), item_(item) {}

    Result<void> run() {
        SERAI_CHECK(find_admission());
        SERAI_CHECK(open_welcome());
        SERAI_CHECK(check_group());
        SERAI_CHECK(read_chain());
        return save();
    }

    [[nodiscard]] const std::string& reason() const { return reason_; }

    // What we know of a Welcome that was refused.
    void describe(session::EvidenceFile& file) const {
        file.bytes("group", item_.group.value())
            .text("record number", std::to_string(item_.record.value()))
            .text("epoch", std::to_string(item_.epoch.value()))
            .bytes("welcome", item_.welcome);
        if (misfit_) {
            file.text("misfit's record number", std::to_string(misfit_->head.n.value()))
                .bytes("misfit's chain hash given", misfit_->head.h)
                .bytes("chain hash before", channel_.state.cursor->h)
                .bytes("misfit's record", misfit_->record);
        }
    }

  private:
    ErrorCode refuse(std::string why) {
        reason_ = why;
        return context_.diagnostics.fail(ClientError::untrusted, std::move(why));
    }

    ErrorCode violation(std::string what) {
        return context_.diagnostics.fail(ClientError::protocol_violation, std::move(what));
    }

    // The record that added us, as the server has it. read_chain finds out whether it belongs to the chain.
    Result<void> find_admission() {
        message::FetchRecords request;
        request.group = item_.group;
        request.from = item_.record;
        request.max = 1;
        SERAI_TRY(page, context_.session.call(request));
        if (page.entries.size() != 1 || page.entries.front().head.n != item_.record) {
            return violation("the server does not give the record of our own admission");
        }
        auto record = decode_exact<message::ChannelRecord>(page.entries.front().record);
        if (!record) {
            return violation("a record that does not decode");
        }
        admission_ = std::move(page.entries.front());
        admission_time_ = record->time;
        return {};
    }

    // As every member judged who was there when we were admitted; what became of them since is no reason to stay out.
    Result<void> open_welcome() {
        const auto decoded = decode_exact<mls::MlsMessage>(item_.welcome);
        const auto* welcome = decoded ? decoded->get<mls::Welcome>() : nullptr;
        if (welcome == nullptr) {
            return refuse("a Welcome that does not decode");
        }
        SERAI_CHECK(find_key_package(*welcome));
        SERAI_TRY(tree, fetch_tree());
        constexpr std::uint64_t kMillis = 1000;
        const UnixSeconds then{admission_time_.value() / kMillis};
        const LeafJudge judge{
            context_.network.trust_at(admission_.leaf), then, context_.network.genesis()};
        const mls::ValidationPolicy policy{judge, then};
        auto group = mls::Group::join(*welcome, *key_package_, &tree, policy, nullptr, &info_);
        if (!group) {
            return refuse("the Welcome does not hold: " + group.error().message());
        }
        channel_.group = std::move(*group);
        return {};
    }

    Result<void> find_key_package(const mls::Welcome& welcome) {
        for (const mls::EncryptedGroupSecrets& secrets : welcome.secrets) {
            SERAI_TRY(record,
                      context_.vault.get(
                          vault::Place::named(vault::Table::key_package, secrets.new_member)));
            if (!record) {
                continue;
            }
            auto loaded = mls::KeyPackageSecrets::load(*record);
            if (!loaded) {
                return ClientError::vault_damaged;
            }
            key_package_ = std::move(*loaded);
            reference_ = secrets.new_member;
            return {};
        }
        return refuse("the Welcome is for a key package that this device does not have");
    }

    Result<mls::TreeNodes> fetch_tree() {
        constexpr std::uint64_t kMaxTree = 64ULL * 1024 * 1024;
        Bytes bytes;
        while (true) {
            SERAI_TRY(
                part,
                context_.session.call(message::FetchTree{item_.group, item_.epoch, bytes.size()}));
            append(bytes, part.part);
            if (bytes.size() == part.total) {
                break;
            }
            if (part.part.empty() || bytes.size() > part.total || part.total > kMaxTree) {
                return violation("a ratchet tree of a wrong length");
            }
        }
        auto tree = decode_exact<mls::TreeNodes>(bytes);
        if (!tree) {
            return violation("a ratchet tree that does not decode");
        }
        return std::move(*tree);
    }

    Result<void> check_group() {
        const mls::PublicGroup& group = *channel_.group->view();
        if (!equal(group.group_id(), item_.group.value()) || group.epoch() != item_.epoch.value()) {
            return refuse("the Welcome leads into another group or epoch than announced");
        }
        auto rules = decode_extension<network::ChannelRules>(group.context().extensions,
                                                             network::kChannelRulesExtension);
        auto founding =
            decode_extension<message::ActReceipt>(info_.extensions, network::kFoundingActExtension);
        auto head =
            decode_extension<message::ChainHead>(info_.extensions, network::kChainHeadExtension);
        if (!rules || !founding || !head) {
            return refuse("the Welcome lacks the channel's rules, founding act or chain head");
        }
        auto founder = verify_founding(context_, item_.group, *rules, *founding);
        if (!founder) {
            return founder.error() == ClientError::untrusted
                       ? refuse(context_.diagnostics.explanation())
                       : founder.error();
        }
        if (!judge_extensions(context_, *rules, group.context().extensions) ||
            !judge_members(context_, *rules, group)) {
            return refuse(context_.diagnostics.explanation());
        }
        ChannelState& state = channel_.state;
        state.group = item_.group;
        state.rules = std::move(*rules);
        state.founder = std::move(*founder);
        state.founding = std::move(*founding);
        state.first = item_.record;
        state.cursor = *head;
        return {};
    }

    // From the head that the inviter vouches for to the commit that added us.
    Result<void> read_chain() {
        SERAI_CHECK(remember_before());
        if (item_.record <= channel_.state.cursor->n) {
            return refuse("the Welcome names a commit older than its own chain head");
        }
        while (channel_.state.cursor->n < item_.record) {
            message::FetchRecords request;
            request.group = item_.group;
            request.from = next(channel_.state.cursor->n);
            SERAI_TRY(page, context_.session.call(request));
            if (page.entries.empty()) {
                return violation("the server does not give the records up to our own admission");
            }
            for (const message::RecordEntry& entry : page.entries) {
                if (channel_.state.cursor->n < item_.record) {
                    SERAI_CHECK(take(entry));
                }
            }
        }
        return {};
    }

    Result<void> take(const message::RecordEntry& entry) {
        ChannelState& state = channel_.state;
        const RecordNumber expected = next(state.cursor->n);
        if (entry.head.n != expected ||
            crypto::act::chain_hash(state.group, expected, state.cursor->h, entry.record) !=
                entry.head.h) {
            // One of the two lies, and nothing here tells which.
            misfit_ = entry;
            return refuse("the channel does not continue the chain that the inviter signed");
        }
        const auto record = decode_exact<message::ChannelRecord>(entry.record);
        if (!record) {
            return violation("a record that does not decode");
        }
        state.cursor = entry.head;
        state.last_leaf = entry.leaf;
        if (entry.head.n == item_.record) {
            if (entry != admission_) {
                return violation("the server gives two different records of our admission");
            }
            SERAI_CHECK(take_admission(entry, *record));
        } else if (record->type != message::RecordType::application &&
                   record->type != message::RecordType::proposal) {
            return refuse("another commit stands between the inviter's and its own chain head");
        }
        return {};
    }

    // The commit that added us: the one whose epoch we are in, with an act that admits us.
    Result<void> take_admission(const message::RecordEntry& entry,
                                const message::ChannelRecord& record) {
        const auto decoded = decode_exact<mls::MlsMessage>(record.mls_message);
        const auto* commit = decoded ? decoded->get<mls::PublicMessage>() : nullptr;
        if (record.type != message::RecordType::commit || commit == nullptr ||
            commit->auth.confirmation_tag != channel_.group->view()->confirmation_tag()) {
            return refuse("the Welcome does not belong to the record that it names");
        }
        const Decision ours{network::ActKind::admit, context_.device.id.person, {}};
        bool admitted = false;
        for (const message::ActReceipt& receipt : record.acts) {
            if (std::ranges::find(channel_.state.used_acts, receipt.receipt.leaf.entry_id) !=
                channel_.state.used_acts.end()) {
                return refuse("the act that admits us was used for an earlier commit");
            }
            auto authority = verify_authority(context_, item_.group, receipt);
            if (!authority) {
                return authority.error() == ClientError::untrusted
                           ? refuse(context_.diagnostics.explanation())
                           : authority.error();
            }
            admitted = admitted || (authority->decision == ours &&
                                    may_decide(context_, channel_.state, *authority));
            channel_.state.used_acts.push_back(receipt.receipt.leaf.entry_id);
        }
        if (!admitted) {
            return refuse("nobody who may has admitted us to this channel");
        }
        SERAI_CHECK(check_record_time(context_, entry, record.time));
        // Of earlier removals we know nothing, and of earlier epochs no PSK.
        channel_.state.removed_at = Epoch{channel_.group->epoch()};
        entry_.n = entry.head.n;
        entry_.h = entry.head.h;
        entry_.leaf = entry.leaf;
        entry_.time = record.time;
        entry_.kind = EntryKind::change;
        if (const auto leaf =
                channel_.group->view()->tree().leaf(mls::LeafIndex{commit->content.sender.index})) {
            entry_.sender = device_of(*leaf);
        }
        entry_.added.push_back(context_.device.id.to_string());
        return {};
    }

    // What an earlier membership knew: the title, and the acts that were used then and may not be used again.
    Result<void> remember_before() {
        auto before = load_channel(context_.vault, item_.group);
        if (before) {
            channel_.state.title = std::move(before->state.title);
            channel_.state.used_acts = std::move(before->state.used_acts);
            return {};
        }
        return before.error() == ClientError::not_found ? Result<void>{}
                                                        : Result<void>{before.error()};
    }

    Result<void> save() {
        vault::Batch batch = context_.vault.batch();
        save_channel(batch, channel_, true);
        batch.put_encoded(
            vault::Place::numbered(vault::Table::history, item_.group.value(), entry_.n.value()),
            entry_);
        SERAI_CHECK(use_up(context_.vault, batch, reference_, key_package_->key_package));
        // If we have not read of our removal, a commit of that time may still be under way.
        SERAI_TRY(tasks, load_tasks(context_.vault));
        std::erase_if(tasks, [&](const Task& task) { return task.group != item_.group; });
        drop_pending(batch, item_.group);
        set_back(batch, tasks);
        SERAI_CHECK(context_.vault.commit(std::move(batch)));
        SERAI_CRASH_POINT("client.join.saved");
        return {};
    }

    const Context& context_;
    const message::MailboxItem& item_;
    message::RecordEntry admission_;
    UnixMillis admission_time_;
    std::optional<mls::KeyPackageSecrets> key_package_;
    Bytes reference_;
    mls::GroupInfo info_;
    OpenChannel channel_;
    HistoryEntry entry_;
    std::string reason_;
    std::optional<message::RecordEntry> misfit_;  // a record that breaks the chain
};

// Whether that Welcome was taken in already; perhaps we have been removed since.
Result<bool> is_taken(const Context& context, const message::MailboxItem& item) {
    auto channel = load_channel(context.vault, item.group);
    if (!channel) {
        return channel.error() == ClientError::not_found ? Result<bool>{false}
                                                         : Result<bool>{channel.error()};
    }
    return channel->state.cursor && item.record <= channel->state.cursor->n;
}

// Said of a channel that we were removed from, and of what lies before our coming.
bool is_withdrawn(const ErrorCode& error) {
    return error == WireError::not_found || error == WireError::forbidden;
}

bool ends_everything(const ErrorCode& error) {
    return error == ClientError::server_lied || error == ClientError::protocol_violation ||
           error == ClientError::unreachable || error == ClientError::timed_out ||
           error == ClientError::vault_damaged ||
           (error.category() == wire_category() && !is_withdrawn(error));
}

// The Welcome leaves the mailbox, so that nobody can block a device for good by a bad one; what it was stays provable.
void keep_refused(const Context& context, const Joining& joining, const std::string& why) {
    session::EvidenceFile file{"an invitation does not hold: " + why};
    file.text("checkpoint", context.log.note());
    joining.describe(file);
    static_cast<void>(context.evidence.keep(file));
}

Result<Joined> join_one(const Context& context, const message::MailboxItem& item) {
    Joining joining{context, item};
    const auto done = joining.run();
    if (done) {
        return Joined{item.group, {}, false};
    }
    if (ends_everything(done.error())) {
        return done.error();
    }
    if (is_withdrawn(done.error())) {
        return Joined{item.group, "it was withdrawn before it was taken", true};
    }
    const std::string why = joining.reason().empty() ? done.error().message() : joining.reason();
    keep_refused(context, joining, why);
    return Joined{item.group, why, false};
}

}  // namespace

Result<std::vector<Joined>> join_all(const Context& context) {
    std::vector<Joined> joined;
    SERAI_CHECK(visit_mailbox(context, [&](const message::MailboxItem& item) -> Result<void> {
        SERAI_TRY(taken, is_taken(context, item));
        if (!taken) {
            SERAI_TRY(one, join_one(context, item));
            joined.push_back(std::move(one));
        }
        SERAI_CHECK(context.session.call(message::DeleteMailbox{item.sequence}));
        SERAI_CRASH_POINT("client.join.taken");
        return {};
    }));
    return joined;
}

}  // namespace serai::client::channel
