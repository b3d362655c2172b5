#include "protocol/message/document.hpp"

#include <algorithm>
#include <array>

namespace serai::protocol::message {
namespace {

using codec::CodecError;

constexpr std::uint16_t kMarkingVersion = 1;
constexpr std::size_t kMaxConditions = 1024;
constexpr std::string_view kSourceGrades = "ABCX";
constexpr std::array<std::string_view, 5> kTlpNames{
    "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"};
constexpr std::array<std::string_view, 4> kHandlingNames{"H0", "H1", "H2", "H3"};

template <class Enum, std::size_t N>
Result<Enum> from_name(const std::array<std::string_view, N>& names, std::string_view name) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) {
        return CodecError::unknown_value;
    }
    return static_cast<Enum>(found - names.begin() + 1);
}

}  // namespace

std::string_view name(Tlp tlp) {
    return kTlpNames.at(static_cast<std::size_t>(tlp) - 1);
}

Result<Tlp> tlp_from_name(std::string_view name) {
    return from_name<Tlp>(kTlpNames, name);
}

std::string_view name(Handling handling) {
    return kHandlingNames.at(static_cast<std::size_t>(handling) - 1);
}

Result<Handling> handling_from_name(std::string_view name) {
    return from_name<Handling>(kHandlingNames, name);
}

void Marking::encode(codec::Writer& writer) const {
    writer.u16(kMarkingVersion);
    writer.enumeration(tlp);
    writer.enumeration(handling);
    writer.text(conditions);
    writer.u8(static_cast<std::uint8_t>(source_grade));
    writer.u8(information_grade);
    originator.encode(writer);
}

Result<Marking> Marking::decode(codec::Reader& reader) {
    SERAI_TRY(version, reader.u16());
    SERAI_TRY(tlp, reader.u8());
    SERAI_TRY(handling, reader.u8());
    SERAI_TRY(conditions, reader.text(kMaxConditions));
    SERAI_TRY(source_grade, reader.u8());
    SERAI_TRY(information_grade, reader.u8());
    SERAI_TRY(originator, network::PartyCode::decode(reader));
    const bool known =
        version == kMarkingVersion && tlp >= 1 && tlp <= kTlpNames.size() && handling >= 1 &&
        handling <= kHandlingNames.size() && information_grade >= 1 && information_grade <= 4 &&
        kSourceGrades.find(static_cast<char>(source_grade)) != std::string_view::npos;
    const bool conditions_missing =
        static_cast<Handling>(handling) == Handling::h3 && conditions.empty();
    if (!known || conditions_missing) {
        return CodecError::unknown_value;
    }
    return Marking{static_cast<Tlp>(tlp),
                   static_cast<Handling>(handling),
                   std::move(conditions),
                   static_cast<char>(source_grade),
                   information_grade,
                   std::move(originator)};
}

}  // namespace serai::protocol::message
