// The properties that every structure of the protocol has (properties.hpp), family by family: round trip, truncation at
// every byte, a trailing byte, changed bytes, unknown enumeration values.
#include "tests/protocol/properties.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

using namespace protocol::message;
using namespace protocol::network;

TEST(Structures, of_identities_and_parties_keep_the_properties) {
    check_properties_of_all<PartyCode, Party, PersonId, SpiffeId, ChannelRules>();
}

TEST(Structures, of_genesis_keep_the_properties) {
    check_properties_of_all<Genesis, GenesisSignature, SignedGenesis>();
}

TEST(Structures, of_acts_keep_the_properties) {
    check_properties_of_all<Field, ActHeader, ActSeal, Act>();
}

TEST(Structures, of_the_audit_log_keep_the_properties) {
    check_properties_of_all<Leaf, ShownField, Opening, Counter, Receipt, ActReceipt, OpenedEntry>();
}

TEST(Structures, of_channel_records_keep_the_properties) {
    check_properties_of_all<ChannelRecord,
                            ChainHead,
                            RecordPosition,
                            ActReference,
                            ChannelAad,
                            RecordEntry,
                            RecordReceipt>();
}

TEST(Structures, between_members_keep_the_properties) {
    check_properties_of_all<Content, Marking>();
}

TEST(Structures, of_frames_keep_the_properties) {
    check_properties_of_all<RequestFrame, ResponseFrame, EventFrame>();
}

TEST(Structures, of_session_and_directory_requests_keep_the_properties) {
    check_properties_of_all<Hello,
                            HelloOk,
                            PublishKeyPackages,
                            KeyPackageEntry,
                            ClaimKeyPackage,
                            ClaimedKeyPackages,
                            CountKeyPackages,
                            KeyPackageCount>();
}

TEST(Structures, of_channel_requests_keep_the_properties) {
    check_properties_of_all<FoundChannel,
                            EstablishChannel,
                            Admit,
                            Expel,
                            Commit,
                            Send,
                            FetchRecords,
                            Records,
                            Subscribe,
                            Unsubscribe,
                            ListChannels,
                            ChannelSummary,
                            Channels,
                            FetchTree,
                            TreePart,
                            ListActs,
                            FetchGroupInfo,
                            PublishedGroup,
                            Acts>();
}

TEST(Structures, of_mailbox_and_document_requests_keep_the_properties) {
    check_properties_of_all<ListMailbox,
                            MailboxItem,
                            Mailbox,
                            DeleteMailbox,
                            SealDocument,
                            OpenDocument,
                            Grant,
                            CompleteDocument>();
}

TEST(Structures, of_audit_requests_keep_the_properties) {
    check_properties_of_all<QueryOpenings,
                            Openings,
                            GetCheckpoint,
                            CheckpointNote,
                            ProveInclusion,
                            ProveConsistency,
                            Proof,
                            GetLeaves,
                            Leaves,
                            ListGovernance,
                            GovernanceEntries,
                            PublishCrl>();
}

TEST(Structures, of_events_keep_the_properties) {
    check_properties_of_all<RecordEvent, MailboxEvent, GoodbyeEvent>();
}

// Whether a request of this type is decoded as itself when its frame says so.
template <class Request>
bool is_dispatched(Random& random) {
    const auto request = arbitrary<Request>(random);
    const RequestFrame frame = make_request(RequestId{}, request);
    const auto decoded = decode_request(frame.type, frame.body);
    return decoded.has_value() && std::holds_alternative<Request>(*decoded) &&
           std::get<Request>(*decoded) == request;
}

// The names of those requests of AnyRequest that are not.
template <std::size_t... I>
std::vector<std::string> misdispatched(std::index_sequence<I...>) {
    Random random{99};
    std::vector<std::string> names;
    const auto check = [&]<class Request>(std::type_identity<Request>) {
        if (!is_dispatched<Request>(random)) {
            names.push_back(boost::core::type_name<Request>());
        }
    };
    (check(std::type_identity<std::variant_alternative_t<I, AnyRequest>>{}), ...);
    return names;
}

TEST(Requests, are_decoded_as_what_their_type_says) {
    const auto all = std::make_index_sequence<std::variant_size_v<AnyRequest>>{};
    EXPECT_EQ(misdispatched(all), std::vector<std::string>{});
}

TEST(Requests, have_each_a_type_and_a_name_of_their_own) {
    std::size_t types = 0;
    std::set<std::string_view> names;
    for (std::uint16_t value = 0; value < 1000; ++value) {
        if (is_request_type(value)) {
            ++types;
            names.insert(name(static_cast<RequestType>(value)));
        }
    }

    EXPECT_EQ(types, std::variant_size_v<AnyRequest>);
    EXPECT_EQ(names.size(), types);
}

TEST(Requests, of_a_type_that_is_not_defined_are_refused) {
    EXPECT_FALSE(decode_request(static_cast<RequestType>(999), {}).has_value());
}

TEST(Requests, with_bytes_left_over_are_refused) {
    EXPECT_EQ(decode_request(RequestType::count_key_packages, Bytes{0}).error(),
              protocol::codec::CodecError::trailing_bytes);
}

}  // namespace
}  // namespace serai::tests
