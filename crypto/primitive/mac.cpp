#include "crypto/primitive/mac.hpp"

#include <algorithm>

namespace serai::crypto {

template <class Hash>
Hmac<Hash>::Hmac(SecretView key) {
    ByteArray<Hash::kBlockSize> block{};
    const ByteView bytes = key.bytes(SecretAccess{"HMAC key block"});
    if (bytes.size() > block.size()) {
        auto digest = Hash{}.update(bytes).finish();
        std::copy(digest.begin(), digest.end(), block.begin());
        wipe(digest);
    } else {
        std::copy(bytes.begin(), bytes.end(), block.begin());
    }
    for (auto& byte : block) {
        byte ^= 0x36;
    }
    inner_.update(block);
    for (auto& byte : block) {
        byte ^= 0x36 ^ 0x5c;
    }
    outer_.update(block);
    wipe(block);
}

template <class Hash>
typename Hash::Output Hmac<Hash>::operator()(std::initializer_list<ByteView> parts) const {
    Hash inner = inner_;
    for (const auto part : parts) {
        inner.update(part);
    }
    Hash outer = outer_;
    return outer.update(inner.finish()).finish();
}

template class Hmac<Sha256>;
template class Hmac<Sha384>;
template class Hmac<Sha512>;

Digest hmac_sha256(SecretView key, std::initializer_list<ByteView> parts) {
    return HmacSha256{key}(parts);
}

Bytes hmac(HashAlgorithm algorithm, SecretView key, std::initializer_list<ByteView> parts) {
    switch (algorithm) {
        case HashAlgorithm::sha256:
            return to_bytes(HmacSha256{key}(parts));
        case HashAlgorithm::sha384:
            return to_bytes(HmacSha384{key}(parts));
        case HashAlgorithm::sha512:
            break;
    }
    return to_bytes(HmacSha512{key}(parts));
}

Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
    return HmacSha256{SecretView::of_public(key)}(parts);
}

}  // namespace serai::crypto
