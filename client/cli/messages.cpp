// send, read, follow
#include "client/channel/catch_up.hpp"
#include "client/channel/joining.hpp"
#include "client/channel/roster.hpp"
#include "client/channel/sending.hpp"
#include "client/channel/store.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/history_text.hpp"
#include "client/cli/names.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/value.hpp>
#include <poll.h>
#include <unistd.h>

#include <iostream>
#include <iterator>

namespace serai::client::cli {
namespace {

namespace message = protocol::message;

constexpr std::size_t kMaxText = 32 * 1024;  // bytes: padded and framed it must fit one message

Result<void> send(Program& program, const std::string& name, std::string text) {
    if (text == "-") {
        text.assign(std::istreambuf_iterator<char>{std::cin}, {});
    }
    if (text.empty() || text.size() > kMaxText) {
        return program.diagnostics().fail(
            ClientError::bad_argument,
            "a message has 1 to 32768 bytes; longer ones are documents ('serai put')");
    }
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(state, find_channel(*client, name));
    const message::Content content{
        message::ContentType::text, client->context().clock(), to_bytes(as_bytes(text))};
    SERAI_TRY(entry, channel::send(client->context(), state.group, content));
    program.out().say("Sent to '" + printable(state.title) + "' (record " +
                      std::to_string(entry.n.value()) + ").");
    program.out().emit(entry_json(entry));
    return {};
}

void show(Program& program, const Client& client, const channel::HistoryEntry& entry) {
    const std::string text = entry_text(client.genesis(), entry);
    if (!text.empty()) {
        program.out().say(text);
    }
    program.out().emit(entry_json(entry));
}

Result<void> read(Program& program, const std::string& name, std::uint64_t last, bool offline) {
    SERAI_TRY(client, offline ? program.open_offline() : program.open_online());
    SERAI_TRY(state, find_channel(*client, name));
    Result<void> caught_up;
    if (!offline) {
        caught_up = channel::catch_up(client->context(), state.group);
        if (caught_up) {
            caught_up = channel::clear_proposed(client->context(), state.group);
        }
    }
    // What is good is shown also if the server was caught in the middle.
    SERAI_TRY(now, channel::load_channel(client->vault(), state.group));
    const std::uint64_t end = now.state.next_record().value();
    constexpr std::size_t kPage = 500;
    RecordNumber from{last == 0 || last >= end ? 0 : end - last};
    while (true) {
        SERAI_TRY(page, channel::load_history(client->vault(), state.group, from, kPage));
        for (const channel::HistoryEntry& entry : page) {
            show(program, *client, entry);
        }
        if (page.size() < kPage) {
            break;
        }
        from = next(page.back().n);
    }
    if (caught_up && now.state.standing == channel::Standing::removed) {
        program.out().say(
            "(You were removed from this channel; nothing that follows can be read.)");
    }
    return caught_up;
}

// A line typed while following, if there is one.
std::optional<std::string> typed_line() {
    pollfd ready{STDIN_FILENO, POLLIN, 0};
    if (::isatty(STDIN_FILENO) != 1 || ::poll(&ready, 1, 0) != 1) {
        return std::nullopt;
    }
    std::string line;
    if (!std::getline(std::cin, line)) {
        return std::nullopt;
    }
    return line;
}

Result<void> take_event(Client& client, const GroupId& group, const message::EventFrame& event) {
    if (event.type != message::EventType::record) {
        return {};
    }
    const auto record = protocol::codec::decode_exact<message::RecordEvent>(event.body);
    if (!record) {
        return client.diagnostics().fail(ClientError::protocol_violation,
                                         "an event that does not decode");
    }
    SERAI_TRY(channel, channel::load_channel(client.vault(), group));
    // Our own sending catches up by itself, so its record comes a second time.
    if (record->group != group || record->entry.head.n < channel.state.next_record()) {
        return {};
    }
    SERAI_CHECK(channel::take_records(client.context(), group, {record->entry}));
    SERAI_TRY(now, channel::load_channel(client.vault(), group));
    if (now.lost) {
        return channel::catch_up(client.context(), group);
    }
    return {};
}

// Shows what has come since the last time, whoever took it in: sending reads on by itself.
class Screen {
  public:
    Screen(Program& program, Client& client, const GroupId& group, RecordNumber from)
        : program_(program), client_(client), group_(group), from_(from) {}

    Result<void> show_new() {
        constexpr std::size_t kPage = 500;
        std::size_t got = kPage;
        while (got == kPage) {
            SERAI_TRY(page, channel::load_history(client_.vault(), group_, from_, kPage));
            for (const channel::HistoryEntry& entry : page) {
                show(program_, client_, entry);
                from_ = next(entry.n);
                ++shown_;
            }
            got = page.size();
        }
        return {};
    }

    [[nodiscard]] std::uint64_t shown() const { return shown_; }

  private:
    Program& program_;
    Client& client_;
    GroupId group_;
    RecordNumber from_;  // the first that was not shown
    std::uint64_t shown_ = 0;
};

Result<void> send_line(Client& client, const GroupId& group, std::string_view line) {
    const message::Content content{
        message::ContentType::text, client.context().clock(), to_bytes(as_bytes(line))};
    SERAI_CHECK(channel::send(client.context(), group, content));
    return {};
}

// To what comes after what the vault has. Returns the channel's title, and nothing that has keys: these would stay in memory as
// long as somebody follows.
Result<std::string> subscribe(Client& client, const GroupId& group) {
    SERAI_TRY(opened, channel::load_channel(client.vault(), group));
    message::Subscribe request;
    request.group = group;
    request.from = opened.state.next_record();
    SERAI_CHECK(client.context().session.call(request));
    return std::move(opened.state.title);
}

Result<void> follow(Program& program, const std::string& name, std::uint64_t until) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(state, find_channel(*client, name));
    Screen screen{program, *client, state.group, state.next_record()};
    const auto caught_up = channel::catch_up(client->context(), state.group);
    SERAI_CHECK(screen.show_new());
    SERAI_CHECK(caught_up);
    SERAI_TRY(title, subscribe(*client, state.group));
    program.out().note("Following '" + printable(title) +
                       "'. Type a line to send it; Ctrl-C ends.");
    constexpr std::chrono::milliseconds kTick{200};
    while (until == 0 || screen.shown() < until) {
        Result<void> done;
        if (auto line = typed_line(); line && !line->empty()) {
            done = send_line(*client, state.group, *line);
            SERAI_CHECK(screen.show_new());
            SERAI_CHECK(done);
        }
        SERAI_TRY(event, client->context().session.next_event(kTick));
        if (event) {
            done = take_event(*client, state.group, *event);
            SERAI_CHECK(screen.show_new());
            SERAI_CHECK(done);
        } else {
            SERAI_CHECK(client->vault().forget());
        }
        SERAI_TRY(now, channel::load_channel(client->vault(), state.group));
        if (now.state.standing == channel::Standing::removed) {
            return ClientError::removed;
        }
        SERAI_CHECK(channel::clear_proposed(client->context(), state.group));
    }
    return {};
}

}  // namespace

void add_message_commands(CLI::App& app, Program& program) {
    auto name = std::make_shared<std::string>();
    auto text = std::make_shared<std::string>();
    auto* send_command = app.add_subcommand("send", "Send a message");
    send_command->add_option("channel", *name, "Title or beginning of the id")->required();
    send_command->add_option("text", *text, "The message; - reads it from the standard input")
        ->required();
    send_command->callback(
        [&program, name, text] { program.run([&] { return send(program, *name, *text); }); });

    auto last = std::make_shared<std::uint64_t>(0);
    auto offline = std::make_shared<bool>(false);
    auto* read_command = app.add_subcommand("read", "Read a channel, the new and the old");
    read_command->add_option("channel", *name, "Title or beginning of the id")->required();
    read_command->add_option("--last", *last, "Only so many newest records");
    read_command->add_flag("--offline", *offline, "As last seen, without asking the server");
    read_command->callback([&program, name, last, offline] {
        program.run([&] { return read(program, *name, *last, *offline); });
    });

    auto until = std::make_shared<std::uint64_t>(0);
    auto* follow_command = app.add_subcommand("follow", "Show a channel live");
    follow_command->add_option("channel", *name, "Title or beginning of the id")->required();
    follow_command->add_option("--count", *until, "End after so many records that are new here");
    follow_command->callback(
        [&program, name, until] { program.run([&] { return follow(program, *name, *until); }); });
}

}  // namespace serai::client::cli
