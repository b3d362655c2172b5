#include "tests/client/member.hpp"

#include "client/channel/catch_up.hpp"
#include "client/channel/founding.hpp"
#include "client/channel/joining.hpp"
#include "client/channel/roster.hpp"
#include "client/channel/sending.hpp"
#include "client/channel/stock.hpp"
#include "client/channel/store.hpp"
#include "tests/client/command_line.hpp"

#include <stdexcept>

namespace serai::tests {
namespace {

namespace channel = client::channel;
namespace message = protocol::message;
namespace network_ns = protocol::network;

template <class R>
void must(const R& result, const std::string& what, const client::Diagnostics& diagnostics) {
    if (!result) {
        throw std::runtime_error{what + ": " + result.error().message() + " (" +
                                 diagnostics.explanation() + ")"};
    }
}

}  // namespace

Member::Member(const TestNetwork& network,
               std::uint16_t port,
               std::string_view party,
               const std::string& path,
               storage::file::FileSystem& files)
    : home_(network.directory() / "homes" / std::string{party} / path) {
    make_home(network, network.device(party, path), port, home_);
    auto opened = client::Client::open(client::Home{home_},
                                       client::vault::Passphrase::from_bytes(as_bytes(kPassphrase)),
                                       diagnostics_,
                                       files);
    must(opened, "opening a home", diagnostics_);
    client_ = std::move(*opened);
    reconnect();
    constexpr std::uint32_t kStock = 4;
    must(channel::stock_key_packages(context(), kStock), "publishing", diagnostics_);
}

Result<void> Member::reconnect(Lie lie) {
    return client_->connect([lie = std::move(lie)](auto honest) {
        return std::make_unique<TamperingTransport>(std::move(honest), lie);
    });
}

void Member::reconnect() {
    must(client_->connect(), "connecting", diagnostics_);
}

GroupId Member::found(const std::string& title) {
    network_ns::ChannelRules rules;
    rules.theme = channel::theme_of("tests");
    for (const std::string_view state : TestNetwork::kStates) {
        rules.parties.push_back(*network_ns::PartyCode::parse(state));
    }
    rules.roles = {network_ns::Role::focal_point};
    const auto group = channel::found(context(), title, rules);
    must(group, "founding", diagnostics_);
    return *group;
}

void Member::invite(const GroupId& group, const Member& other) {
    must(channel::invite(context(), group, other.person()), "inviting", diagnostics_);
}

void Member::join() {
    const auto joined = channel::join_all(context());
    must(joined, "joining", diagnostics_);
    if (joined->size() != 1 || !joined->front().trouble.empty()) {
        throw std::runtime_error{"not joined: " +
                                 (joined->empty() ? "no Welcome" : joined->front().trouble)};
    }
    must(catch_up(joined->front().group), "catching up", diagnostics_);
}

void Member::say(const GroupId& group, const std::string& text) {
    const message::Content content{
        message::ContentType::text, now_millis(), to_bytes(as_bytes(text))};
    must(channel::send(context(), group, content), "sending", diagnostics_);
}

Result<void> Member::catch_up(const GroupId& group) {
    return channel::catch_up(context(), group);
}

std::vector<std::string> Member::heard(const GroupId& group) {
    constexpr std::size_t kAll = 10'000;
    const auto entries = channel::load_history(client_->vault(), group, RecordNumber{0}, kAll);
    must(entries, "reading the history", diagnostics_);
    std::vector<std::string> texts;
    for (const channel::HistoryEntry& entry : *entries) {
        if (entry.content && entry.content->type == message::ContentType::text) {
            texts.emplace_back(as_text(entry.content->body));
        }
    }
    return texts;
}

}  // namespace serai::tests
