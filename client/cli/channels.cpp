// channels, create, invite, join, members, remove, leave, add-devices, authorise, restore, return
#include "client/channel/catch_up.hpp"
#include "client/channel/founding.hpp"
#include "client/channel/joining.hpp"
#include "client/channel/judge.hpp"
#include "client/channel/rejoining.hpp"
#include "client/channel/roster.hpp"
#include "client/channel/stock.hpp"
#include "client/channel/store.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/names.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace serai::client::cli {
namespace {

namespace mls = crypto::mls;
namespace network = protocol::network;

struct CreateOptions {
    std::string title;
    std::string theme;
    std::string channel_class = "state";
    std::vector<std::string> parties;
    std::vector<std::string> roles{"focal-point"};
    std::uint32_t retention_days = 0;
};

std::string title_of(const channel::ChannelState& state) {
    return state.title.empty() ? "(title not heard yet)" : printable(state.title);
}

std::string_view standing_name(channel::Standing standing) {
    switch (standing) {
        case channel::Standing::member:
            return "member";
        case channel::Standing::removed:
            return "removed";
        case channel::Standing::lost:
            return "lost";
    }
    return "unknown";
}

boost::json::object channel_json(const channel::ChannelState& state) {
    boost::json::array parties;
    for (const network::PartyCode& code : state.rules.parties) {
        parties.emplace_back(code.text());
    }
    return {
        {"id", to_hex(state.group.value())},
        {"title", state.title},
        {"standing", standing_name(state.standing)},
        {"class", state.rules.channel_class == network::ChannelClass::state ? "state" : "expert"},
        {"parties", std::move(parties)},
        {"records", state.next_record().value()}};
}

Result<void> list_channels(Program& program, bool offline) {
    SERAI_TRY(client, offline ? program.open_offline() : program.open_online());
    if (!offline) {
        SERAI_CHECK(program.catch_up_everywhere());
    }
    SERAI_TRY(states, channel::load_channel_states(client->vault()));
    std::ranges::sort(states, {}, &channel::ChannelState::title);
    std::vector<std::vector<std::string>> rows{
        {"Channel", "Id", "Class", "Parties", "Records", ""}};
    boost::json::array all;
    for (const channel::ChannelState& state : states) {
        std::string parties;
        for (const network::PartyCode& code : state.rules.parties) {
            parties += (parties.empty() ? "" : " ") + code.text();
        }
        rows.push_back(
            {title_of(state),
             short_id(state.group.value()),
             state.rules.channel_class == network::ChannelClass::state ? "state" : "expert",
             parties,
             std::to_string(state.next_record().value()),
             state.standing == channel::Standing::member
                 ? ""
                 : std::string{standing_name(state.standing)}});
        all.push_back(channel_json(state));
    }
    program.out().say(states.empty() ? "No channels yet. 'serai create' founds one, 'serai join' "
                                       "takes in invitations."
                                     : table(rows));
    program.out().emit(boost::json::object{{"channels", std::move(all)}});
    return {};
}

Result<network::ChannelRules> rules_from(Program& program,
                                         const network::Genesis& genesis,
                                         const CreateOptions& options) {
    Diagnostics& diagnostics = program.diagnostics();
    network::ChannelRules rules;
    rules.channel_class = options.channel_class == "expert" ? network::ChannelClass::expert
                                                            : network::ChannelClass::state;
    rules.theme = channel::theme_of(options.theme);
    rules.retention_days = options.retention_days;
    for (const std::string& text : options.parties) {
        const auto code = network::PartyCode::parse(text);
        if (!code || genesis.party(*code) == nullptr) {
            return diagnostics.fail(ClientError::bad_argument,
                                    "this network has no party '" + text + "'");
        }
        rules.parties.push_back(*code);
    }
    for (const std::string& text : options.roles) {
        const auto role = network::role_from_name(text);
        if (!role) {
            return diagnostics.fail(ClientError::bad_argument, "there is no role '" + text + "'");
        }
        rules.roles.push_back(*role);
    }
    const auto tidy = [](auto& list) {
        std::ranges::sort(list);
        const auto rest = std::ranges::unique(list);
        list.erase(rest.begin(), rest.end());
    };
    tidy(rules.parties);
    tidy(rules.roles);
    return rules;
}

Result<void> create(Program& program, const CreateOptions& options) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(rules, rules_from(program, client->genesis(), options));
    SERAI_TRY(group, channel::found(client->context(), options.title, rules));
    SERAI_TRY(channel, channel::load_channel(client->vault(), group));
    program.out().say("Founded '" + printable(options.title) + "' (" + short_id(group.value()) +
                      "). Next: serai invite \"" + printable(options.title) + "\" PARTY/PERSON");
    program.out().emit(channel_json(channel.state));
    return {};
}

Result<void> invite(Program& program,
                    const std::string& name,
                    const std::vector<std::string>& people) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(state, find_channel(*client, name));
    std::vector<network::PersonId> persons;
    for (const std::string& text : people) {
        SERAI_TRY(person, parse_person(client->genesis(), text, program.diagnostics()));
        persons.push_back(std::move(person));
    }
    for (const network::PersonId& person : persons) {
        if (auto invited = channel::invite(client->context(), state.group, person); !invited) {
            if (invited.error() == WireError::no_key_package) {
                return program.diagnostics().fail(
                    invited.error(),
                    person.to_string() +
                        " has not enrolled a device yet, or has to run 'serai "
                        "join' once to leave new key packages");
            }
            return invited;
        }
        program.out().say(person_text(client->genesis(), person.to_string()) + " is now in '" +
                          title_of(state) + "'.");
        program.out().emit(boost::json::object{{"channel", to_hex(state.group.value())},
                                               {"invited", person.to_string()}});
    }
    return {};
}

Result<void> join(Program& program) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(joined, channel::join_all(client->context()));
    bool trouble = false;
    for (const channel::Joined& one : joined) {
        if (one.withdrawn) {
            program.out().note("Passed over: an invitation to " + short_id(one.group.value()) +
                               ": " + one.trouble);
            continue;
        }
        if (!one.trouble.empty()) {
            program.out().note("Not taken: an invitation to " + short_id(one.group.value()) + ": " +
                               printable(one.trouble));
            trouble = true;
            continue;
        }
        // What came after our admission is the channel's business, not that of this invitation.
        if (auto done = channel::catch_up(client->context(), one.group);
            !done && done.error() != ClientError::wedged) {
            return done;
        }
        SERAI_TRY(channel, channel::load_channel(client->vault(), one.group));
        program.out().say(
            "Joined '" + title_of(channel.state) + "' (" + short_id(one.group.value()) + "), " +
            std::to_string(channel.group ? channel.group->view()->tree().member_count() : 0) +
            " members; every certificate and the authority of the invitation hold.");
        program.out().emit(channel_json(channel.state));
    }
    if (joined.empty()) {
        // A join that was interrupted may have left a channel of which nothing has been read yet, its title included.
        SERAI_CHECK(program.catch_up_everywhere());
        program.out().say("No invitations are waiting.");
    }
    SERAI_CHECK(channel::stock_key_packages(client->context(), channel::kStock));
    if (trouble) {
        return program.diagnostics().fail(
            ClientError::untrusted,
            "an invitation could not be taken (see above); it is kept in the "
            "folder 'evidence'");
    }
    return {};
}

Result<void> members(Program& program, const std::string& name) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(state, find_channel(*client, name));
    SERAI_CHECK(channel::catch_up(client->context(), state.group));
    SERAI_TRY(channel, channel::load_channel(client->vault(), state.group));
    if (!channel.group) {
        return ClientError::removed;
    }
    const channel::LeafJudge judge{client->context()};
    std::vector<std::vector<std::string>> rows{
        {"Party", "Person", "Role", "Device", "Certificate"}};
    boost::json::array all;
    channel.group->view()->tree().for_each_member([&](mls::LeafIndex, const mls::LeafNode& leaf) {
        const auto id = network::SpiffeId::parse(channel::device_of(leaf));
        const auto identity = judge.identify(leaf);
        constexpr std::uint64_t kMillis = 1000;
        const std::string standing =
            identity ? "until " + local_time(UnixMillis{identity->not_after.value() * kMillis})
                     : identity.error().message();
        if (id) {
            rows.push_back({client->network().party_of(id->person),
                            id->person.person,
                            std::string{network::name(id->person.role)},
                            id->device,
                            standing});
            all.push_back(boost::json::object{{"id", id->to_string()},
                                              {"party", client->network().party_of(id->person)},
                                              {"valid", identity.has_value()},
                                              {"founder", id->person == channel.state.founder}});
        }
    });
    program.out().say(table(rows));
    program.out().emit(boost::json::object{{"channel", to_hex(state.group.value())},
                                           {"epoch", channel.group->epoch()},
                                           {"members", std::move(all)}});
    return {};
}

Result<void> remove(Program& program, const std::string& name, const std::string& who) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(state, find_channel(*client, name));
    SERAI_TRY(person, parse_person(client->genesis(), who, program.diagnostics()));
    SERAI_CHECK(channel::expel(client->context(), state.group, person));
    program.out().say(person_text(client->genesis(), person.to_string()) + " is no longer in '" +
                      title_of(state) + "' and cannot read what follows.");
    program.out().emit(boost::json::object{{"channel", to_hex(state.group.value())},
                                           {"removed", person.to_string()}});
    return {};
}

// Into every channel that we are in, or into one.
Result<void> add_devices(Program& program, const std::string& who, const std::string& name) {
    SERAI_TRY(client, program.open_online());
    network::PersonId person = client->device().id.person;
    if (!who.empty()) {
        SERAI_TRY(parsed, parse_person(client->genesis(), who, program.diagnostics()));
        person = std::move(parsed);
    }
    SERAI_TRY(states, channel::load_channel_states(client->vault()));
    if (!name.empty()) {
        SERAI_TRY(one, find_channel(*client, name));
        states = {std::move(one)};
    }
    std::size_t count = 0;
    for (const channel::ChannelState& state : states) {
        if (state.standing == channel::Standing::removed) {
            continue;
        }
        SERAI_TRY(added, channel::add_devices_of(client->context(), state.group, person));
        if (added) {
            ++count;
            program.out().say("New devices of " +
                              person_text(client->genesis(), person.to_string()) + " are now in '" +
                              title_of(state) + "'.");
            program.out().emit(boost::json::object{{"channel", to_hex(state.group.value())},
                                                   {"invited", person.to_string()}});
        }
    }
    if (count == 0) {
        program.out().say("There is no new device to bring in.");
    }
    return {};
}

// Of a channel that we are perhaps not in.
Result<GroupId> parse_group(Program& program, const std::string& id) {
    const auto bytes = from_hex(id);
    if (!bytes || bytes->size() != GroupId{}.value().size()) {
        return program.diagnostics().fail(ClientError::bad_argument,
                                          "the channel's whole id is wanted, 64 digits");
    }
    Digest digest{};
    std::ranges::copy(*bytes, digest.begin());
    return GroupId{digest};
}

Result<void> authorise(Program& program, const std::string& id, const std::string& who) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(group, parse_group(program, id));
    SERAI_TRY(person, parse_person(client->genesis(), who, program.diagnostics()));
    SERAI_CHECK(channel::authorise(client->context(), group, person));
    program.out().say("Any member of the channel may now bring in " +
                      person_text(client->genesis(), person.to_string()) + " with 'serai invite'.");
    program.out().emit(boost::json::object{{"channel", to_hex(group.value())},
                                           {"authorised", person.to_string()}});
    return {};
}

Result<void> restore(Program& program, const std::string& id, const std::string& which) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(group, parse_group(program, id));
    SERAI_TRY(device, parse_device(client->genesis(), which, program.diagnostics()));
    SERAI_CHECK(channel::restore(client->context(), group, device));
    program.out().say(person_text(client->genesis(), device.to_string(), true) +
                      " may come back into the channel; the next command there does it.");
    program.out().emit(
        boost::json::object{{"channel", to_hex(group.value())}, {"restored", device.to_string()}});
    return {};
}

Result<void> come_back(Program& program,
                       const std::string& name,
                       const std::vector<std::string>& with) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(state, find_channel(*client, name));
    std::vector<network::SpiffeId> trusted;
    for (const std::string& one : with) {
        SERAI_TRY(device, parse_device(client->genesis(), one, program.diagnostics()));
        trusted.push_back(std::move(device));
    }
    SERAI_CHECK(channel::read_log(client->context(), state.group));
    SERAI_CHECK(channel::come_back(client->context(), state.group, {}, trusted));
    SERAI_TRY(now, channel::load_channel(client->vault(), state.group));
    if (now.state.standing == channel::Standing::removed) {
        return ClientError::removed;
    }
    program.out().say("This device follows '" + title_of(state) + "'.");
    program.out().emit(boost::json::object{{"channel", to_hex(state.group.value())},
                                           {"returned", client->device().id.to_string()}});
    return {};
}

Result<void> leave(Program& program, const std::string& name) {
    SERAI_TRY(client, program.open_online());
    SERAI_TRY(state, find_channel(*client, name));
    SERAI_CHECK(channel::leave(client->context(), state.group));
    program.out().say("You have said that you leave '" + title_of(state) +
                      "'. Another member's client makes it so.");
    program.out().emit(boost::json::object{{"channel", to_hex(state.group.value())},
                                           {"leaving", client->device().id.person.to_string()}});
    return {};
}

}  // namespace

void add_channel_commands(CLI::App& app, Program& program) {
    auto offline = std::make_shared<bool>(false);
    auto* list = app.add_subcommand("channels", "List your channels");
    list->add_flag("--offline", *offline, "As last seen, without asking the server");
    list->callback(
        [&program, offline] { program.run([&] { return list_channels(program, *offline); }); });

    auto options = std::make_shared<CreateOptions>();
    auto* create_command = app.add_subcommand("create", "Found a channel of a theme");
    create_command->add_option("title", options->title, "What members see; encrypted")->required();
    create_command->add_option("--theme", options->theme, "The theme's name")->required();
    create_command
        ->add_option("--party", options->parties, "Party whose people may be in it; repeat it")
        ->required();
    create_command->add_option("--class", options->channel_class, "state (default) or expert")
        ->check(CLI::IsMember({"state", "expert"}));
    create_command->add_option(
        "--role", options->roles, "Role that may be in it (default focal-point); repeat it");
    create_command->add_option("--retention-days", options->retention_days, "0: until erased");
    create_command->callback(
        [&program, options] { program.run([&] { return create(program, *options); }); });

    auto name = std::make_shared<std::string>();
    auto people = std::make_shared<std::vector<std::string>>();
    auto* invite_command = app.add_subcommand("invite", "Bring people into a channel");
    invite_command->add_option("channel", *name, "Title or beginning of the id")->required();
    invite_command->add_option("person", *people, "KZ/person-1 or spiffe://...")->required();
    invite_command->callback(
        [&program, name, people] { program.run([&] { return invite(program, *name, *people); }); });

    auto* join_command = app.add_subcommand("join", "Take in invitations that are waiting");
    join_command->callback([&program] { program.run([&] { return join(program); }); });

    auto* members_command = app.add_subcommand("members", "Who is in a channel, by certificate");
    members_command->add_option("channel", *name, "Title or beginning of the id")->required();
    members_command->callback(
        [&program, name] { program.run([&] { return members(program, *name); }); });

    auto who = std::make_shared<std::string>();
    auto* remove_command = app.add_subcommand("remove", "Take a person out of a channel");
    remove_command->add_option("channel", *name, "Title or beginning of the id")->required();
    remove_command->add_option("person", *who, "KZ/person-1 or spiffe://...")->required();
    remove_command->callback(
        [&program, name, who] { program.run([&] { return remove(program, *name, *who); }); });

    auto only_in = std::make_shared<std::string>();
    auto whose = std::make_shared<std::string>();
    auto* devices_command = app.add_subcommand(
        "add-devices", "Bring new devices of yours, or of a colleague, into your channels");
    devices_command->add_option("person", *whose, "KZ/person-1 or spiffe://...; you, if left out");
    devices_command->add_option("--channel", *only_in, "Into this channel only");
    devices_command->callback([&program, whose, only_in] {
        program.run([&] { return add_devices(program, *whose, *only_in); });
    });

    auto* authorise_command = app.add_subcommand(
        "authorise", "As an official who is no member: allow that one of your people is invited");
    authorise_command->add_option("channel", *name, "The channel's whole id")->required();
    authorise_command->add_option("person", *who, "KZ/person-1 or spiffe://...")->required();
    authorise_command->callback(
        [&program, name, who] { program.run([&] { return authorise(program, *name, *who); }); });

    auto* restore_command = app.add_subcommand(
        "restore", "As an official: let a device back in that cannot follow the channel any more");
    restore_command->add_option("channel", *name, "The channel's whole id")->required();
    restore_command->add_option("device", *who, "KZ/person-1/laptop or spiffe://...")->required();
    restore_command->callback(
        [&program, name, who] { program.run([&] { return restore(program, *name, *who); }); });

    auto with = std::make_shared<std::vector<std::string>>();
    auto* return_command = app.add_subcommand(
        "return",
        "Come back into a channel that this device could not follow, when a command says so");
    return_command->add_option("channel", *name, "Title or beginning of the id")->required();
    return_command->add_option(
        "--with", *with, "Device that you have asked about, KZ/person-1/laptop; repeat it");
    return_command->callback(
        [&program, name, with] { program.run([&] { return come_back(program, *name, *with); }); });

    auto* leave_command = app.add_subcommand("leave", "Go out of a channel with all your devices");
    leave_command->add_option("channel", *name, "Title or beginning of the id")->required();
    leave_command->callback(
        [&program, name] { program.run([&] { return leave(program, *name); }); });
}

}  // namespace serai::client::cli
