#include "crypto/primitive/labeled_kdf.hpp"

namespace serai::crypto {

LabeledKdf::LabeledKdf(HashAlgorithm algorithm, ByteView suite_id)
    : algorithm_(algorithm), prefix_(to_bytes(as_bytes("HPKE-v1"))) {
    append(prefix_, suite_id);
}

Prk LabeledKdf::extract(SecretView salt, std::string_view label, SecretView ikm) const {
    Bytes prefix;
    prefix.reserve(prefix_.size() + label.size());
    append(prefix, prefix_);
    append(prefix, as_bytes(label));
    return hkdf_extract(algorithm_, salt, {SecretView::of_public(prefix), ikm});
}

void LabeledKdf::expand_into(SecretView prk,
                             std::string_view label,
                             ByteView info,
                             std::span<std::uint8_t> out) const {
    Bytes labeled;
    labeled.reserve(2 + prefix_.size() + label.size() + info.size());
    labeled.push_back(static_cast<std::uint8_t>(out.size() >> 8));
    labeled.push_back(static_cast<std::uint8_t>(out.size()));
    append(labeled, prefix_);
    append(labeled, as_bytes(label));
    append(labeled, info);
    hkdf_expand_into(algorithm_, prk, labeled, out);
}

}  // namespace serai::crypto
