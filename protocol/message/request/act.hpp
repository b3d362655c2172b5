// Requests that are a signed act and nothing else, with what answers them.
#pragma once

#include "protocol/message/audit.hpp"
#include "protocol/message/frame.hpp"
#include "protocol/network/statement.hpp"

#include <cstdint>
#include <vector>

namespace serai::protocol::message {

template <RequestType Type, class ResponseType, class StatementType>
struct ActRequest {
    static constexpr RequestType kType = Type;
    using Response = ResponseType;
    using Statement = StatementType;

    network::Act act;

    void encode(codec::Writer& writer) const { act.encode(writer); }

    static Result<ActRequest> decode(codec::Reader& reader) {
        SERAI_TRY(act, network::Act::decode(reader));
        return ActRequest{std::move(act)};
    }

    friend bool operator==(const ActRequest&, const ActRequest&) = default;
};

// The group id of a founded channel is SHA-256(network id | leaf hash of the receipt).
using FoundChannel =
    ActRequest<RequestType::found_channel, ActReceipt, network::FoundChannelStatement>;
using Admit = ActRequest<RequestType::admit, ActReceipt, network::AdmitStatement>;
using Expel = ActRequest<RequestType::expel, ActReceipt, network::ExpelStatement>;
using Restore = ActRequest<RequestType::restore, ActReceipt, network::RestoreStatement>;
using Report = ActRequest<RequestType::report, Receipt, network::ReportStatement>;
using SealDocument =
    ActRequest<RequestType::seal_document, Receipt, network::SealDocumentStatement>;
using CompleteDocument =
    ActRequest<RequestType::complete_document, Receipt, network::CompleteDocumentStatement>;

// Permission to fetch one object over HTTPS, for the device that asked: "Authorization: Bearer <lower-case hex of token>".
struct Grant {
    Receipt receipt;
    ObjectId object;
    Digest token{};
    UnixSeconds expires;
    std::uint64_t length = 0;  // bytes of ciphertext
    Digest digest{};           // SHA-256 of the ciphertext, as sealed

    void encode(codec::Writer& writer) const;
    static Result<Grant> decode(codec::Reader& reader);

    friend bool operator==(const Grant&, const Grant&) = default;
};

using OpenDocument = ActRequest<RequestType::open_document, Grant, network::OpenDocumentStatement>;

// One page of openings, in the order of the scope's counter; ask again from the last counter + 1 until `more` is false.
struct Openings {
    Receipt receipt;  // of the query itself
    std::vector<OpenedEntry> entries;
    bool more = false;

    void encode(codec::Writer& writer) const;
    static Result<Openings> decode(codec::Reader& reader);

    friend bool operator==(const Openings&, const Openings&) = default;
};

using QueryOpenings =
    ActRequest<RequestType::query_openings, Openings, network::QueryOpeningsStatement>;

}  // namespace serai::protocol::message
