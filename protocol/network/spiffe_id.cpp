#include "protocol/network/spiffe_id.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace serai::protocol::network {
namespace {

using codec::CodecError;

constexpr std::string_view kScheme = "spiffe://";

struct RoleName {
    Role role;
    std::string_view name;
};

constexpr std::array<RoleName, 5> kRoleNames{{
    {Role::focal_point, "focal-point"},
    {Role::registrar, "registrar"},
    {Role::auditor, "auditor"},
    {Role::witness, "witness"},
    {Role::expert, "expert"},
}};

bool is_lower_alnum(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_segment(std::string_view text) {
    const auto allowed = [](char c) {
        return is_lower_alnum(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
    };
    return !text.empty() && text != "." && text != ".." && std::ranges::all_of(text, allowed);
}

// Trust domain and path segments of a SPIFFE URI; empty if it is none.
std::vector<std::string_view> split(std::string_view uri) {
    std::vector<std::string_view> parts;
    if (uri.size() > kMaxSpiffeId || !uri.starts_with(kScheme)) {
        return parts;
    }
    uri.remove_prefix(kScheme.size());
    while (true) {
        const std::size_t slash = uri.find('/');
        parts.push_back(uri.substr(0, slash));
        if (slash == std::string_view::npos) {
            break;
        }
        uri.remove_prefix(slash + 1);
    }
    const bool valid =
        is_trust_domain(parts[0]) && std::all_of(parts.begin() + 1, parts.end(), is_segment);
    if (!valid) {
        parts.clear();
    }
    return parts;
}

Result<PersonId> person_of(const std::vector<std::string_view>& parts) {
    SERAI_TRY(role, role_from_name(parts[1]));
    return PersonId{std::string{parts[0]}, role, std::string{parts[2]}};
}

}  // namespace

std::string_view name(Role role) {
    const auto found = std::ranges::find(kRoleNames, role, &RoleName::role);
    return found == kRoleNames.end() ? "unknown" : found->name;
}

Result<Role> role_from_name(std::string_view name) {
    const auto found = std::ranges::find(kRoleNames, name, &RoleName::name);
    if (found == kRoleNames.end()) {
        return CodecError::unknown_value;
    }
    return found->role;
}

Result<Role> read_role(codec::Reader& reader) {
    SERAI_TRY(value, reader.u8());
    const auto role = static_cast<Role>(value);
    if (std::ranges::find(kRoleNames, role, &RoleName::role) == kRoleNames.end()) {
        return CodecError::unknown_value;
    }
    return role;
}

bool is_trust_domain(std::string_view text) {
    const auto allowed = [](char c) {
        return is_lower_alnum(c) || c == '.' || c == '-' || c == '_';
    };
    return !text.empty() && std::ranges::all_of(text, allowed);
}

std::string PersonId::to_string() const {
    std::string out{kScheme};
    out.append(trust_domain).append("/").append(name(role)).append("/").append(person);
    return out;
}

Result<PersonId> PersonId::parse(std::string_view uri) {
    const auto parts = split(uri);
    if (parts.size() != 3) {
        return CodecError::bad_text;
    }
    return person_of(parts);
}

Result<PersonId> PersonId::decode(codec::Reader& reader) {
    SERAI_TRY(text, reader.text(kMaxSpiffeId));
    return parse(text);
}

std::string SpiffeId::to_string() const {
    return person.to_string() + "/" + device;
}

Result<SpiffeId> SpiffeId::parse(std::string_view uri) {
    const auto parts = split(uri);
    if (parts.size() != 4) {
        return CodecError::bad_text;
    }
    SERAI_TRY(person, person_of(parts));
    return SpiffeId{std::move(person), std::string{parts[3]}};
}

Result<SpiffeId> SpiffeId::decode(codec::Reader& reader) {
    SERAI_TRY(text, reader.text(kMaxSpiffeId));
    return parse(text);
}

}  // namespace serai::protocol::network
