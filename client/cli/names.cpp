#include "client/cli/names.hpp"

#include "client/channel/store.hpp"

#include <algorithm>
#include <cctype>

namespace serai::client::cli {
namespace {

namespace network = protocol::network;

constexpr std::size_t kMinIdDigits = 4;

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(
        out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool fits_id(const channel::ChannelState& state, const std::string& name) {
    return name.size() >= kMinIdDigits && to_hex(state.group.value()).starts_with(name);
}

}  // namespace

Result<channel::ChannelState> find_channel(Client& client, std::string_view name) {
    SERAI_TRY(states, channel::load_channel_states(client.vault()));
    const std::string wanted = lower(name);
    std::vector<const channel::ChannelState*> fitting;
    for (const channel::ChannelState& state : states) {
        if (lower(state.title) == wanted || to_hex(state.group.value()) == wanted) {
            fitting = {&state};
            break;
        }
        if (fits_id(state, wanted) || lower(state.title).find(wanted) != std::string::npos) {
            fitting.push_back(&state);
        }
    }
    Diagnostics& diagnostics = client.diagnostics();
    if (fitting.empty() || wanted.empty()) {
        return diagnostics.fail(ClientError::not_found,
                                "no channel here is called '" + std::string{name} +
                                    "'; 'serai channels' lists them, 'serai join' takes in "
                                    "invitations");
    }
    if (fitting.size() > 1) {
        return diagnostics.fail(ClientError::ambiguous,
                                "'" + std::string{name} + "' fits " +
                                    std::to_string(fitting.size()) +
                                    " channels; use more of the title, or the id");
    }
    return *fitting.front();
}

Result<network::PersonId> parse_person(const network::Genesis& genesis,
                                       std::string_view text,
                                       Diagnostics& diagnostics) {
    if (text.starts_with("spiffe://")) {
        if (const auto device = network::SpiffeId::parse(text)) {
            return device->person;
        }
        if (auto person = network::PersonId::parse(text)) {
            return std::move(*person);
        }
    } else if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        const auto code = network::PartyCode::parse(text.substr(0, slash));
        const network::Party* party = code ? genesis.party(*code) : nullptr;
        std::string rest{text.substr(slash + 1)};
        if (rest.find('/') == std::string::npos) {
            rest = "focal-point/" + rest;
        }
        if (party != nullptr) {
            if (auto person =
                    network::PersonId::parse("spiffe://" + party->trust_domain + "/" + rest)) {
                return std::move(*person);
            }
        }
    }
    return diagnostics.fail(
        ClientError::bad_argument,
        "'" + std::string{text} +
            "' is no person of this network; write KZ/person-1, KZ/registrar/person-2, or "
            "spiffe://DOMAIN/ROLE/PERSON");
}

Result<network::SpiffeId> parse_device(const network::Genesis& genesis,
                                       std::string_view text,
                                       Diagnostics& diagnostics) {
    if (auto device = network::SpiffeId::parse(text)) {
        return std::move(*device);
    }
    const std::size_t slash = text.rfind('/');
    if (slash != std::string_view::npos && !text.starts_with("spiffe://")) {
        const auto person = parse_person(genesis, text.substr(0, slash), diagnostics);
        auto device =
            person ? network::SpiffeId::parse(person->to_string() + std::string{text.substr(slash)})
                   : Result<network::SpiffeId>{person.error()};
        if (device) {
            return std::move(*device);
        }
    }
    return diagnostics.fail(ClientError::bad_argument,
                            "'" + std::string{text} +
                                "' is no device of this network; write KZ/person-1/laptop or "
                                "spiffe://DOMAIN/ROLE/PERSON/DEVICE");
}

std::string person_text(const network::Genesis& genesis,
                        std::string_view spiffe_id,
                        bool with_device) {
    const auto device = network::SpiffeId::parse(spiffe_id);
    const auto person =
        device ? Result<network::PersonId>{device->person} : network::PersonId::parse(spiffe_id);
    if (!person) {
        return std::string{spiffe_id};
    }
    const network::Party* party = genesis.party_of_domain(person->trust_domain);
    std::string text = (party == nullptr ? person->trust_domain : party->code.text()) + " ";
    if (person->role != network::Role::focal_point) {
        text += std::string{name(person->role)} + " ";
    }
    text += person->person;
    return with_device && device ? text + " (" + device->device + ")" : text;
}

std::string short_id(ByteView id) {
    return to_hex(id).substr(0, 8);
}

}  // namespace serai::client::cli
