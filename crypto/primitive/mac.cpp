#include "crypto/primitive/mac.hpp"

#include <algorithm>

namespace serai::crypto {

HmacSha256::HmacSha256(SecretView key) {
    ByteArray<Sha256::kBlockSize> block{};
    const ByteView bytes = key.bytes(SecretAccess{"HMAC key block"});
    if (bytes.size() > block.size()) {
        auto digest = sha256(bytes);
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

Digest HmacSha256::operator()(std::initializer_list<ByteView> parts) const {
    Sha256 inner = inner_;
    for (const auto part : parts) {
        inner.update(part);
    }
    Sha256 outer = outer_;
    return outer.update(inner.finish()).finish();
}

Digest hmac_sha256(SecretView key, std::initializer_list<ByteView> parts) {
    return HmacSha256{key}(parts);
}

Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
    return HmacSha256{SecretView::of_public(key)}(parts);
}

}  // namespace serai::crypto
