#include "storage/repo/mailbox.hpp"

#include "protocol/base/limits.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/channel_rows.hpp"
#include "storage/repo/device_intent.hpp"
#include "storage/repo/scan.hpp"

namespace serai::storage::repo {
namespace {

namespace keyspace = kv::keyspace;
using commit::Asked;
using commit::Effects;
using commit::View;
using kv::make_key;
using kv::Space;
using protocol::codec::decode_exact;
using protocol::message::MailboxItem;

// An item to delete, with what is needed to see whether it was the last one into its epoch.
struct Taken {
    std::uint64_t sequence = 0;
    ChannelPtr channel;
    Epoch epoch;
    std::uint32_t tree_parts = 0;
};

class DeleteMailboxIntent final : public DeviceIntent {
  public:
    DeleteMailboxIntent(Repositories& repositories, Asked asked, std::vector<Taken> taken)
        : DeviceIntent(repositories, std::move(asked)), taken_(std::move(taken)) {}

    [[nodiscard]] std::size_t bytes() const override { return 256 + taken_.size() * 512; }

  private:
    Result<Bytes> decide_device(const View&, Effects& effects) const override {
        for (const Taken& item : taken_) {
            const GroupId& group = item.channel->group();
            const Digest& device = who_key();
            effects.rows.erase(Space::state,
                               make_key(keyspace::kMailbox, ByteView{device}, item.sequence));
            const auto& waiters = item.channel->overlay().tree_waiters;
            const auto waiting = waiters.find(item.epoch.value());
            if (waiting == waiters.end() || !waiting->second.contains(device)) {
                continue;  // deleted before, by another connection of the device
            }
            effects.rows.erase(
                Space::state, make_key(keyspace::kTreeWaiter, group, item.epoch, ByteView{device}));
            if (waiting->second.size() == 1) {
                for (std::uint32_t part = 0; part < item.tree_parts; ++part) {
                    effects.rows.erase(Space::state,
                                       make_key(keyspace::kTreePart, group, item.epoch, part));
                }
            }
            effects.changes.push_back(channel_change(
                item.channel, [device, epoch = item.epoch.value()](Channel::Overlay& overlay) {
                    auto& devices = overlay.tree_waiters[epoch];
                    devices.erase(device);
                    if (devices.empty()) {
                        overlay.tree_waiters.erase(epoch);
                    }
                }));
        }
        return Bytes{};
    }

    std::vector<Taken> taken_;
};

Result<Taken> take(Repositories& repositories, const MailboxItem& item) {
    SERAI_TRY(channel, repositories.channels().load(item.group));
    Taken taken{item.sequence, std::move(channel), item.epoch, 0};
    SERAI_TRY(
        row,
        repositories.store().get(
            Space::state, make_key(keyspace::kTreePart, item.group, item.epoch, std::uint32_t{0})));
    if (row) {
        SERAI_TRY(tree, decode_exact<TreeRow>(*row));
        taken.tree_parts = tree_parts(tree.total);
    }
    return taken;
}

}  // namespace

Result<protocol::message::Mailbox> Mailbox::list(const protocol::network::SpiffeId& device,
                                                 std::uint64_t from) const {
    const Digest key = commit::device_key(device);
    auto request =
        kv::ScanRequest::prefix(Space::state, make_key(keyspace::kMailbox, ByteView{key}));
    request.begin = to_bytes(make_key(keyspace::kMailbox, ByteView{key}, from));
    request.max_entries = limits::kMaxPageEntries;
    request.max_bytes = limits::kMaxPage;
    SERAI_TRY(page, store_.scan(request));
    protocol::message::Mailbox out;
    out.more = page.more;
    for (const kv::ScanEntry& entry : page.entries) {
        SERAI_TRY(item, decode_exact<MailboxItem>(entry.value));
        out.items.push_back(std::move(item));
    }
    return out;
}

Prepared prepare(Repositories& repositories, Asked asked, DeleteMailbox input) {
    const Digest key = commit::device_key(asked.device);
    std::vector<Taken> taken;
    auto request =
        kv::ScanRequest::prefix(Space::state, make_key(keyspace::kMailbox, ByteView{key}));
    request.end = to_bytes(make_key(keyspace::kMailbox, ByteView{key}, input.through));
    request.end.push_back(0);
    for (bool more = true; more;) {
        SERAI_TRY(page, repositories.store().scan(request));
        for (const kv::ScanEntry& entry : page.entries) {
            SERAI_TRY(item, decode_exact<MailboxItem>(entry.value));
            SERAI_TRY(one, take(repositories, item));
            taken.push_back(std::move(one));
        }
        more = page.more;
        if (more) {
            request = kv::next_page(request, page);
        }
    }
    return std::make_unique<const DeleteMailboxIntent>(
        repositories, std::move(asked), std::move(taken));
}

}  // namespace serai::storage::repo
