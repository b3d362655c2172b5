#include "crypto/mls/wire/psk.hpp"

namespace serai::crypto::mls {

namespace {

constexpr std::uint8_t kExternal = 1;
constexpr std::uint8_t kResumption = 2;

}  // namespace

const ResumptionPskId* lineage_of(const PreSharedKeyId& id) {
    const auto* resumption = std::get_if<ResumptionPskId>(&id.key);
    return resumption != nullptr && resumption->usage != ResumptionPskUsage::application
               ? resumption
               : nullptr;
}

void PreSharedKeyId::encode(Writer& writer) const {
    if (const auto* external = std::get_if<ExternalPskId>(&key)) {
        writer.u8(kExternal);
        writer.vector(external->id);
    } else {
        const auto& resumption = std::get<ResumptionPskId>(key);
        writer.u8(kResumption);
        writer.enumeration(resumption.usage);
        writer.vector(resumption.group_id);
        writer.u64(resumption.epoch);
    }
    writer.vector(nonce);
}

Result<PreSharedKeyId> PreSharedKeyId::decode(Reader& reader) {
    PreSharedKeyId psk;
    SERAI_TRY(type, reader.u8());
    if (type == kExternal) {
        SERAI_TRY(id, read_bytes(reader));
        psk.key = ExternalPskId{std::move(id)};
    } else if (type == kResumption) {
        SERAI_TRY(usage, read_closed(reader, ResumptionPskUsage::branch));
        SERAI_TRY(group_id, read_bytes(reader));
        SERAI_TRY(epoch, reader.u64());
        psk.key = ResumptionPskId{usage, std::move(group_id), epoch};
    } else {
        return CodecError::unknown_value;
    }
    SERAI_TRY(nonce, read_bytes(reader));
    psk.nonce = std::move(nonce);
    return psk;
}

}  // namespace serai::crypto::mls
