#include "crypto/x509/key_files.hpp"

#include "crypto/primitive/hash.hpp"
#include "crypto/x509/detail/openssl.hpp"

#include <openssl/pem.h>

#include <algorithm>

namespace serai::crypto::x509 {
namespace {

// RFC 8410, section 7: PrivateKeyInfo { 0, { id-Ed25519 }, OCTET STRING of OCTET STRING of the seed }.
constexpr ByteArray<16> kPkcs8Prefix{
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
constexpr std::size_t kPkcs8Size = kPkcs8Prefix.size() + kEd25519SeedSize;

// RFC 8410, section 4: SubjectPublicKeyInfo { { id-Ed25519 }, BIT STRING of the key }.
constexpr ByteArray<12> kSpkiPrefix{
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

constexpr std::string_view kPemBegin = "-----BEGIN PRIVATE KEY-----\n";
constexpr std::string_view kPemEnd = "\n-----END PRIVATE KEY-----\n";
constexpr std::size_t kPemBodySize = kPkcs8Size / 3 * 4;  // 48 bytes are 64 characters: one line
static_assert(kPkcs8Size % 3 == 0 && kPemBodySize == 64);

using detail::Handle;
using BioHandle = Handle<BIO, BIO_free_all>;

char base64_character(std::uint32_t value) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return kAlphabet[value & 63U];
}

// Own code, so that the text of a key goes straight into secret memory.
void write_base64(ByteView in, std::span<std::uint8_t> out) {
    for (std::size_t i = 0, o = 0; i < in.size(); i += 3, o += 4) {
        const std::uint32_t group =
            (std::uint32_t{in[i]} << 16) | (std::uint32_t{in[i + 1]} << 8) | in[i + 2];
        for (std::uint32_t k = 0; k < 4; ++k) {
            out[o + k] = static_cast<std::uint8_t>(base64_character(group >> (18 - 6 * k)));
        }
    }
}

Result<SignatureKeyPair> key_of_der(ByteView der) {
    if (der.size() != kPkcs8Size ||
        !std::equal(kPkcs8Prefix.begin(), kPkcs8Prefix.end(), der.begin())) {
        return X509Error::malformed;
    }
    const auto seed = Ed25519Seed::from_bytes(der.last(kEd25519SeedSize));
    return ed25519_from_seed(seed);
}

// Refuses to ask a terminal for a passphrase.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) {
    return -1;
}

// More than any key file or bundle of certificates has; keeps sizes within OpenSSL's int.
constexpr std::size_t kMaxPemText = 1024 * 1024;

bool is_pem_size(std::size_t size) {
    return size > 0 && size <= kMaxPemText;
}

Result<SignatureKeyPair> key_of_pem(ByteView text) {
    if (!is_pem_size(text.size())) {
        return X509Error::malformed;
    }
    const BioHandle bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
    if (bio == nullptr) {
        return X509Error::openssl_failure;
    }
    const detail::PkeyHandle key{
        PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)};
    if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
        return X509Error::malformed;
    }
    const auto seed = Ed25519Seed::filled(kEd25519SeedSize, [&](std::span<std::uint8_t> out) {
        std::size_t size = out.size();
        return EVP_PKEY_get_raw_private_key(key.get(), out.data(), &size) == 1
                   ? Result<void>{}
                   : Result<void>{X509Error::malformed};
    });
    if (!seed) {
        return seed.error();
    }
    return ed25519_from_seed(*seed);
}

struct PemParts {
    char* label = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;

    PemParts() = default;
    PemParts(const PemParts&) = delete;
    PemParts& operator=(const PemParts&) = delete;

    ~PemParts() {
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
};

}  // namespace

Pkcs8Der pkcs8_der(const SignaturePrivateKey& key) {
    const auto seed = ed25519_seed(key);
    return Pkcs8Der::filled(kPkcs8Size, [&](std::span<std::uint8_t> out) {
        std::copy(kPkcs8Prefix.begin(), kPkcs8Prefix.end(), out.begin());
        seed.with_bytes(SecretAccess{"PKCS #8 of an Ed25519 key"}, [&](ByteView bytes) {
            std::copy(bytes.begin(), bytes.end(), out.begin() + kPkcs8Prefix.size());
        });
    });
}

Pkcs8Pem pkcs8_pem(const SignaturePrivateKey& key) {
    const auto der = pkcs8_der(key);
    const std::size_t size = kPemBegin.size() + kPemBodySize + kPemEnd.size();
    return Pkcs8Pem::filled(size, [&](std::span<std::uint8_t> out) {
        std::copy(kPemBegin.begin(), kPemBegin.end(), out.begin());
        der.with_bytes(SecretAccess{"PEM of an Ed25519 key"}, [&](ByteView bytes) {
            write_base64(bytes, out.subspan(kPemBegin.size(), kPemBodySize));
        });
        std::copy(kPemEnd.rbegin(), kPemEnd.rend(), out.rbegin());
    });
}

Result<SignatureKeyPair> parse_private_key(SecretView pem_or_der) {
    const detail::ErrorQueueGuard guard;
    const ByteView bytes = pem_or_der.bytes(SecretAccess{"reading a private key file"});
    return bytes.size() == kPkcs8Size ? key_of_der(bytes) : key_of_pem(bytes);
}

Result<Bytes> ed25519_spki(ByteView public_key) {
    if (public_key.size() != kEd25519PublicKeySize) {
        return X509Error::malformed;
    }
    Bytes spki{kSpkiPrefix.begin(), kSpkiPrefix.end()};
    append(spki, public_key);
    return spki;
}

Result<Digest> ed25519_spki_hash(ByteView public_key) {
    SERAI_TRY(spki, ed25519_spki(public_key));
    return sha256(spki);
}

std::string pem_encode(std::string_view label, ByteView der) {
    const std::string name{label};
    const BioHandle bio{BIO_new(BIO_s_mem())};
    char* text = nullptr;
    if (bio == nullptr ||
        PEM_write_bio(bio.get(), name.c_str(), "", der.data(), static_cast<long>(der.size())) <=
            0) {
        throw std::bad_alloc{};
    }
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

Result<std::vector<Bytes>> pem_decode(std::string_view label, std::string_view text) {
    const detail::ErrorQueueGuard guard;
    if (!is_pem_size(text.size())) {
        return X509Error::malformed;
    }
    const BioHandle bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
    if (bio == nullptr) {
        return X509Error::openssl_failure;
    }
    std::vector<Bytes> blocks;
    while (true) {
        PemParts parts;
        if (PEM_read_bio(bio.get(), &parts.label, &parts.header, &parts.data, &parts.size) != 1) {
            // "No start line" is the end of the text; anything else is a damaged block.
            const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
            return at_end && !blocks.empty() ? Result<std::vector<Bytes>>{std::move(blocks)}
                                             : X509Error::malformed;
        }
        if (label == parts.label) {
            blocks.emplace_back(parts.data, parts.data + parts.size);
        }
    }
}

}  // namespace serai::crypto::x509
