// LabeledExtract and LabeledExpand of RFC 9180, section 4: HKDF that binds its output to one suite of HPKE.
#pragma once

#include "crypto/primitive/kdf.hpp"

#include <string_view>

namespace serai::crypto {

// Immutable; any thread may use it.
class LabeledKdf {
  public:
    LabeledKdf(HashAlgorithm algorithm, ByteView suite_id);

    // Nh, in bytes.
    [[nodiscard]] std::size_t hash_size() const { return crypto::hash_size(algorithm_); }

    [[nodiscard]] Prk extract(SecretView salt, std::string_view label, SecretView ikm) const;

    template <class OutTag>
    [[nodiscard]] Secret<OutTag> expand(SecretView prk,
                                        std::string_view label,
                                        ByteView info,
                                        std::size_t n) const {
        return Secret<OutTag>::filled(
            n, [&](std::span<std::uint8_t> out) { expand_into(prk, label, info, out); });
    }

    void expand_into(SecretView prk,
                     std::string_view label,
                     ByteView info,
                     std::span<std::uint8_t> out) const;

  private:
    HashAlgorithm algorithm_;
    Bytes prefix_;  // "HPKE-v1" and the suite's id
};

}  // namespace serai::crypto
