// The statements inside acts: the first byte chooses the kind, the rest is a list of fields.
#include "protocol/network/statement.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <vector>

namespace serai::fuzz {
namespace {

using namespace protocol;

template <class Statement>
void check_statement(const std::vector<network::Field>& fields) {
    const auto statement = Statement::parse(fields);
    if (!statement.has_value()) {
        return;
    }
    const bool same = std::ranges::equal(
        statement->values(), fields, [](const network::NamedValue& a, const network::Field& b) {
            return a.name == b.name && a.value == b.value;
        });
    require(same, "a statement has the values that it was parsed from");
}

void check_statements(ByteView input) {
    using Check = void (*)(const std::vector<network::Field>&);
    static constexpr Check kChecks[] = {
        &check_statement<network::PublishKeyPackagesStatement>,
        &check_statement<network::ClaimKeyPackageStatement>,
        &check_statement<network::FoundChannelStatement>,
        &check_statement<network::AdmitStatement>,
        &check_statement<network::ExpelStatement>,
        &check_statement<network::SealDocumentStatement>,
        &check_statement<network::OpenDocumentStatement>,
        &check_statement<network::CompleteDocumentStatement>,
        &check_statement<network::QueryOpeningsStatement>,
        &check_statement<network::RestoreStatement>,
        &check_statement<network::ReportStatement>,
    };
    if (input.empty()) {
        return;
    }
    codec::Reader reader{input.subspan(1)};
    const auto fields = codec::read_list<network::Field>(reader, 32);
    if (fields.has_value()) {
        kChecks[input.front() % std::size(kChecks)](*fields);
    }
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::check_statements)
